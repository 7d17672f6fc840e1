import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import { readCells } from '../../runtime/data/cells.ts'
import { parseJsonl } from '../../runtime/data/functions/jsonl.ts'
import { failing, load, placesOf, textsOf } from './support.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const span = { file: 'm.rnn', start: 0, end: 0 }

/** What the values of a key are: its texts, or its lists with their lengths. */
function valuesOf(text: string, name: string): unknown {
  const cells = parseJsonl(bytes(text), 'f.jsonl').columns.get(name)
  assert.ok(cells)
  const value = readCells(cells, span)
  if (value.kind === 'column') return textsOf(value)
  assert.equal(value.kind, 'sequences')
  return [[...value.lengths], [...value.series.values.rows(0, value.series.rows)]]
}

test('each key is a column, whose cells know their line; blank lines, line ends of any kind, a byte order mark', () => {
  const text = '\ufeff{"a": 1, "b": [2]}\r\n\r\n {"b": [], "c": "x"} \n\n'
  const { columns } = parseJsonl(bytes(text), 'f.jsonl')
  assert.deepEqual(
    [...columns.values()].map(column => [column.name, placesOf(column)]),
    [
      ['a', ['line 1', 'line 3']],
      ['b', ['line 1', 'line 3']],
      ['c', ['line 1', 'line 3']],
    ],
  )
  assert.deepEqual(valuesOf(text, 'b'), [[1, 0], [2]])
  assert.throws(() => valuesOf(text, 'a'), /line 3 has no `a`/)
  assert.throws(() => valuesOf(text, 'c'), /line 1 has no `c`/)
})

test('lines end with LF, CRLF or CR, each by itself, and count by themselves', () => {
  const text = '{"a": 1}\r\n{"a": 2}\n{"a": 3}\r{"a": 4}\r\r\n{"a": 5}'
  assert.deepEqual(
    placesOf(parseJsonl(bytes(text), 'f.jsonl').columns.get('a')),
    [1, 2, 3, 4, 6].map(line => `line ${line}`),
  )
  assert.deepEqual(valuesOf(text, 'a'), ['1', '2', '3', '4', '5'])
  assert.deepEqual(valuesOf('{"a": "x\u2028y"}', 'a'), ['x\u2028y'])
})

test('keys and colons within texts, and keys of inner objects, are no keys of the line', () => {
  assert.deepEqual(valuesOf('{"a": "\\"a\\": 1", "b": {"a": 2, "b": [{"a": 3}, {"a": 4}]}}', 'a'), ['"a": 1'])
  assert.deepEqual(valuesOf('{"a": "x:", "b" : ":"}', 'b'), [':'])
  assert.deepEqual(valuesOf('{"\\\\": 1, "a\\\\": 2}', '\\'), ['1'])
  assert.deepEqual(valuesOf('{"\\\\": 1, "a\\\\": 2}', 'a\\'), ['2'])
})

test('names of objects that JavaScript knows are names as others', () => {
  const { columns } = parseJsonl(bytes('{"__proto__": 1, "constructor": 2}'), 'f.jsonl')
  assert.deepEqual([...columns.keys()], ['__proto__', 'constructor'])
  assert.equal(parseJsonl(bytes('{"a": 1}'), 'f.jsonl').columns.get('toString'), undefined)
})

test('numbers, texts and booleans are as the cells of a CSV file', async () => {
  const { train, sizes, fitted } = await load({
    inputs: ['x [2]', 'kind class of K', 'yes class of L'],
    data: 't = jsonl("a.jsonl")\nx = [t.n, t["a text"]]\nkind = classes(t.n)\nyes = classes(t.yes)',
    files: { 'a.jsonl': '{"n": 10, "a text": "0.5", "yes": true}\n{"n": -2e-7, "a text": "1", "yes": false}\n' },
  })
  assert.deepEqual(
    train.ports.x.map(e => [...e.values]),
    [
      [10, 0.5],
      [-2e-7, 1],
    ],
  )
  assert.deepEqual(sizes, { K: 2, L: 2 })
  assert.deepEqual(fitted.ports.kind, { kind: 'classes', labels: ['-2e-7', '10'] })
  assert.deepEqual(fitted.ports.yes, { kind: 'classes', labels: ['false', 'true'] })
})

test('a column that nothing uses may hold anything', async () => {
  const files = { 'a.jsonl': '{"x": 1, "more": {"a": null}}\n{"x": 2, "other": null}\n' }
  assert.equal((await load({ inputs: ['x'], data: 'x = jsonl("a.jsonl").x', files })).train.count, 2)
})

