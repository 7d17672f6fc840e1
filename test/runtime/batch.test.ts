import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { batchesOf, pack } from '../../runtime/packBatch.ts'
import { failing, port, range, signature } from './support.ts'

/** One batch of everything. */
function packed(types: readonly string[], arrays: Record<string, readonly Nested[]>, precision?: 'f32' | 'f64') {
  const { part, sizes } = fromArrays(signature(types), arrays)
  return pack(types.map(port), part, range(part.count), sizes, precision)
}

test('scalars, vectors and fixed axes lie batch-major', () => {
  const { sizes, inputs } = packed(['a', 'v [2]', 'm [2] over T[2]'], {
    a: [1, 2],
    v: [
      [1, 2],
      [3, 4],
    ],
    m: [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
  })
  assert.equal(sizes.B, 2)
  assert.deepEqual(inputs, {
    a: Float64Array.of(1, 2),
    v: Float64Array.of(1, 2, 3, 4),
    m: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  })
})

test('a ragged axis is padded with the last valid element, an empty one with an element of another', () => {
  const { sizes, inputs } = packed(['x [2] over T', 'w token of 9 over T'], {
    x: [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [[7, 8]],
      [],
    ],
    w: [[1, 2, 3], [4], []],
  })
  assert.equal(sizes.T, 3)
  assert.deepEqual(inputs['T.lengths'], Int32Array.of(3, 1, 0))
  assert.deepEqual(inputs.x, Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 7, 8, 1, 2, 1, 2, 1, 2))
  assert.deepEqual(inputs.w, Int32Array.of(1, 2, 3, 4, 4, 4, 1, 1, 1))
})

test('axes within axes: a length for each element of the axes before', () => {
  const { sizes, inputs } = packed(['c int over W over C'], { c: [[[1, 2, 3], [4]], [[5, 6]]] })
  assert.deepEqual([sizes.B, sizes.W, sizes.C], [2, 2, 3])
  assert.deepEqual(inputs['W.lengths'], Int32Array.of(2, 1))
  assert.deepEqual(inputs['C.lengths'], Int32Array.of(3, 1, 2, 0))
  assert.deepEqual(inputs.c, Int32Array.of(1, 2, 3, 4, 4, 4, 5, 6, 6, 6, 6, 6))
})

test('any nested lists can be read back from the batch by their lengths', () => {
  const lists = fc.array(
    fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }), { maxLength: 4 }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(lists, x => {
      const { sizes, inputs } = packed(['x over W over C'], { x })
      const { W, C } = sizes
      const back = range(sizes.B).map(b =>
        range(inputs['W.lengths'][b]).map(w =>
          range(inputs['C.lengths'][b * W + w]).map(c => inputs.x[(b * W + w) * C + c]),
        ),
      )
      assert.deepEqual(back, x)
      assert.equal(inputs.x.length, sizes.B * W * C)
      // Padding holds nothing that the batch does not hold, and no zero of its own unless the batch is empty.
      const all = new Set(x.flat(2))
      for (const value of inputs.x) assert.ok(all.has(value) || (all.size === 0 && value === 0))
    }),
  )
})

test('single precision, chosen rows, and only the ports that the part has', () => {
  const s = signature(['x over T'], ['y'])
  const { part, sizes } = fromArrays(s, { x: [[0.1], [0.2, 0.3], [0.4]] })
  const { inputs } = pack([...s.inputs, ...s.targets], part, [2, 1], sizes, 'f32')
  assert.deepEqual(inputs, { 'T.lengths': Int32Array.of(1, 2), x: Float32Array.of(0.4, 0.4, 0.2, 0.3) })
})

test('no examples make an empty batch', () => {
  const { sizes, inputs } = packed(['x [2] over T'], { x: [] })
  assert.deepEqual([sizes.B, sizes.T, inputs.x.length], [0, 0, 0])
})

test('a size that no example shows is RNN507, unless it is given', async () => {
  const s = signature(['x [D] over T'])
  const { part, sizes } = fromArrays(s, { x: [[], []] })
  assert.deepEqual(sizes, {})
  await failing('RNN507', () => pack(s.inputs, part, [0, 1], sizes))
  assert.equal(pack(s.inputs, part, [0, 1], { D: 2 }).inputs.x.length, 0)
})

test('an epoch holds each example once, in an order of its own', () => {
  const epoch = (n: number) => batchesOf(10, 4, { seed: 1, epoch: n }).map(b => [...b])
  assert.deepEqual(
    epoch(0).map(b => b.length),
    [4, 4, 2],
  )
  assert.deepEqual(
    epoch(0)
      .flat()
      .sort((a, b) => a - b),
    range(10),
  )
  assert.deepEqual(epoch(3), epoch(3))
  assert.notDeepEqual(epoch(0), epoch(1))
  assert.deepEqual(
    batchesOf(5, 2, 'ordered').map(b => [...b]),
    [[0, 1], [2, 3], [4]],
  )
  assert.deepEqual(batchesOf(0, 2, 'ordered'), [])
})
