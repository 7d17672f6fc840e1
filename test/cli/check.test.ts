// rnnc check.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
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
    assert.equal((await ok('check', 'cells.rnn')).stdout, 'cells.rnn: no errors; 1 unit, no model\n')
  })

  it('checks the units of a file without a model, and says what waits for their use', async () => {
    write(
      'library.rnn',
      `cell Gate(units) {
  input x: [D]
  state h: [units]
  param W: [units, D], b: [units]
  h' = sigmoid(W @ x + b) * h
  return h'
}
layer Twice(cell, n = 2) { input x: [D] over T; return x |> cell |> cell |> last |> dense(n) }
fn double(x) = 2 * x
fn half(x) = x / 2`,
    )
    assert.equal(
      (await ok('check', 'library.rnn')).stdout,
      `layer Twice: values of \`cell\` are checked at each use
fn double, half: shapes are checked at each call
library.rnn: no errors; 2 units, 2 fns, no model
`,
    )
    const { units } = json(await ok('check', 'library.rnn', '--json'))
    assert.deepEqual(units, [
      { kind: 'cell', name: 'Gate', waitsFor: [] },
      { kind: 'layer', name: 'Twice', waitsFor: ['cell'] },
      { kind: 'fn', name: 'double', waitsFor: [] },
      { kind: 'fn', name: 'half', waitsFor: [] },
    ])
    write('wrong.rnn', "cell c(units) { input x: [D]; state h: [units]; h' = h + x; return h' }")
    assertRefused(await rnnc('check', 'wrong.rnn'), 'RNN203', /`h` is \[units\], `x` is \[D\]/)
    assertRefused(await rnnc('explain', 'library.rnn'), 'RNN106', /the file has no model/)
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

  it('names what no data block can run, and reads no data', async () => {
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
        ['RNN407', 9, 13],
        ['RNN407', 9, 21],
      ],
    )
    write('tanh.rnn', series().replace('standardize', 'tanhh'))
    assertRefused(await rnnc('check', 'tanh.rnn'), 'RNN407', /`tanhh` is not a data function/)
  })

  /** The codes and lines of what `check` finds in a data block for a model of these ports. */
  async function inData(ports: string, block: string, ...args: readonly string[]): Promise<unknown> {
    const source = `model m {\n${ports}\n}\ndata d for m {\n${block}\n}\n`
    write('block.rnn', source)
    const { diagnostics } = json(await rnnc('check', 'block.rnn', ...args, '--json'))
    assert.ok(Array.isArray(diagnostics))
    return diagnostics.filter(d => d.severity === 'error').map(d => `${d.code} ${d.line}`)
  }

  it('sees what is static in a data block', async () => {
    const windows = 'input past: real over T[11]\ninput next: real over H\noutput y = last(past) + last(next)'
    const ports = 'input x: [2]\ninput k: class of 3\noutput y = x[0] + k'
    const found: readonly (readonly [string, string, readonly string[]])[] = [
      [windows, 'w = windows(csv("a.csv").v, 12, 2)\npast = w.past\nnext = w.nxt', ['RNN411 8', 'RNN218 9']],
      [windows, 'w = windows(csv("a.csv").v, 11)\npast = w.past\nnext = w.next', ['RNN411 9']],
      [
        windows,
        's = csv("a.csv").v\npast = windows(s, 11, ahead = 0).past\nnext = windows(s, "3", 2).next',
        ['RNN230 8', 'RNN231 9'],
      ],
      [windows, 's = csv("a.csv").v\npast = windows(s, 11).past\nnext = windows(s, 3, 2).next', ['RNN423 9']],
      [ports, 't = csv("a.csv")\nx = [t.a, t.b, t.c]\nk = classes(t.k, 3)', ['RNN411 8', 'RNN231 9']],
      [ports, 't = csv("a.csv")\nx = [minmax(t.a), standardize()]\nk = classes(x)', ['RNN209 8']],
      [ports, 't = csv("a.csv")\nx = [t.a, t.b, t.c]\nk = minmax(t.k, 3)', ['RNN411 8', 'RNN208 9']],
      [ports, 't = csv(3)\nx = [t.a, t.b]\nk = classes(t.k)', ['RNN231 7']],
      [ports, 't = csv("a.csv")\nx = [t.a, log(classes(t.b))]\nk = padded(t.k, 3)', ['RNN422 8', 'RNN422 9']],
      [ports, 't = csv("a.csv")\nx = t.a\nk = [t.k, t.k]', ['RNN411 8', 'RNN411 9']],
      [ports, 't = csv("a.csv")\nx = [t, t.a]\nk = csv', ['RNN422 8', 'RNN210 9']],
      [ports, 't = csv("a.csv")\nx = [t.a, t.b] + [t.a, t.b, t.c]\nk = u.k', ['RNN203 8', 'RNN106 9']],
      [ports, 't = jsonl("a.jsonl")\nx = [t.a, t.b]\nk = padded(t.k, 3, side = "mid")', ['RNN422 9']],
      [ports, 't = jsonl("a.jsonl")\nx = [t.a, windows(t.b, 3)]\nk = truncated(t.k)', ['RNN422 8', 'RNN209 9']],
    ]
    for (const [model, block, expected] of found) assert.deepEqual(await inData(model, block), expected, block)
    for (const [split, code] of [
      ['ordered(70, 10, 20)', 'RNN230'],
      ['ordered(0.7, 0.1)', 'RNN230'],
      ['shuffled(1.2, -0.2)', 'RNN230'],
      ['ordered(1)', 'RNN209'],
      ['ordered(0.2, 0.2, 0.2, 0.4)', 'RNN208'],
      ['shuffled(0.5, second = 0.5)', undefined],
      ['0.5', 'RNN231'],
    ] as const) {
      const block = `t = csv("a.csv")\nx = [t.a, t.b]\nk = t.k\nsplit = ${split}`
      assert.deepEqual(await inData(ports, block), code === undefined ? [] : [`${code} 10`], split)
    }
    const block = 'w = windows(csv("a.csv").v, 11, 2)\npast = w.past\nnext = w.next\nsplit = shuffled(0.8, 0.2)'
    assert.deepEqual(await inData(windows, block), ['RNN426 10'])
    assert.match(
      (await rnnc('check', 'block.rnn')).stderr,
      /`split` shuffles the rows of a series that is cut into windows/,
    )
  })

  it('finds nothing where only the values tell', async () => {
    const ports =
      'input x: [D]\ninput s: [E] over T\ninput w: token of V over W\ntarget k: class of K\noutput y = x @ x + sum(sum(s), over T) + length(over W)\nloss real(k)'
    const block = `t = jsonl("a.jsonl")
x = [log(1 / (t.a - 3)), sqrt(-standardize(t["b c"]))]
s = minmax(t.s) / 2
w = truncated(t.w, 3, side = "post")
k = classes(t.k)
split = shuffled(0.8, 0.2)`
    assert.deepEqual(await inData(ports, block), [])
    assert.deepEqual(
      await inData(ports.replace('over W', 'over W[4]'), block.replace('w = truncated', 'w = padded')),
      [],
    )
    const nested = `t = jsonl("a.jsonl")
c = truncated(padded(t.c, 3), 2)
s = standardize(t.s + 1) - t.r
k = classes(t.k, empty = "none")
on = padded(t.on, 5)`
    const inWords =
      'input c: token of V over C over W[2]\ninput s: [E] over A over T\ninput on: bool over F[5]\ntarget k: class of K\noutput y = length(over W)\nloss real(k)'
    assert.deepEqual(await inData(inWords, nested), [])
    const truths = 'w = windows(csv("a;b.csv", decimal = ",").on, 3)\npast = w.past\nnext = w.next'
    assert.deepEqual(await inData('input past: bool over T[3]\ntarget next: bool\noutput y = last(past)', truths), [])
    const five = ['a', 'b', 'c', 'd', 'e'].map(name => `t.${name}`).join()
    const joined = `t = jsonl("a.jsonl")\nx = [${five}]`
    assert.deepEqual(await inData('input x: [5] over T\noutput y = last(x)', joined), [])
    const series = 'input past: [2] over T[4]\ntarget next: [2]\noutput y = last(past)\nloss sum(next)'
    const windows = 't = csv("a.csv")\nw = windows([log(t.a), 1 / t.b], 2 * 2)\npast = w.past / 2\nnext = w.next'
    assert.deepEqual(await inData(series, windows), [])
  })

  it('takes --model and --set', async () => {
    const two = `model a(n = 12) { input x: real over T[n]; output y = last(x) }
model b { input x: real over T[L]; output y = last(x) |> nothing }
data da for a { x = windows(csv("a.csv").v, 12).past }
data db for b { x = windows(csv("a.csv").v, 12).past }
`
    write('two.rnn', two)
    assertRefused(await rnnc('check', 'two.rnn'), 'RNN106', /`nothing`/)
    assert.match((await ok('check', 'two.rnn', '--model', 'a')).stdout, /^model a/)
    assertRefused(await rnnc('check', 'two.rnn', '--model', 'a', '--set', 'n=11'), 'RNN411', /T\[11\]/)
    assertRefused(await rnnc('check', 'two.rnn', '--model', 'c'), 'RNN106', /`c`/)
    assertRefused(await rnnc('check', 'two.rnn', '--set', 'm=1'), 'RNN508', /`a` has no `m`/)
    write('two.rnn', two.replace(' |> nothing', ''))
    await ok('check', 'two.rnn')
    assertRefused(await rnnc('check', 'two.rnn', '--model', 'b', '--set', 'L=11'), 'RNN411', /12/)
  })

  it('looks into the first rows with --data', async () => {
    write('good.rnn', series())
    await ok('check', 'good.rnn', '--data', 'wave.csv')
    write('other.csv', 'values\n1\n2\n')
    assertRefused(await rnnc('check', 'good.rnn', '--data', 'other.csv'), 'RNN403', /`other.csv` has no column `value`/)
    write('words.csv', 'value\n1\ntwo\n3\n')
    assertRefused(await rnnc('check', 'good.rnn', '--data', 'words.csv'), 'RNN404', /two/)
    assertRefused(await rnnc('check', 'good.rnn', '--data', 'none.csv'), 'RNN406', /none.csv/)
    assertRefused(await rnnc('check', 'cells.rnn', '--data', 'wave.csv'), 'RNN106', /has no model/)
    // Much data, of which the beginning is right: the rest is not looked at, and a quoted line break is no end of a row.
    const row = (i: number): string => `"a\nb ${i}",${i}\n`
    write('long.csv', `note,value\n${Array.from({ length: 20_000 }, (_, i) => row(i)).join('')}x,not a number\n`)
    await ok('check', 'good.rnn', '--data', 'long.csv')
    const lists = 'input s: [2] over T\ninput w: token of V over W\noutput y = sum(sum(s), over T) + length(over W)'
    const block = 't = jsonl("a.jsonl")\ns = t.s\nw = t.w'
    write('rows.jsonl', '{"s": [[1, 2]], "w": [1]}\n{"s": [], "w": [0, 2]}\n')
    assert.deepEqual(await inData(lists, block, '--data', 'rows.jsonl'), [])
    write('rows.jsonl', '{"s": [[1, 2]], "w": [1]}\n{"s": [[1]], "w": [0, 2]}\n')
    assert.deepEqual(await inData(lists, block, '--data', 'rows.jsonl'), ['RNN410 8'])
    write('rows.jsonl', '{"s": [1, 2], "w": 3}\n')
    assert.deepEqual(await inData(lists, block.replace('t.w', 'padded(t.w, 3)'), '--data', 'rows.jsonl'), ['RNN422 9'])
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
    assertRefused(await rnnc('check', 'latin1.rnn'), 'RNN406', /it is not UTF-8 text\nhelp: a program is a text file/)
    assertRefused(await rnnc('check', 'wave.csv'), 'RNN101', /wave.csv:1:1/)
    write('windows.rnn', series().replace('wave.csv', 'C:\\\\data\\\\wave.csv'))
    assertRefused(await rnnc('check', 'windows.rnn'), 'RNN420', /`C:.*wave.csv` is not a portable path/)
  })
})
