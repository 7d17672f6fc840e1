// The script of the command runs with kept code, and as well without: whatever the file is that should contain it.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, describe, it } from 'vitest'

const source = new URL('../packaging/openScript.ts', import.meta.url)

describe('a script with kept code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-script-'))
  const script = join(folder, 'script.js')
  const kept = join(folder, 'kept', 'code')
  const use = (path: string): string[] => [
    '--input-type=module',
    '-e',
    `import { openScript } from ${JSON.stringify(source.href)}
const { value, keep } = openScript(${JSON.stringify(script)}, ${JSON.stringify(path)})
console.log(value(2))
keep()`,
  ]
  /** Runs the script in a process, as V8 remembers scripts within one. */
  const run = (path = kept): string => execFileSync(process.execPath, use(path), { encoding: 'utf8' }).trim()
  /** The file, which each writing replaces. */
  const written = (): bigint => statSync(kept, { bigint: true }).ino

  beforeEach(() => {
    rmSync(join(folder, 'kept'), { recursive: true, force: true })
    mkdirSync(join(folder, 'kept'))
    const late = '() => { return { x: "never read" } }'
    const used = 'x => { const { y } = { y: 1, z: "was read" }; return 2 * x + y }'
    writeFileSync(script, `(() => { "use strict"; const late = ${late}; return ${used} })()`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is compiled once', () => {
    run()
    const before = written()
    assert.equal(run(), '5')
    assert.equal(written(), before)
    // The code is of what the run has called.
    const code = readFileSync(kept)
    assert.deepEqual(
      ['was read', 'never read'].map(text => code.includes(text)),
      [true, false],
    )
  })

  it('is compiled again where the kept code is bad, and kept again', () => {
    run()
    const good = readFileSync(kept)
    const damaged = Buffer.from(good)
    damaged[damaged.length >> 1] ^= 1
    const foreign = Buffer.from('something else')
    for (const bad of [damaged, good.subarray(0, 100), good.subarray(0, -1), foreign, Buffer.alloc(0)]) {
      writeFileSync(kept, bad)
      assert.equal(run(), '5')
      const after = written()
      assert.equal(run(), '5')
      assert.equal(written(), after)
    }
  })

  it('is compiled again where the kept code is of another text', () => {
    run()
    writeFileSync(script, '(() => x => 100 * x)()')
    assert.equal(run(), '200')
    assert.equal(run(), '200')
  })

  it('runs where no code can be kept', () => {
    assert.equal(run(join(folder, 'missing', 'code')), '5')
    assert.equal(run(join(script, 'code')), '5')
    mkdirSync(kept)
    assert.equal(run(), '5')
    assert.deepEqual(readdirSync(join(folder, 'kept')), ['code'])
  })

  it('is kept whole by several processes at once', async () => {
    const runs = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, use(kept)))
    for (const { stdout } of await Promise.all(runs)) assert.equal(stdout.trim(), '5')
    assert.deepEqual(readdirSync(join(folder, 'kept')), ['code'])
    const before = written()
    assert.equal(run(), '5')
    assert.equal(written(), before)
  })
})
