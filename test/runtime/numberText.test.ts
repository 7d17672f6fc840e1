// Texts are read as numbers to the nearest of 64 bits, as JavaScript reads them, however short the way is.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { numberOf } from '../../runtime/data/numberText.ts'

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength })
const written = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    digits(18),
    fc.constantFrom('', '.'),
    digits(18),
    fc.constantFrom('', 'e5', 'E-7'),
  )
  .map(parts => parts.join(''))

test('a number is the nearest, with a point or a comma', () => {
  fc.assert(
    fc.property(written, text => {
      const expected = /\d/.test(text.replace(/e.*/i, '')) ? Number(text) : Number.NaN
      assert.ok(Object.is(numberOf(text), expected), `${text} is read as ${numberOf(text)}`)
      assert.ok(Object.is(numberOf(text.replace('.', ','), ','), expected))
      assert.ok(Object.is(numberOf(` ${text}\t`), expected))
    }),
    { numRuns: 2000 },
  )
})

test('anything else is no number', () => {
  for (const text of [
    '',
    '-',
    '.',
    '-.',
    '1.2.3',
    '1,5',
    '--1',
    '1-',
    '0x10',
    '1e',
    'e5',
    '１',
    'NaN',
    'Infinity',
    '1 2',
    '1_000',
  ]) {
    assert.ok(Number.isNaN(numberOf(text)), text)
  }
  assert.ok(Number.isNaN(numberOf('1.5', ',')))
})
