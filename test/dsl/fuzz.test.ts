// Random files: the parser never throws, and its places lie in the source.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { parse } from '../../dsl/parse.ts'
import { printAst } from '../../dsl/printAst.ts'
import { scan } from '../../dsl/scanText.ts'
import { fixture, shown } from './support.ts'

const words = [
  ...'cell layer fn model train data import from for on input target param state part output loss metric'.split(' '),
  ...'predict token class over of and or not true false return x h units T'.split(' '),
  ...["h'", "h''", "'", '"a.rnn"', '"open', '1', '2.5', '1e3', '|>', '==', '<', '+', '-', '*', '@', '^', '=', '&', 'é'],
  ...['{', '}', '(', ')', '[', ']', ',', ':', ';', '.', '\n', '\n', '\n  ', '\t', '# c', '\r\n'],
]

function check(source: string) {
  const { program, diagnostics } = parse(source, 'a.rnn')
  printAst(program)
  const text = shown(diagnostics, source)
  assert.doesNotMatch(text, /NaN|undefined|\{(expected|found|name|text|line)\}/)
  for (const { span } of diagnostics) {
    assert.ok(span !== undefined && span.start >= 0 && span.end >= span.start && span.end <= source.length)
  }
  const bad = JSON.stringify(program, (_, value) => (Number.isNaN(value) ? 'not a number' : value))
  assert.ok(!bad.includes('not a number'))
}

test('token soup', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), soup => check(soup.join(' '))),
    { numRuns: 1500 },
  )
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), soup => check(soup.join(''))),
    { numRuns: 500 },
  )
})

test('any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), check), { numRuns: 500 })
})

test('good programs with a piece missing, doubled or replaced', () => {
  const source = `${fixture('library.rnn')}\n${fixture('programs.rnn')}`
  const { tokens } = scan(source, 'a.rnn')
  const edit = fc.tuple(fc.nat(tokens.length - 1), fc.constantFrom('', 'twice', ...words))
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => {
      let text = source
      for (const [at, word] of edits.sort(([a], [b]) => b - a)) {
        const { startOffset: start, image } = tokens[at]
        text = `${text.slice(0, start)}${word === 'twice' ? `${image} ${image}` : word}${text.slice(start + image.length)}`
      }
      check(text)
      const { diagnostics } = parse(text, 'a.rnn')
      assert.ok(diagnostics.length <= 6 * edits.length, shown(diagnostics, text))
    }),
    { numRuns: 60 },
  )
})
