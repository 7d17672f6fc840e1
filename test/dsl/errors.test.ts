// What the front end says about files that are wrong.
import assert from 'node:assert/strict'
import { describe, it, test } from 'vitest'
import { catalogue, type Entry } from '../../dsl/catalogue.ts'
import { diagnostic } from '../../dsl/diagnostics.ts'
import { parse } from '../../dsl/parse.ts'
import { faults, messages } from './support.ts'

const entries: [string, Entry][] = Object.entries(catalogue)
const ofFrontEnd = [101, 102, 103, 104, 108, 110, 114, 115, 116, 117, 118, 122].map(number => `RNN${number}`)

test('the examples of the catalogue parse, or give their own error alone', () => {
  for (const [code, { example }] of entries) {
    if (example.startsWith('$') || code === 'RNN119') continue
    const codes = faults(example).map(fault => fault.slice(0, 6))
    assert.deepEqual(codes, ofFrontEnd.includes(code) ? [code] : [], `${code}\n${messages(example)}`)
  }
})

test('every message of the catalogue is a sentence without its full stop', () => {
  for (const [code, { title, message, help = '', cause, fix }] of entries) {
    assert.match(title, /^[A-Z`].*[^.]$/, code)
    for (const text of [message, help]) assert.doesNotMatch(text, /^[A-Z][a-z]|\.$/, code)
    for (const text of [cause, fix]) assert.match(text, /[.:?]$/, code)
  }
})

test('one run reports every broken statement', () => {
  const source = `cell A(units) {
  input x: [D], y: [D],
  state h [units]
  param of: [3]
  parm W: [units, D]
  h' = tanh(W @ x +
  g = h''
  y = a ** 2
  z = 2x
  u = 3 v = 4
  w = a < b < c
  if (a) b
}
fn f(x) = x +
modle N { input x: [3] }
x = 3
`
  assert.deepEqual(faults(source), [
    ...['RNN108 2:23', 'RNN101 3:11', 'RNN117 4:9', 'RNN101 5:8', 'RNN101 7:5', 'RNN104 7:9', 'RNN101 8:10'],
    ...['RNN101 9:8', 'RNN103 10:9', 'RNN116 11:13', 'RNN101 12:6', 'RNN101 15:7'],
  ])
})

test('what is whole is kept', () => {
  const { program, diagnostics } = parse(
    "cell a { input x: [ ; state h: real; h' = }\ncell b { input x: real }",
    'a.rnn',
  )
  assert.equal(diagnostics.length, 2)
  const bodies = program.items.map(item => (item.kind === 'unit' ? item.body.map(({ kind }) => kind) : []))
  assert.deepEqual(bodies, [['state'], ['input']])
})

test('two statements on one line', () => {
  assert.deepEqual(faults('model m { y = 1 z = 2 }'), ['RNN103 1:17'])
  assert.deepEqual(faults("cell m { state h: real h' = 2 }"), ['RNN103 1:24'])
  assert.deepEqual(faults('model m { y = 1 loss y }'), ['RNN103 1:17'])
  assert.deepEqual(faults('fn f(x) { y = x return y }'), ['RNN103 1:17'])
  assert.deepEqual(faults('fn f(x) = x fn g(x) = x'), ['RNN103 1:13'])
  assert.deepEqual(faults('model m { y = 1; z = 2 }'), [])
  assert.deepEqual(faults('cell a {} cell b {}'), [])
})

test('a comma at the end of a declaration', () => {
  for (const next of ['target label: class of 2', 'loss (a)', 'y = 1', "h' = 1", 'part f = g', 'predict y from p']) {
    assert.deepEqual(faults(`model m {\n  input x: [3],\n  ${next}\n}`).slice(0, 1), ['RNN108 2:15'], next)
  }
  assert.deepEqual(faults('model m {\n  input x: [3],\n}'), ['RNN108 2:15'])
  assert.deepEqual(faults('model m {\n  part f = g,\n  loss f(x)\n}'), ['RNN108 2:13'])
  assert.deepEqual(faults('model m {\n  output f,\n  loss f(x)\n}'), ['RNN108 2:11'])
  assert.deepEqual(faults('model m {\n  input x: [3],\n    loss: [2]\n}'), [])
})

test('primes', () => {
  assert.deepEqual(faults("cell c { h'' = 1 }"), ['RNN104 1:12'])
  assert.deepEqual(faults("cell c { h '' = 1 }"), ['RNN104 1:12'])
  assert.deepEqual(faults("cell c { h ' = 1 }"), ['RNN104 1:12'])
  assert.deepEqual(faults("cell c { of' = 1 }"), ['RNN117 1:10'])
})

test('reserved words', () => {
  for (const word of ['over', 'of', 'and', 'or', 'not', 'true', 'false', 'return']) {
    assert.deepEqual(faults(`model m {\n  input ${word}: [3]\n}`), ['RNN117 2:9'], word)
    if (word !== 'return') assert.deepEqual(faults(`model m {\n  ${word} = 3\n}`), ['RNN117 2:3'], word)
  }
})

test('strings', () => {
  assert.deepEqual(faults('import "a'), ['RNN110 1:8'])
  assert.deepEqual(faults('import "a\\"'), ['RNN110 1:8'])
  assert.deepEqual(faults('import "a\\q"'), ['RNN118 1:10'])
  assert.match(messages("data d for m { t = csv('a.csv') }"), /double quotes/)
})

test('statements in the wrong block', () => {
  assert.deepEqual(faults('cell c { loss 1 }'), ['RNN114 1:10'])
  assert.deepEqual(faults('layer c { state h: real; return 1 }'), ['RNN114 1:11'])
  assert.deepEqual(faults('fn f(x) { param W: [3]; return x }'), ['RNN114 1:11'])
  assert.deepEqual(faults('model m { return 1 }'), ['RNN114 1:11'])
  assert.deepEqual(faults('train m on d { epochs = 1; loss 3 }'), ['RNN114 1:28'])
  assert.deepEqual(faults('fn f(x) { y = x }'), ['RNN115 1:4'])
  assert.deepEqual(faults('cell c { input x: real }'), [])
})

test('hints', () => {
  const hints: Record<string, RegExp> = {
    'parm W: [3]': /did you mean `param`\?/,
    'y = x ** 2': /a power is written `x\^2`/,
    'y = 2x': /a product is written `2 \* x`/,
    'y = .5': /write `0.5`/,
    'y += 1': /a name has one definition/,
    'if a: b': /`where\(b, x, y\)`/,
    'for t in x': /apply a cell to a sequence/,
    'let y = 1': /an equation is just/,
    'y = a && b': /write `and`/,
    'y = a − b': /write minus as a plain/,
  }
  for (const [line, help] of Object.entries(hints)) assert.match(messages(`model m {\n  ${line}\n}`), help, line)
  assert.match(messages('modle m {}'), /did you mean `model`\?/)
  assert.match(messages('x = 3'), /must be inside/)
  assert.match(messages('model m {\n  y = 1\nmodel n {}'), /not closed/)
  assert.match(messages('model m {\n  y = f(\n  z = 2\n}'), /2 \| {3}y = f\(\n.*- this `\(` is not closed/)
  assert.match(messages("model m {\n  y = f(a +\n  h' = 2\n}"), /line 2 seems unfinished/)
  assert.match(messages('model m {\n  y = 1 +\n}'), /line 2 seems unfinished/)
  assert.doesNotMatch(messages('model m {\n  y = a\n    |> b c\n}'), /unfinished/)
})

test('a file that ends too early is one error', () => {
  for (const source of [
    'model m {',
    'model m {\n  y = 1 +',
    'model m {\n  y = f(1,\n',
    'cell',
    'fn f(x) =',
    'import',
    'data d for m { x = [',
  ]) {
    assert.equal(faults(source).length, 1, source)
  }
  assert.deepEqual(faults(''), [])
  assert.deepEqual(faults('# nothing\n'), [])
})

test('a statement that is nested too deeply is an error, not a crash', () => {
  const deep = `model m {\n  y = ${'('.repeat(20000)}1${')'.repeat(20000)}\n}`
  assert.deepEqual(
    parse(deep, 'a.rnn').diagnostics.map(({ code }) => code),
    ['RNN119'],
  )
})

describe('messages', () => {
  it('with a hole that nothing fills, or filled under another name, do not compile', () => {
    const wrong = [
      // @ts-expect-error: the hole is called `found`
      () => diagnostic('RNN101', { expected: '`)`', fuond: '`]`' }),
      // @ts-expect-error: nothing fills `found`
      () => diagnostic('RNN101', { expected: '`)`' }),
      // @ts-expect-error: there is no such code
      () => diagnostic('RNN999', {}),
    ]
    assert.equal(wrong.length, 3)
  })
})

test('a bad character explains a failure behind it, at the end of the file too', () => {
  assert.deepEqual(
    ['cell a {\n  x = 1 + $\n}', 'cell a {\n  x = 1 + $'].map(source => faults(source).map(f => f.slice(0, 6))),
    [['RNN102'], ['RNN102']],
  )
})
