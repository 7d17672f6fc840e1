// The package as a user gets it from npm: packed, installed into an empty project, and used from there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('the npm package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rnnc-package-'))
  const installed = join(folder, 'node_modules', 'rnnc')
  const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

  beforeAll(() => {
    const args = ['pack', '--json', '--pack-destination', folder]
    const printed = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [{ filename }] = JSON.parse(printed.slice(printed.indexOf('[')))
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1'])
    // Its own dependencies, as npm would install them beside it.
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    for (const name of [...Object.keys(dependencies), ...transitive(Object.keys(dependencies))]) {
      const to = join(folder, 'node_modules', name)
      mkdirSync(dirname(to), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), to)
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('compiles and runs a model', () => {
    writeFileSync(
      join(folder, 'use.js'),
      `import { compile, executable, js } from 'rnnc'
const model = compile('model M { input x: [2]\\n output y = sum(x) }')
const { y } = executable(model, { graph: 'predict', backend: js, precision: 'f64' }).run({ B: 1 }, { x: Float64Array.of(1, 2) })
console.log(y[0])`,
    )
    assert.equal(node('use.js').trim(), '3')
  })

  it('runs a model on threads', () => {
    writeFileSync(
      join(folder, 'threads.js'),
      `import { compile, executable } from 'rnnc'
import { openWasm } from 'rnnc/node'
const model = compile('model M { input x: [2]\\n output y = sum(x) }')
const backend = await openWasm({ threads: 2, leastWork: 0 })
const made = executable(model, { graph: 'predict', backend, precision: 'f64' })
const { y } = made.run({ B: 1 }, { x: Float64Array.of(1, 2) })
console.log(made.threads, y[0])`,
    )
    assert.equal(node('threads.js').trim(), '2 3')
  })

  it('runs the modules that are built for the GPU', () => {
    const use = "const { openNetwork } = await import('rnnc/gpu')\nconst text = 'graph G {\\n}'\n"
    writeFileSync(join(folder, 'gpu.js'), `${use}console.log(await openNetwork(text).catch(e => e.message))`)
    assert.match(node('gpu.js'), /RNN513: no GPU found/)
  })

  it("checks the gradient of a cell in a user's own vitest suite", () => {
    const example = join(root, 'examples', 'new_cell')
    for (const name of ['new_cell.rnn', 'new_cell.test.ts']) copyFileSync(join(example, name), join(folder, name))
    symlinkSync(join(root, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'))
    const printed = node(join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', folder, '--reporter=json')
    const { numPassedTests, numFailedTests } = JSON.parse(printed.slice(printed.indexOf('{')))
    assert.deepEqual({ numPassedTests, numFailedTests }, { numPassedTests: 3, numFailedTests: 0 })
  })

  it('brings the command', () => {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    writeFileSync(join(folder, 'm.rnn'), 'model M { input x: [2]\n output y = sum(x) }')
    assert.match(node(join(installed, bin.rnnc), 'check', 'm.rnn'), /no errors/)
  })
})

/** What the dependencies need, from the lock file. */
function transitive(names: readonly string[]): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = new Set<string>()
  const visit = (name: string): void => {
    for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {})) {
      if (found.has(next)) continue
      found.add(next)
      visit(next)
    }
  }
  names.forEach(visit)
  return [...found].filter(name => !names.includes(name))
}
