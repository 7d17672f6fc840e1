// rnnc check.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertRefused, classifier, json, series, wave, workplace } from './support.ts'

const { rnnc, ok, write } = workplace({ 'wave.rnn': series(), 'wave.csv': wave(), 'flowers.rnn': classifier })

describe('rnnc check', () => {
  it('sums up what is in a file', async () => {
    const { stdout, stderr } = await ok('check', 'wave.rnn')
    assert.equal(
      stdout,
      `model Wave: 29 parameters in 5 arrays
  input   past: real over T[6]
  target  next: real
  output  next: real
wave.rnn: no errors
`,
    )
    assert.equal(stderr, '')
  })

  it('gives the same as JSON', async () => {
    const { models } = json(await ok('check', 'flowers.rnn', '--json'))
    assert.ok(Array.isArray(models))
    assert.equal(models[0].parameterCount, '9*K + 24')
    assert.deepEqual(models[0].targets, [{ name: 'kind', type: 'class of K' }])
  })

  it('reads imports relative to the file', async () => {
    write('cells.rnn', 'layer twice(units) { input x: [D]; return x |> dense(units) |> dense(units) }')
    write('user.rnn', 'import "cells.rnn"\nmodel m { input x: [3]; output y = x |> twice(2) }')
    const { stdout } = await ok('check', 'user.rnn')
    assert.match(stdout, /^model m: 14 parameters/)
    assert.match((await ok('check', 'cells.rnn')).stdout, /it declares no model/)
  })

  it('shows the place of a mistake, in every file', async () => {
    write('broken.rnn', 'layer bad(units) { input x: [D]; return x @ nothing }')
    write('imports.rnn', 'import "broken.rnn"\nmodel m { input x: [3]; output y = x |> bad(2) }')
    const ran = await rnnc('check', 'imports.rnn')
    assertRefused(ran, 'RNN106', /--> broken.rnn:1:45\n.*\n1 \| layer bad.*\n {2}\| +\^{7}/)
    const { diagnostics } = json(await rnnc('check', 'imports.rnn', '--json'))
    assert.ok(Array.isArray(diagnostics))
    const { code, file, line, column } = diagnostics[0]
    assert.deepEqual({ code, file, line, column }, { code: 'RNN106', file: 'broken.rnn', line: 1, column: 45 })
  })

  it('shows warnings, and succeeds', async () => {
    write('warned.rnn', 'model m { input x: [3] over T; output y = x |> bidirectional(LSTM(2)) |> last }')
    const { stdout, stderr } = await ok('check', 'warned.rnn')
    assert.match(stderr, /^warning RNN341: /)
    assert.match(stdout, /no errors, 1 warning\n$/)
  })

  it('names what no data block of this version can run, and reads no data', async () => {
    write(
      'later.rnn',
      `model m {
  input x: token of V over T
  target y: real
  loss mse(x |> embedding(4) |> GRU(4) |> last |> dense(1), [y])
}
data d for m {
  t = csv("no_such_file.csv")
  x = words(t.kind)
  y: real = (t.a |> tanh) % 2 + t.b[3]
}`,
    )
    const { diagnostics } = json(await rnnc('check', 'later.rnn', '--json'))
    assert.ok(Array.isArray(diagnostics))
    assert.deepEqual(
      diagnostics.map(d => [d.code, d.line, d.column]),
      [
        ['RNN413', 8, 7],
        ['RNN413', 9, 6],
        ['RNN407', 9, 13],
        ['RNN407', 9, 21],
        ['RNN413', 9, 33],
      ],
    )
    write('tanh.rnn', series().replace('standardize', 'tanhh'))
    assertRefused(await rnnc('check', 'tanh.rnn'), 'RNN407', /`tanhh` is not a function of data/)
  })

  it('shows the first of very many mistakes', async () => {
    write('text.md', '``` ? '.repeat(50))
    const { stderr } = await rnnc('check', 'text.md')
    assert.equal(stderr.match(/^error RNN/gm)?.length, 20)
    assert.match(stderr, /^and \d+ more$/m)
  })

  it('refuses what is no program', async () => {
    assertRefused(await rnnc('check', 'none.rnn'), 'RNN406', /cannot read `none.rnn`: there is no such file/)
    assertRefused(await rnnc('check', '.'), 'RNN406', /it is a folder/)
    write('empty.rnn', '')
    assertRefused(await rnnc('check', 'empty.rnn'), 'RNN405', /`empty.rnn` is empty\nhelp: a program declares/)
    write('latin1.rnn', Uint8Array.of(0x23, 0xe9, 0x0a))
    assertRefused(await rnnc('check', 'latin1.rnn'), 'RNN406', /it is not UTF-8 text\nhelp: a program is text/)
    assertRefused(await rnnc('check', 'wave.csv'), 'RNN101', /wave.csv:1:1/)
    write('windows.rnn', series().replace('wave.csv', 'C:\\\\data\\\\wave.csv'))
    assertRefused(await rnnc('check', 'windows.rnn'), 'RNN420', /`C:.*wave.csv` is no path on every system/)
  })
})
