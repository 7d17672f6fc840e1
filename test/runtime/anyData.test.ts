// Whatever a file holds, and whatever a block does with it: examples of finite numbers, or an error of the catalogue.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { RnnError } from '../../dsl/diagnostics.ts'
import { load } from './support.ts'

const code = fc.constantFrom<unknown>(0, 1, 2, 3)

/** Lists so deep of one kind of value. */
const lists = (depth: number, leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  depth === 0 ? leaf : fc.array(lists(depth - 1, leaf), { maxLength: 3 })

/** Rows that are alike, as those of a table are. */
const regular = fc
  .tuple(fc.nat(3), fc.constantFrom(code, fc.boolean()))
  .chain(([depth, leaf]) => fc.array(fc.record({ x: lists(depth, leaf), k: code }), { minLength: 1, maxLength: 5 }))

const odd = fc.constantFrom<unknown>(
  null,
  true,
  -0,
  1.5,
  1e300,
  2 ** 53,
  3e9,
  -1,
  '',
  'a',
  'true',
  '1,5',
  ' x ',
  [[]],
  { x: 1 },
)
const irregular = fc.array(fc.record({ x: fc.oneof(odd, fc.array(odd), fc.json()), k: odd }, { requiredKeys: [] }), {
  minLength: 1,
  maxLength: 5,
})
const jsonl = fc.oneof(regular, irregular).map(rows => rows.map(row => JSON.stringify(row)).join('\n'))

const cell = fc.constantFrom('1', '2', '0', 'true', '', 'a', '"b"', '1,5', '"c\n"', '3e9', '1e400', ' ', '"', '\0')
const csv = fc
  .tuple(
    fc.array(fc.tuple(cell, fc.constantFrom('1', '0', 'x', '')), { minLength: 1, maxLength: 6 }),
    fc.constantFrom(',', ';', '\t'),
  )
  .map(([rows, separator]) => [['x', 'k'], ...rows].map(row => row.join(separator)).join('\n'))

const file = fc.oneof(
  jsonl.map(text => ({ read: 'jsonl', text })),
  csv.map(text => ({ read: 'csv', text })),
  fc.string().map(text => ({ read: 'csv', text })),
)

const input = fc.constantFrom(
  ...['', ' int', ' bool', ' token of V', ' class of K', ' over T', ' bool over T', ' [D] over T', ' over T over S'],
  ...[' [D] over T over S', ' class of K over T over S', ' over T[2]', ' [2]', ' int over T', ' over T over S over U'],
)

const expression = fc.constantFrom(
  ...['t.x', 'classes(t.x)', 'classes(t.x, "e")', 'standardize(t.x)', 'minmax(t.x * 2)', '[t.x, t.k]', 't.x - t.k'],
  ...['log1p(t.x)', 'truncated(t.x, 1)', 'padded(t.x, 2)', 'windows(t.x, 2).past', 'windows(t.x, 1).next', '1 / t.x'],
  ...['classes(truncated(t.x, 2))', 'padded(classes(t.x), 2)', 'truncated(padded(t.x, 3), 2, "post")', 'sqrt([t.x])'],
)

test('no data crashes, and none becomes what is no number', async () => {
  await fc.assert(
    fc.asyncProperty(file, input, expression, fc.boolean(), async ({ read, text }, type, x, split) => {
      const data = `t = ${read}("a")\nx = ${x}${split ? '\nsplit = ordered(0.5, 0.5)' : ''}`
      try {
        const { train } = await load({ inputs: [`x${type}`], data, files: { a: text } })
        assert.ok(train.ports.x.every(({ values }) => values.every(Number.isFinite)))
      } catch (error) {
        if (!(error instanceof RnnError)) throw error
        const [{ message, help, span }] = error.diagnostics
        assert.doesNotMatch(`${message} ${help ?? ''}`, /undefined|\[object/)
        assert.ok(span, message)
      }
    }),
    { numRuns: 1500 },
  )
})
