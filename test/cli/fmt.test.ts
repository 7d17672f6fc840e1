// rnnc fmt: files and folders formatted in place, or listed by --check; standard input to standard output; nothing lost.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { describe, it } from 'vitest'
import { assertRefused, json, workplace } from './support.ts'

const rough = 'fn f(x)=x # same\n'
const smooth = 'fn f(x) = x   # same\n'
const broken = 'fn f(x =\n'
const { rnnc, ok, fed, path, write } = workplace()
const text = (name: string): string => readFileSync(path(name), 'utf8')

describe('files', () => {
  it('are formatted in place, with their permissions; those below folders too, but for packages and what is hidden', async () => {
    for (const folder of ['a', 'a/b', 'a/.git', 'a/node_modules']) mkdirSync(path(folder))
    for (const name of ['a/x.rnn', 'a/b/y.rnn', 'a/.git/z.rnn', 'a/node_modules/z.rnn', 'a/z.txt']) write(name, rough)
    write('a/smooth.rnn', smooth)
    symlinkSync('x.rnn', path('a/link.rnn'))
    symlinkSync('.', path('a/round'))
    chmodSync(path('a/x.rnn'), 0o640)
    const { stdout, stderr } = await ok('fmt', 'a')
    assert.equal(stdout, 'a/b/y.rnn\na/link.rnn\n')
    assert.equal(stderr, '4 files, 2 formatted\n')
    for (const name of ['a/x.rnn', 'a/b/y.rnn', 'a/smooth.rnn', 'a/link.rnn']) assert.equal(text(name), smooth)
    for (const name of ['a/.git/z.rnn', 'a/node_modules/z.rnn', 'a/z.txt']) assert.equal(text(name), rough)
    assert.equal(statSync(path('a/x.rnn')).mode & 0o777, 0o640)
    assert.equal((await ok('fmt', 'a')).stderr, '4 files, nothing to change\n')
  })

  it('that do not parse are reported and stay as they are, and the others are formatted', async () => {
    write('broken.rnn', broken)
    write('x.rnn', rough)
    const ran = await rnnc('fmt', 'broken.rnn', 'x.rnn', 'nowhere.rnn')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /error RNN101.* --> broken\.rnn:.*error RNN406.*nowhere\.rnn/s)
    assert.equal(text('broken.rnn'), broken)
    assert.equal(text('x.rnn'), smooth)
  })

  it('that are no text are refused', async () => {
    write('bytes.rnn', Uint8Array.of(0xff, 0xfe, 0))
    await assertRefused(await rnnc('fmt', 'bytes.rnn'), 'RNN406', /not UTF-8/)
  })

  it('lose a byte order mark', async () => {
    write('mark.rnn', `\uFEFF${smooth}`)
    assert.equal((await ok('fmt', 'mark.rnn')).stdout, 'mark.rnn\n')
    assert.equal(text('mark.rnn'), smooth)
  })
})

describe('--check', () => {
  it('writes nothing, lists what would change, and fails if there is any', async () => {
    write('c.rnn', rough)
    write('d.rnn', smooth)
    const ran = await rnnc('fmt', '--check', 'c.rnn', 'd.rnn')
    assert.deepEqual([ran.code, ran.stdout], [1, 'c.rnn\n'])
    assert.equal(text('c.rnn'), rough)
    assert.equal((await ok('fmt', '--check', 'd.rnn')).stdout, '')
    const machine = await rnnc('fmt', '--check', 'c.rnn', '--json')
    assert.equal(machine.code, 1)
    assert.deepEqual(json(machine), { ok: false, files: 1, changed: ['c.rnn'], diagnostics: [] })
  })
})

describe('standard input', () => {
  it('is formatted to standard output', async () => {
    for (const args of [['-'], ['--stdin']]) {
      const { code, stdout, stderr } = await fed(rough, 'fmt', ...args)
      assert.deepEqual([code, stdout, stderr], [0, smooth, ''])
    }
    assert.deepEqual(json(await fed(rough, 'fmt', '-', '--json')), { ok: true, changed: true, text: smooth })
  })

  it('is checked, and refused if it does not parse, or is not all there is', async () => {
    assert.equal((await fed(rough, 'fmt', '-', '--check')).code, 1)
    assert.equal((await fed(smooth, 'fmt', '-', '--check')).code, 0)
    await assertRefused(await fed(broken, 'fmt', '-'), 'RNN101', /standard input/)
    await assertRefused(await fed(rough, 'fmt', '-', 'c.rnn'), 'RNN509', /takes no paths/)
  })
})
