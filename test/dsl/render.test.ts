// How diagnostics look in a terminal.
import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'vitest'
import type { Span } from '../../dsl/ast.ts'
import { type Details, diagnostic } from '../../dsl/diagnostics.ts'
import { position } from '../../dsl/position.ts'
import { render } from '../../dsl/render.ts'

const source = `cell LSTM {
  input x: [D]
  state h, c: [units]

  i = x
\tc' = [x,
        i]
}
`
const sources = new Map([
  ['lstm.rnn', source],
  ['empty.rnn', ''],
])

function spanOf(text: string, file = 'lstm.rnn'): Span {
  const start = source.indexOf(text)
  return { file, start, end: start + text.length }
}

function shape(details: Details): string {
  const values = { state: 'c', declared: '[units]', found: '[2*units]' }
  return render(diagnostic('RNN301', values, details), sources, { color: false })
}

test('the message, the line, the caret and the help', () => {
  const text = shape({ span: spanOf('x: [D]'), caret: 'declared as `state h, c: [units]` on line 3' })
  assert.equal(
    text,
    `error RNN301: state \`c\` is [units], but its next value is [2*units]
 --> lstm.rnn:2:9
  |
2 |   input x: [D]
  |         ^^^^^^ declared as \`state h, c: [units]\` on line 3
help: the next value of a state must have its declared type`,
  )
})

test('several labels, a tab, and a place over two lines', () => {
  const labels = [
    { span: spanOf('c: [units]'), text: 'declared here' },
    { span: spanOf('i = x'), text: '' },
  ]
  assert.equal(
    shape({ span: spanOf("c' = [x,\n        i]"), caret: 'this is [2*units]', labels, help: 'help yourself' }),
    `error RNN301: state \`c\` is [units], but its next value is [2*units]
 --> lstm.rnn:6:2
  |
3 |   state h, c: [units]
  |            ---------- declared here
...
5 |   i = x
  |   -----
6 |   c' = [x,
  |   ^^^^^^^^ this is [2*units]
help: help yourself`,
  )
})

test('labels of another file', () => {
  const other = { file: 'other.rnn', start: 0, end: 3 }
  const both = new Map([...sources, ['other.rnn', 'fn f(x) = x']])
  const found = diagnostic('RNN107', { name: 'f' }, { span: spanOf('LSTM'), labels: [{ span: other, text: 'first' }] })
  assert.equal(
    render(found, both, { color: false }),
    `error RNN107: \`f\` is defined twice
 --> lstm.rnn:1:6
  |
1 | cell LSTM {
  |      ^^^^
 --> other.rnn:1:1
  |
1 | fn f(x) = x
  | --- first
help: give one of them another name`,
  )
})

test('two marks on one line', () => {
  const labels = [{ span: spanOf('state'), text: 'here' }]
  assert.match(shape({ span: spanOf('c: '), labels }), / {11}\^\^\^\n {2}\| {3}----- here/)
})

test('empty files, the end of a file, and files that are not known', () => {
  const lines = (span: Span) => shape({ span }).split('\n').slice(1, -1)
  assert.deepEqual(lines({ file: 'empty.rnn', start: 0, end: 0 }), [' --> empty.rnn:1:1', '  |', '1 |', '  | ^'])
  const end = { file: 'lstm.rnn', start: source.length, end: source.length }
  assert.deepEqual(lines(end), [' --> lstm.rnn:9:1', '  |', '9 |', '  | ^'])
  assert.deepEqual(lines({ file: 'gone.rnn', start: 3, end: 4 }), [' --> gone.rnn'])
  assert.deepEqual(shape({}).split('\n').length, 2)
})

test('color', () => {
  const found = diagnostic('RNN302', { state: 'h' }, { span: spanOf('state') })
  const text = render(found, sources, { color: true })
  assert.ok(text.startsWith('\u001b[1;31merror RNN302\u001b[0m'))
  assert.equal(stripVTControlCharacters(text), render(found, sources, { color: false }))
})

test('a warning says so', () => {
  const text = render(diagnostic('RNN222', { name: 'cell' }), sources, { color: false })
  assert.match(text, /^warning RNN222: the recipe `cell` is applied in two places/)
})

test('positions', () => {
  assert.deepEqual(position('ab\ncd', 4), { line: 2, column: 2 })
  assert.deepEqual(position('ab\r\ncd', 4), { line: 2, column: 1 })
  assert.deepEqual(position('', 7), { line: 1, column: 1 })
})