const badFiles: Record<string, [code: Code, text: string, reason: RegExp]> = {
  'an empty file': ['RNN405', '', /`f.jsonl` is empty/],
  'a file of blank lines': ['RNN405', '\n \n', /`f.jsonl` is empty/],
  'a line that ends early': ['RNN410', '{"x": [1]}\n{"x": [1, 2', /line 2 is no JSON: /],
  'a file that is one JSON list': [
    'RNN410',
    '[\n  {"x": 1}\n]\n',
    /line 1 is no JSON: .*must be a JSON object, such as/s,
  ],
  'a line that is a list': ['RNN410', '{"x": 1}\n\n[1, 2]\n', /line 3 is a list, not an object/],
  'a line that is a number': ['RNN410', '7\n', /line 1 is 7, not an object/],
  'a line that is null': ['RNN410', 'null\n', /line 1 is null, not an object/],
  'a CSV file': ['RNN410', 'x,y\n1,2\n', /line 1 is no JSON: /],
  'a key twice': ['RNN410', '{"x": 1}\n\n{"x": 1, "y": 2, "x": 3}\n', /line 3 has `x` twice/],
  'a key twice, written in two ways': ['RNN410', '{"\\u0078": 1, "x": 1}\n', /line 1 has `x` twice/],
  'a key twice in an inner object': ['RNN410', '{"x": {"k": [1], "k": 2}, "k": 3}\n', /line 1 has `k` twice/],
  'a key twice beside texts': ['RNN410', '{"x": "\\\\", "y": "\\"x\\": 1", "x": ""}\n', /line 1 has `x` twice/],
  'a number with a plus': ['RNN410', '{"x": +5}\n', /line 1 is no JSON: /],
  'a number in other digits': ['RNN410', '{"x": 0x10}\n', /line 1 is no JSON: /],
  'a comma at the end': ['RNN410', '{"x": 1}\n{"x": 1,}\n', /line 2 is no JSON: .*column 9/],
  'a NUL': ['RNN410', '{"x": 1}\n\0{"x": 2}\n', /line 2 contains a NUL: the file is binary, or text in UTF-16.*save/s],
  'a control character': ['RNN410', '\u001b[31m', /line 1 is no JSON: .*\\u001b/],
  Infinity: ['RNN410', '{"x": -Infinity}\n', /line 1 is no JSON: /],
  NaN: ['RNN410', '{"x": 1}\n{"x": NaN}\n', /line 2 is no JSON: .*NaN/],
  'two objects in a line': ['RNN410', '{"x": 1} {"x": 2}\n', /line 1 is no JSON: /],
}
for (const [what, [code, text, reason]] of Object.entries(badFiles)) {
  test(`${what} is ${code}`, async () => {
    const { message, help } = await failing(code, () => parseJsonl(bytes(text), 'f.jsonl'))
    assert.match(`${message}\n${help ?? ''}`, reason)
  })
}

test('bytes that are no UTF-8 are RNN410', async () => {
  const { message } = await failing('RNN410', () => parseJsonl(Uint8Array.of(0x7b, 0xe9, 0x7d), 'f.jsonl'))
  assert.match(message, /UTF-8/)
})

const badCells: Record<string, [code: Code, text: string, says: RegExp]> = {
  'an unknown key': ['RNN403', '{"xs": 1}', /`a\.jsonl` has no column `x`.*did you mean `xs`/s],
  'a key that a row lacks': ['RNN410', '{"x": 1}\n\n{"y": 1}', /line 3 has no `x`, but other lines have one/],
  'a key that the first row lacks': ['RNN410', '{"y": 1}\n{"x": 1}', /line 1 has no `x`/],
  'a word among numbers': ['RNN404', '{"x": 1}\n{"x": "one"}', /`one` is not a number: a\.jsonl, line 2, column `x`/],
  'a truth as a number': ['RNN404', '{"x": 1}\n{"x": true}', /`true` is not a number: a\.jsonl, line 2, column `x`/],
  null: ['RNN404', '{"x": 1}\n{"x": null}', /`null` is not a number: a\.jsonl, line 2, column `x`/],
  'a number out of all bounds': [
    'RNN404',
    '{"x": 1e999}',
    /`1e999` is not a number that 64 bits hold: a\.jsonl, line 1/,
  ],
  'an object': ['RNN410', '{"x": 1}\n{"x": {"y": 1}}', /line 2 contains an object in `x`/],
  'a list among numbers': ['RNN410', '{"x": 1}\n{"x": [1]}', /line 2 contains a list in `x`, but line 1 contains 1/],
  'a number among lists': [
    'RNN410',
    '{"x": [1]}\n{"x": "a"}',
    /line 2 contains "a" in `x`, but line 1 contains a list/,
  ],
  'null in a list': ['RNN404', '{"x": [1]}\n{"x": [1, null]}', /`null` is not a number: a\.jsonl, line 2, column `x`/],
  'null in a list of lists': ['RNN404', '{"x": [[1], [null]]}', /`null` is not a number: a\.jsonl, line 1, column `x`/],
  'null for a list': ['RNN404', '{"x": [[1], null]}', /`null` is not a number/],
  'a text in a list': ['RNN404', '{"x": ["a", "b"]}', /`a` is not a number: a\.jsonl, line 1.*texts need/s],
  'a truth in a list': ['RNN404', '{"x": [true]}', /`true` is not a number/],
  'an object in a list': ['RNN404', '{"x": [{"y": 1}]}', /`{"y":1}` is not a number/],
  'a large number in a list': [
    'RNN404',
    '{"x": [1e999]}',
    /`1e999` is not a number that 64 bits hold: a\.jsonl, line 1, column `x`/,
  ],
  'lists of other widths': [
    'RNN410',
    '{"x": []}\n{"x": [[1, 2]]}\n{"x": [[1, 2], [3]]}',
    /line 3 has a list of 1 in element 2 of `x`, but line 2 begins with a list of 2/,
  ],
  'a number among lists of numbers': [
    'RNN410',
    '{"x": [[1, 2], 3]}',
    /line 1 has a number in element 2 of `x`, but line 1 begins with a list of 2/,
  ],
  'an empty list in a list': ['RNN410', '{"x": [[]]}', /line 1 has an empty list in element 1 of `x`/],
  'lists deeper than the axes': ['RNN411', '{"x": [[[1]]]}', /declared as real, but its data is \[1\] over an axis/],
}
for (const [what, [code, text, says]] of Object.entries(badCells)) {
  test(`${what} is ${code}, at its place`, async () => {
    const files = { 'a.jsonl': text }
    const found = await failing(code, () => load({ inputs: ['x'], data: 'x = jsonl("a.jsonl").x * 2', files }))
    assert.match(`${found.message}\n${found.help ?? ''}`, says)
    assert.ok(found.span, 'it has a place')
  })
}
