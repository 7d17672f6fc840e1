// Elements of plain numbers are read in another way than all others: both give the same answers, states and errors.
import { deepEqual, equal, throws } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { compile } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import type { Fitted } from '../../runtime/data/fitted.ts'
import { initialWeights } from '../../runtime/session.ts'
import type { Element } from '../../runtime/stream/element.ts'
import { type Stream, stream } from '../../runtime/stream/stream.ts'

const model = compile(`model M {
  input a: real over T
  input b: [2] over T
  input c: [2] over T over P[3]
  h = [a] |> GRU(3)
  output y = h + sum(c, over P)[0] * b[1]
  output all = c * b
  output earlier = drop_last(b)
}`)

/** Reads its target a step late: `a` is that. */
const late = compile(`model M {
  input b: [2] over T
  input c: [2] over T over P[3]
  target a: real over T
  p = [delay(a), b[0]] |> GRU(3) |> dense(1)
  loss mse(p[0], a)
  predict a from p[0]
  output all = c * b
}`)

const fitted: Fitted = {
  calls: {},
  ports: {
    a: { kind: 'numbers', chains: [[{ kind: 'log' }, { kind: 'divide', value: 3 }]] },
    b: { kind: 'numbers', chains: [[{ kind: 'add', value: -1 }], []] },
  },
  sizes: {},
}

const number = fc.oneof(
  fc.float({ min: -4, max: 4, noNaN: true }),
  fc.constantFrom(0, -0, 1e-320, 1e38, 3.5e38, -1e300),
)
const wrong = fc.constantFrom<unknown>(Number.NaN, Infinity, true, '1', 'x', null, undefined, 7n, {}, [], [1, 2, 3, 4])

/** A value with lists of these lengths, in which something may be wrong, or no list as the model wants it. */
function values(lengths: readonly number[]): fc.Arbitrary<unknown> {
  const [length, ...inner] = lengths
  if (length === undefined) return fc.oneof({ weight: 30, arbitrary: number }, { weight: 1, arbitrary: wrong })
  const list = fc.array(values(inner), { minLength: length, maxLength: length })
  const other = inner.length > 0 ? wrong : fc.oneof(wrong, fc.array(number))
  const typed = fc.array(number, { minLength: length, maxLength: length }).map(all => Float64Array.from(all))
  const well = inner.length > 0 ? list : fc.oneof({ weight: 3, arbitrary: list }, { weight: 1, arbitrary: typed })
  return fc.oneof({ weight: 30, arbitrary: well }, { weight: 1, arbitrary: other })
}

const complete = fc.record({ a: values([]), b: values([2]), c: values([3, 2]) })
const elements = fc.oneof(
  { weight: 12, arbitrary: complete },
  { weight: 1, arbitrary: complete.map(e => ({ ...e, d: 1 })) },
  { weight: 1, arbitrary: complete.map(({ c, ...e }) => e) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 3, 'x', new Float32Array(3)) },
)

const settings = fc.record({
  model: fc.constantFrom(model, late),
  precision: fc.constantFrom('f32' as const, 'f64' as const),
  backend: fc.constantFrom(...immediateBackends),
  scaled: fc.boolean(),
})

/** What a step gives, or the error that it throws. */
function outcome(step: () => unknown): unknown {
  try {
    return step()
  } catch (error) {
    if (error instanceof RnnError) return error.message
    throw error
  }
}

/** The states of the first row. */
const firstRow = (s: Stream, rows: number) =>
  Object.entries(s.states).map(([name, all]) => [name, [...all.slice(0, all.length / rows)]])

describe('plain elements', () => {
  it('are read as all others are', () => {
    let plain = 0
    fc.assert(
      fc.property(settings, fc.array(elements, { maxLength: 6 }), ({ model, precision, backend, scaled }, sequence) => {
        const weights = initialWeights(model, {}, 1, precision)
        const begin = (rows: number) => stream(model, weights, { precision, backend, rows, ...(scaled && { fitted }) })
        // Where a row pauses, none is read as plain.
        const [alone, beside] = [begin(1), begin(2)]
        for (const element of sequence) {
          const found = outcome(() => alone.step(element as Element))
          deepEqual(
            found,
            outcome(() => beside.step([element as Element, undefined])[0]),
          )
          deepEqual(firstRow(alone, 1), firstRow(beside, 2))
          if (typeof found === 'object') plain++
        }
      }),
      { numRuns: 100 },
    )
    equal(plain > 30, true, `only ${plain} elements were right`)
  })

  it('are no whole numbers', () => {
    const counted = compile('model M {\n  input n: int over T\n  output y = [real(n)] |> GRU(2)\n}')
    const s = stream(counted, initialWeights(counted, {}, 1, 'f64'), { precision: 'f64' })
    equal(Array.isArray(s.step({ n: 2 }).y), true)
    throws(() => s.step({ n: 1.5 }), /RNN412/)
  })

  it('are read row by row', () => {
    const weights = initialWeights(model, {}, 1, 'f64')
    const begin = (rows: number) => stream(model, weights, { precision: 'f64', rows })
    const all = [1, -2, 3].map(a => ({ a, b: [a, 0.5], c: [1, 2, 3].map(i => [a * i, i]) }))
    const [together, one] = [begin(3), all.map(() => begin(1))]
    for (let t = 0; t < 3; t++)
      deepEqual(
        together.step(all),
        all.map((element, row) => one[row].step(element)),
      )
  })
})
