// What pipelines are put together of: segments of buffers, kernels that move elements, and calls, few of which are different.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { callsOf } from '../../compiler/backend/gpu/calls.ts'
import { joining, overlaying, type Spread, spreading } from '../../compiler/backend/gpu/moves.ts'
import { overlaid, type Piece, pieces, type Segment } from '../../compiler/backend/gpu/segments.ts'
import { taskSteps } from '../../compiler/backend/gpu/tasks.ts'
import { plan } from '../../compiler/index.ts'
import type { Buffer } from '../../compiler/plan/plan.ts'
import { storedInputs } from '../../compiler/plan/storedInputs.ts'
import { recurrentGradient } from '../backend/recurrent.ts'

const buffer: Buffer = { id: 0, dtype: 'real', size: { terms: [] }, hint: 'b' }

/** Whose element the one at `k` of a piece is, and which. */
const named = (piece: Piece, k: number): string | undefined =>
  piece.value === undefined || piece.value.kind === 'input' ? undefined : `${piece.value.call} ${piece.place + k}`

describe('the contents of a buffer', () => {
  it('are what was written last', () => {
    const writes = fc.array(fc.record({ start: fc.nat(20), length: fc.integer({ min: 1, max: 9 }), place: fc.nat(5) }))
    fc.assert(
      fc.property(writes, fc.nat(20), fc.nat(12), (list, start, length) => {
        const expected = new Map<number, string>()
        let segments: readonly Segment[] = []
        list.forEach((written, i) => {
          for (let k = 0; k < written.length; k++) expected.set(written.start + k, `${i} ${written.place + k}`)
          segments = overlaid(segments, { ...written, value: { kind: 'call', call: i, length: 20 } })
        })
        const found = pieces(segments, start, start + length).flatMap(piece =>
          Array.from({ length: piece.length }, (_, k) => named(piece, k)),
        )
        assert.deepEqual(
          found,
          Array.from({ length }, (_, k) => expected.get(start + k)),
        )
      }),
    )
  })

  it('of inputs are parts of them', () => {
    const [piece] = pieces([{ start: 0, length: 9, value: { kind: 'input', buffer, length: 9 }, place: 0 }], 4, 6)
    assert.deepEqual(piece, { start: 4, length: 2, value: { kind: 'input', buffer, length: 9 }, place: 4 })
  })
})

/** What a kernel gives, in JavaScript. */
function ran(text: string, threads: number, ...args: readonly unknown[]): number[] {
  const kernel = new Function('quotient', `return ${text}`)((a: number, b: number) => Math.floor(a / b))
  return Array.from({ length: threads }, (_, x) => kernel.apply({ thread: { x } }, args))
}

describe('a kernel that moves elements', () => {
  it('joins arrays, with zeros between them', () => {
    const text = joining([true, false, true])
    assert.deepEqual(ran(text, 7, [1, 2, 3], 1, 2, 4, [4, 5, 6, 7], 1), [2, 3, 0, 0, 5, 6, 7])
    assert.deepEqual(ran(joining([false]), 2), [0, 0])
  })

  it('lays one array over another', () => {
    assert.deepEqual(ran(overlaying(2, true), 5, [9, 1, 2, 3, 4, 5], [7, 8, 6], 1, 1, 2), [1, 2, 8, 6, 5])
    assert.deepEqual(ran(overlaying(2, false), 4, [7, 8], 0, 1), [0, 7, 8, 0])
  })

  it('puts elements to places that are apart, forwards and backwards, in any order of the dimensions', () => {
    const dim = fc.record({ size: fc.integer({ min: 1, max: 4 }), gap: fc.nat(3), back: fc.boolean() })
    const dims = fc.array(dim, { minLength: 1, maxLength: 4 }).chain(list =>
      fc.record({
        list: fc.constant(list),
        order: fc.shuffledSubarray([...list.keys()], { minLength: list.length }),
      }),
    )
    fc.assert(
      fc.property(dims, fc.boolean(), ({ list, order }, over) => {
        const strides: number[] = []
        let span = 1
        for (const d of order) {
          const stride = span + list[d].gap
          strides[d] = list[d].back ? -stride : stride
          span += (list[d].size - 1) * stride
        }
        const spread = list.map(({ size }, d): Spread => {
          const packed = list.slice(d + 1).reduce((n, s) => n * s.size, 1)
          return { size, packed, stride: strides[d] }
        })
        const first = spread.reduce((n, s) => n - Math.min(0, (s.size - 1) * s.stride), 0)
        const count = spread.reduce((n, s) => n * s.size, 1)
        const expected = Array.from({ length: span }, (_, i) => (over ? -1 - i : 0))
        for (let i = 0; i < count; i++) {
          const at = spread.reduce((n, s) => n + (Math.floor(i / s.packed) % s.size) * s.stride, first)
          expected[at] = i + 1
        }
        const values = Array.from({ length: count }, (_, i) => i + 1)
        const old = Array.from({ length: span + 2 }, (_, i) => 1 - i)
        const args = over ? [old, values, 2] : [values]
        assert.deepEqual(ran(spreading(spread, over), span, ...args), expected)
      }),
    )
  })

  it('is not made for dimensions that overlap', () => {
    const dims = [
      { size: 3, packed: 2, stride: 1 },
      { size: 2, packed: 1, stride: 2 },
    ]
    assert.throws(() => spreading(dims, true), /overlap/)
  })
})

it('a loop calls the same kernels however often it goes round', () => {
  const { context, graph } = recurrentGradient()
  const made = plan(context, graph)
  const steps = taskSteps(made, task => [task])
  const counts = [20, 30].map(T => {
    const { calls } = callsOf(
      steps,
      { inputs: storedInputs(made).keys(), outputs: made.outputs },
      { B: 2, T, H: 3 },
      15,
    )
    const lengths = (args: (typeof calls)[number]['args']): number[] =>
      args.flatMap(a => (typeof a === 'number' ? [] : [a.length]))
    const kernels = new Set(calls.map(c => JSON.stringify([c.text, c.threads, lengths(c.args)])))
    return { calls: calls.length, kernels: kernels.size }
  })
  assert.equal(counts[0].kernels, counts[1].kernels)
  assert.ok(counts[1].calls > 1.4 * counts[0].calls)
})
