import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { fail } from '../../dsl/diagnostics.ts'
import { csvCell, csvReader } from '../../runtime/data/csvText.ts'
import { parseCsv } from '../../runtime/data/functions/csv.ts'
import { lineDecoder } from '../../runtime/data/lineText.ts'
import { failing, load, placesOf, textsOf } from './support.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const cells = (text: string): Record<string, readonly string[]> =>
  Object.fromEntries([...parseCsv(bytes(text), 'f.csv').columns].map(([name, column]) => [name, textsOf(column)]))

test('quotes, commas and new lines within cells, line ends of any kind, a byte order mark, blanks', () => {
  assert.deepEqual(cells('\ufeffa,b\r\n"x, ""y""\nz", 2 \r\n\r\n3,4\r\n'), { a: ['x, "y"\nz', '3'], b: ['2', '4'] })
  assert.deepEqual(cells('a,b\n1,2'), { a: ['1'], b: ['2'] })
})

test('rows know their line, across cells with new lines and blank lines', () => {
  const { columns } = parseCsv(bytes('a,b\n"x\ny",2\n\n3,4\n'), 'f.csv')
  assert.deepEqual(placesOf(columns.get('b')), ['line 3', 'line 5'])
})

/** Texts that hold the same three rows, or two columns of them, whatever ends their lines and stands between their cells. */
const alike = {
  'lines that end with LF': 'a,b\n1,2\n3,4\n5,6\n',
  'lines that end with CRLF': 'a,b\r\n1,2\r\n3,4\r\n5,6\r\n',
  'lines that end with CR': 'a,b\r1,2\r3,4\r5,6\r',
  'CRLF, then LF': 'a,b\r\n1,2\n3,4\n5,6\n',
  'LF, then CRLF': 'a,b\n1,2\r\n3,4\r\n5,6\r\n',
  'CR, then LF, then CRLF': 'a,b\r1,2\n3,4\r\n5,6',
  'no end of the last line': 'a,b\n1,2\n3,4\n5,6',
  'blank lines, and lines of blanks': '\n\na,b\n\n1,2\n   \n3,4\n\r\n5,6\n\n\n',
  'lines written with two ends, as by text mode on Windows': 'a,b\r\r\n1,2\r\r\n3,4\r\r\n5,6\r\r\n',
  'a byte order mark': '\ufeffa,b\n1,2\n3,4\n5,6\n',
  'blanks around cells': ' a ,b\t\n1 , 2\n3,4 \n\t5,6\n',
  'cells in quotes': '"a","b"\r\n"1","2"\n"3","4"\n"5","6"',
  'blanks around cells in quotes': '"a" ,"b"\n "1", "2" \n"3",\t"4"\n5,"6"',
  semicolons: 'a;b\n1;2\n3;4\n5;6\n',
  tabs: 'a\tb\r\n1\t2\n3\t4\n5\t6\n',
  'tabs, and cells in quotes': '"a"\t"b"\n"1"\t "2"\n3\t4\n5\t6\n',
} as const
for (const [what, text] of Object.entries(alike)) {
  test(`${what}: three rows`, () => assert.deepEqual(cells(text), { a: ['1', '3', '5'], b: ['2', '4', '6'] }))
}

test('the separator is that of the first line, outside of quotes', () => {
  assert.deepEqual(cells('a,"b;c"\n1,2;3\n'), { a: ['1'], 'b;c': ['2;3'] })
  assert.deepEqual(cells('"a,b"\tc;d\n1,5\t2;5\n'), { 'a,b': ['1,5'], 'c;d': ['2;5'] })
  assert.deepEqual(cells('"a\n,b";c\n"x\ny";2\n'), { 'a\n,b': ['x\ny'], c: ['2'] })
  assert.deepEqual(cells('a\n"1,5"\n2;5\n'), { a: ['1,5', '2;5'] })
})

test('another separator is named where a column is asked for', async () => {
  for (const header of ['x|y', 'x y', 'x:y']) {
    const one = {
      inputs: ['x'],
      data: 'x = csv("a.csv").x',
      files: { 'a.csv': `${header}\n${header.replace(/\w/g, '1')}\n` },
    }
    const { help } = await failing('RNN403', () => load(one))
    assert.equal(help, `the first line is one name, \`${header}\`: columns are separated by a comma, a tab or \`;\``)
  }
})

test('names of columns stand in messages on one line, and short', async () => {
  const files = { 'a.csv': `"x\n","\u001b[31m${'y'.repeat(5000)}"\n1,1\n` }
  const { help } = await failing('RNN403', () => load({ inputs: ['x'], data: 'x = csv("a.csv").label', files }))
  assert.match(help ?? '', /^the choices are `x\\n`, `\\u001b\[31my{20,60}…`$/)
})

