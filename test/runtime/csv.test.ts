import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCsv } from '../../runtime/data/functions/csv.ts'
import { failing } from './support.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const cells = (text: string): Record<string, readonly string[]> =>
  Object.fromEntries([...parseCsv(bytes(text), 'f.csv').columns].map(([name, column]) => [name, column.cells]))

test('quotes, commas and new lines within cells, line ends of any kind, a byte order mark, blanks', () => {
  assert.deepEqual(cells('\ufeffa,b\r\n"x, ""y""\nz", 2 \r\n\r\n3,4\r\n'), { a: ['x, "y"\nz', '3'], b: ['2', '4'] })
  assert.deepEqual(cells('a,b\n1,2'), { a: ['1'], b: ['2'] })
})

test('rows know their line, across cells with new lines and blank lines', () => {
  const { columns } = parseCsv(bytes('a,b\n"x\ny",2\n\n3,4\n'), 'f.csv')
  assert.deepEqual(columns.get('b')?.lines, [3, 5])
})

test('in a single column an empty line within is an empty cell, at the end it is none', () => {
  assert.deepEqual(cells('a\n1\n\n2\n\n\n'), { a: ['1', '', '2'] })
})

test('a long cell is no error', () => {
  assert.equal(cells(`a\n${'x'.repeat(300_000)}\n`).a[0].length, 300_000)
})

for (const [what, code, text, reason] of [
  ['an empty file', 'RNN405', '', /`f.csv` is empty/],
  ['a header alone', 'RNN405', 'a,b\n', /`f.csv` is empty/],
  ['a row with too many cells', 'RNN410', 'a,b\n1,2\n1,2,3\n', /line 3 has 3 cells, the first line has 2/],
  ['a row with too few cells', 'RNN410', 'a,b\n1\n', /line 2 has 1 cells/],
  ['an open quote', 'RNN410', 'a,b\n"1,2\n', /[Qq]uote/],
  ['two columns of one name', 'RNN410', 'a,a\n1,2\n', /two columns are named `a`/],
] as const) {
  test(`${what} is ${code}`, async () => {
    assert.match((await failing(code, () => parseCsv(bytes(text), 'f.csv'))).message, reason)
  })
}

test('bytes that are no UTF-8 are RNN410, not characters of no meaning', async () => {
  const { message } = await failing('RNN410', () => parseCsv(Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a), 'f.csv'))
  assert.match(message, /UTF-8/)
})