test('of each line end its own line is counted, also within cells', () => {
  const { columns } = parseCsv(bytes('a,b\r1,2\n"x\ry\r\nz\nw",3\r\n4,5'), 'f.csv')
  assert.deepEqual(placesOf(columns.get('a')), ['line 2', 'line 6', 'line 7'])
})

test('a cell in quotes keeps its blanks, and empty cells stay at their place', () => {
  assert.deepEqual(cells('a,b,c\n" x ",,"\t"\n,,\n'), { a: [' x ', ''], b: ['', ''], c: ['\t', ''] })
})

test('columns without a name, as of empty cells at the end of every line, are left out of sight', () => {
  assert.deepEqual(cells('a,b,,\n1,2,,\n3,4,,\n').b, ['2', '4'])
  assert.deepEqual(cells('"",x\n1,2\n').x, ['2'])
})

test('other marks that end lines for some programs are part of a cell', () => {
  assert.deepEqual(cells('a,b\nx\u2028y,z\vw\f1\u0085\n'), { a: ['x\u2028y'], b: ['z\vw\f1\u0085'] })
})

test('in a single column an empty line within is an empty cell, at the end it is none', () => {
  assert.deepEqual(cells('a\n1\n\n2\n\n\n'), { a: ['1', '', '2'] })
  assert.deepEqual(cells('a\n1\n""\n'), { a: ['1', ''] })
  const { columns } = parseCsv(bytes('a\n1\n\n\n2\n'), 'f.csv')
  assert.deepEqual(placesOf(columns.get('a')), ['line 2', 'line 3', 'line 4', 'line 5'])
})

test('a long cell is no error', () => {
  assert.equal(cells(`a\n${'x'.repeat(300_000)}\n`).a[0].length, 300_000)
})

for (const [what, code, text, reason] of [
  ['an empty file', 'RNN405', '', /`f.csv` is empty/],
  ['a header alone', 'RNN405', 'a,b\n', /the table in `f.csv` is empty\n?.*has a header, but no rows/s],
  ['a row with too many cells', 'RNN410', 'a,b\n1,2\n1,2,3\n', /line 3 has 3 cells, but the first line has 2/],
  ['a row with too few cells', 'RNN410', 'a,b\n1\n', /line 2 has 1 cells/],
  ['a row that ends with a separator', 'RNN410', 'a,b\n1,2,\n', /line 2 has 3 cells, but the first line has 2/],
  ['a decimal comma between commas', 'RNN410', 'a,b\n1,5,2\n', /line 2 has 3 cells.*separated by a comma.*in quotes/s],
  ['commas below semicolons', 'RNN410', 'a;b\n1,2\n', /line 2 has 1 cells.*separated by `;`, as in the first line/s],
  ['spaces below tabs', 'RNN410', 'a\tb\n1 2\n', /line 2 has 1 cells.*separated by a tab/s],
  ['an open quote', 'RNN410', 'a,b\n1,"2\n3,4\n', /the quote that opens in line 2, column `b` is never closed/],
  ['an open quote among the names', 'RNN410', 'a,"b\n1,2\n', /opens in line 1, cell 2 is never closed/],
  ['a quote within a cell', 'RNN410', 'a,b\n1,5" pipe\n', /line 2, column `b` has a quote inside.*quotes/s],
  ['text after a quote', 'RNN410', 'a,b\n"1"0,2\n', /line 2, column `a` continues after its closing quote/],
  ['a NUL', 'RNN410', 'a,b\n1,2\n3,\0\n', /line 3, column `b` contains a NUL.*UTF-16/],
  ['a NUL in a column that is not used', 'RNN410', 'a,b\n1,2\n3,x\0y\n', /line 3, column `b` contains a NUL/],
  ['UTF-16 without its mark', 'RNN410', 'a\0,\0b\0\n\x001\0,\x002\0', /line 1, cell 1 contains a NUL.*UTF-16/],
  ['two columns of one name', 'RNN410', 'a,a\n1,2\n', /two columns are named `a`/],
  ['names once more', 'RNN410', 'a,b\n1,2\na,b\n3,4\n', /line 3 repeats the first line/],
  [
    'the name of a single column once more',
    'RNN410',
    'a\nx\na\n',
    /line 3 repeats the first line.*in quotes if it is data/s,
  ],
] as const) {
  test(`${what} is ${code}`, async () => {
    const { message, help } = await failing(code, () => parseCsv(bytes(text), 'f.csv'))
    assert.match(`${message}\n${help ?? ''}`, reason)
  })
}

/** Texts of all kinds, many of what CSV gives a meaning. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', ' ', 'a', '1', '.', '\0', '\ufeff', '\u2028', 'é'),
  }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '1e3', '007', 'true', 'null', 'NaN', '-0', '+5'),
  // Names of columns, too.
  fc.constantFrom('a', 'b'),
)

test('what is written reads back, row by row', () => {
  const table = fc
    .tuple(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'long name'), { minLength: 1, maxLength: 4 }), fc.nat(6))
    .chain(([names, rows]) =>
      fc.record({
        names: fc.constant(names),
        rows: fc.array(fc.array(text, { minLength: names.length, maxLength: names.length }), {
          minLength: rows + 1,
          maxLength: rows + 1,
        }),
        end: fc.constantFrom('\n', '\r\n', '\r'),
        separator: fc.constantFrom(',', ';', '\t'),
      }),
    )
  fc.assert(
    fc.property(table, ({ names, rows, end, separator }) => {
      const lines = [names, ...rows].map((row, i) =>
        row.map((cell, k) => csvCell(cell, i === 0 ? undefined : names[k])).join(separator),
      )
      const found = cells(lines.join(end))
      assert.deepEqual(found, Object.fromEntries(names.map((name, i) => [name, rows.map(row => row[i])])))
    }),
  )
})

test('commas before the decimals on demand, and no grouping', async () => {
  const file = 'x;y\n1,5;2\n-,25;1e3\n'
  const one = {
    inputs: ['x', 'y'],
    data: 't = csv("a.csv", decimal = ",")\nx = t.x\ny = t.y',
    files: { 'a.csv': file },
  }
  const { train } = await load(one)
  assert.deepEqual(
    train.ports.x.map(e => e.values[0]),
    [1.5, -0.25],
  )
  const grouped = { ...one, files: { 'a.csv': 'x;y\n1.000,5;2\n' } }
  assert.match((await failing('RNN404', () => load(grouped))).message, /`1\.000,5` is not a number: a\.csv, line 2/)
  await failing('RNN404', () => load({ ...one, files: { 'a.csv': 'x;y\n1.5;2\n' } }))
  await failing('RNN231', () => load({ ...one, data: one.data.replace('","', '";"') }))
})

test('bytes that are no UTF-8 are RNN410, with their line, and not characters of no meaning', async () => {
  const latin1 = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))
  for (const [found, says] of [
    [latin1('a\n\xe9\n'), /line 2 is not UTF-8 text: the byte at offset 2 is 0xE9/],
    [latin1('a\r\n1\r2\n\r\nx\xff'), /line 5 is not UTF-8 text: the byte at offset 10 is 0xFF/],
    [latin1('\xef\xbb\xbfa,b\n1,\xc3'), /line 2 is not UTF-8 text: the byte at offset 9 is 0xC3/],
    [latin1('\xff\xfea\0\n\0'), /it is UTF-16, and not UTF-8 text/],
    [latin1('\xfe\xff\0a\0\n'), /it is UTF-16, and not UTF-8 text/],
    [latin1('PK\x03\x04\n\xff'), /it is a zip archive \(a spreadsheet\?\), and not UTF-8 text/],
  ] as const) {
    const { message, help } = await failing('RNN410', () => parseCsv(found, 'f.csv'))
    assert.match(message, says)
    assert.equal(help, 'save the file as UTF-8')
  }
})

test('cells of a TSV file are separated by tabs, whatever else stands in them', async () => {
  const one = {
    inputs: ['x', 'k class of K'],
    data: 't = tsv("a.tsv", decimal = ",")\nx = t["a,b"]\nk = classes(t.k)',
    files: { 'a.tsv': 'a,b\tk\n1,5\tc;d,e\n2\t"f\tg"\n' },
  }
  const { train, fitted } = await load(one)
  assert.deepEqual(
    train.ports.x.flatMap(e => [...e.values]),
    [1.5, 2],
  )
  assert.deepEqual(fitted.ports.k, { kind: 'classes', labels: ['c;d,e', 'f\tg'] })
  const [commas, spaces] = ['a,k\n1,2\n', 'a\tk\n1 2\n'].map(text => ({
    ...one,
    data: 't = tsv("a.tsv")\nx = t.a\nk = classes(t.k)',
    files: { 'a.tsv': text },
  }))
  const { help } = await failing('RNN403', () => load(commas))
  assert.equal(help, 'the first line is one name, `a,k`: columns are separated by a tab')
  assert.match((await failing('RNN410', () => load(spaces))).message, /line 2 has 1 cells, but the first line has 2/)
})

test('a row without an end is RNN410 before it is longer than a text can be', async () => {
  const refuse = (reason: string): never => fail('RNN410', { file: 'f.csv', reason })
  const rows = csvReader({ head: names => names.map(() => true), row: () => {} }, refuse, { longest: 20 })
  rows.add('a,b\n1,2\n3,"\n')
  const { message } = await failing('RNN410', () => rows.add('4,5\n'.repeat(5)))
  assert.match(message, /a row on line 1 or after it does not end within 20 characters/)
  const line = lineDecoder(refuse, 20)
  assert.equal(line.add(bytes('a\nb')), 'a\n')
  assert.equal(line.add(bytes('c'.repeat(19))), '')
  assert.match((await failing('RNN410', () => line.add(bytes('c')))).message, /line 2 does not end within 20 bytes/)
})
