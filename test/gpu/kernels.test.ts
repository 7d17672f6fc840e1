// What is done in another way where that is faster: products in blocks, scatters in series, long folds in parts. Each against the
// plain kernel of the same task, and both against the interpreter.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { fastKernels, plainKernels } from '../../compiler/backend/gpu/ownKernels.ts'
import { type TaskStep, taskSteps } from '../../compiler/backend/gpu/tasks.ts'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import type { Builder } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Type, Value } from '../../compiler/ir/graph.ts'
import { build, dim, trial, type } from '../backend/agree.ts'
import { scan, strongProduct } from '../backend/cases.ts'
import { needs } from '../support/needs.ts'
import { bound } from './agree.ts'
import { openBackend, skipped } from './support.ts'

type Body = (b: Builder, params: readonly Value[]) => readonly Value[]

/** How many kernels a graph has at some sizes, and how many of them are our own; each counts once. */
function kernelsOf({ context, graph }: ReturnType<typeof build>, sizes: Sizes): { own: number; all: number } {
  let id = 1e6
  const all = (steps: readonly TaskStep[]): { own: number; all: number }[] =>
    steps.flatMap(step => {
      if (step.kind === 'loop') return all(step.steps)
      if (step.kind === 'choice') return all(step.ways.flat())
      const kernels = fastKernels(step, sizes, 8, (size, hint) => ({ id: id++, dtype: 'real', size, hint }))
      return [{ own: kernels.filter(k => 'body' in k).length, all: kernels.length }]
    })
  const counted = all(taskSteps(plan(context, graph), task => [task]))
  return counted.reduce((sum, n) => ({ own: sum.own + n.own, all: sum.all + n.all }), { own: 0, all: 0 })
}

describe('kernels that are faster', needs(skipped), () => {
  let fast: WebGpuBackend
  let plain: WebGpuBackend
  beforeAll(async () => {
    fast = await openBackend()
    plain = await openBackend(plainKernels)
  })
  afterAll(async () => {
    for (const backend of [fast, plain]) await backend.close()
  })

  /** Runs on both, one size after the other, with what another run left behind. */
  async function agree(built: ReturnType<typeof build>, list: readonly Sizes[]): Promise<void> {
    const { context, graph } = built
    const [one, other] = [fast, plain].map(backend => backend.load(plan(context, graph)))
    for (const sizes of list) {
      const { inputs, others, check } = trial(context, graph, sizes, 'f32')
      await one.run(sizes, others)
      const [found, right] = [await one.run(sizes, inputs), await other.run(sizes, inputs)]
      check(found, bound)
      check(right, bound)
      for (const [name, values] of Object.entries(right)) {
        const scale = Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
        const far = values.findIndex((x, i) => !(Math.abs(x - found[name][i]) <= bound * scale))
        assert.equal(far, -1, `${name}[${far}] is ${found[name][far]} and ${values[far]} at ${JSON.stringify(sizes)}`)
      }
    }
    one.dispose()
    other.dispose()
  }

  /** At the first sizes `own` kernels must be ours. */
  const cases: readonly {
    readonly name: string
    readonly types: readonly Type[]
    readonly body: Body
    readonly own: number
    readonly list: readonly Sizes[]
  }[] = [
    {
      name: 'products: with a weight, its transpose, and the outer one of sequences',
      types: [type('B, T, H'), type('N, H'), type('B, T, N')],
      body: (b, [x, w, d]) => [b.emit('matmul', [x, w]), b.emit('matmulT', [d, w]), b.emit('outer', [d, x])],
      own: 3,
      list: [
        { B: 3, T: 37, H: 65, N: 33 },
        { B: 32, T: 2, H: 32, N: 64 },
        { B: 1, T: 33, H: 33, N: 33 },
        { B: 0, T: 37, H: 65, N: 33 },
        { B: 3, T: 37, H: 0, N: 33 },
        { B: 3, T: 37, H: 65, N: 0 },
        { B: 2, T: 300, H: 2, N: 3 },
      ],
    },
    ...[false, true].flatMap(ta =>
      [false, true].map(tb => ({
        name: `products of two matrices for each example${ta ? ', the left one transposed' : ''}${tb ? ', the right one transposed' : ''}`,
        types: [type(ta ? 'B, C, H, T' : 'B, C, T, H'), type(tb ? 'B, C, N, H' : 'B, C, H, N')],
        body: (b: Builder, [x, y]: readonly Value[]) => [b.emit('bmm', [x, y], { ta, tb })],
        own: 1,
        list: [
          { B: 3, C: 2, T: 11, H: 5, N: 13 },
          { B: 8, C: 8, T: 8, H: 8, N: 8 },
          { B: 1, C: 1, T: 40, H: 1, N: 40 },
          { B: 2, C: 1, T: 17, H: 0, N: 19 },
        ],
      })),
    ),
    ...(['strongLeft', 'strongRight'] as const)
      .map(strong => ({
        ...strongProduct(
          'outer',
          strong,
          [type('T, B, H'), type('T, B, N'), type('T, B')],
          [
            { at: [-1], sizes: ['H'] },
            { at: [-1], sizes: ['N'] },
          ],
        ),
        own: 1,
        list: [
          { B: 5, T: 7, H: 33, N: 34 },
          { B: 6, T: 6, H: 40, N: 40 },
          { B: 1, T: 3, H: 24, N: 30 },
        ],
      }))
      .map(({ params, ...rest }) => ({ ...rest, types: params })),
    {
      name: 'a product of sums over two axes that do not lie as one',
      types: [type('T, B, H'), type('B, T, N')],
      body: (b, [x, y]) => [b.emit('outer', [x, b.emit('transpose', [y], { order: [-2, -3, -1] })])],
      own: 1,
      list: [
        { B: 5, T: 7, H: 33, N: 34 },
        { B: 6, T: 6, H: 40, N: 40 },
      ],
    },
    {
      name: 'products in a loop, of what the step before has written',
      types: [type('T, B, H'), type('H, H'), type('B, H')],
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
          const next = s.emit('tanh', [s.emit('add', [s.emit('matmul', [h, w]), xt])])
          return [next, next]
        }),
      own: 1,
      list: [
        { B: 16, T: 5, H: 33 },
        { B: 32, T: 3, H: 32 },
      ],
    },
    {
      name: 'scatters: of rows, of numbers, of what is computed, and back to places along an axis',
      types: [type('B, T, H'), type('B, T', 'int'), type('B, T')],
      body: (b, [x, index, y]) => [
        b.emit('scatter', [x, index], { rows: dim('V') }),
        b.emit('scatter', [y, index], { rows: dim('V') }),
        b.emit('scatter', [b.emit('tanh', [x]), b.emit('add', [index, index])], { rows: dim('V') }),
        b.emit('place', [x, index], { axis: -2, tail: 1, size: dim('V') }),
      ],
      own: 3,
      list: [
        { B: 8, T: 33, H: 9, V: 300 },
        { B: 5, T: 5, H: 5, V: 3000 },
        { B: 0, T: 33, H: 9, V: 3000 },
        { B: 3, T: 4, H: 2, V: 3 },
      ],
    },
  ]
  for (const { name, types, body, own, list } of cases) {
    it(name, async () => {
      const built = build(types, body)
      assert.equal(kernelsOf(built, list[0]).own, own)
      await agree(built, list)
    })
  }

  it('long sums, maxima and minima, along each axis, and positions of maxima', async () => {
    const built = build([type('T, H'), type('H, T')], (b, [x, y]) => [
      // No sum that may happen to vanish, so that rounding is all that is left.
      b.emit('sum', [b.emit('mul', [x, x])], { axes: [-2, -1] }),
      b.emit('sum', [b.emit('sigmoid', [x])], { axes: [-2] }),
      b.emit('sum', [b.emit('mul', [y, y])], { axes: [-1] }),
      b.emit('reduce_max', [x], { axis: -2 }),
      b.emit('reduce_min', [y], { axis: -1 }),
      b.emit('argmax', [y], { axis: -1 }),
    ])
    const few = { T: 20, H: 3 }
    const [short, long, uneven] = [few, { T: 2048, H: 3 }, { T: 2053, H: 3 }].map(sizes => kernelsOf(built, sizes).all)
    // Each but the last in two, and in three where something is left.
    assert.deepEqual([long - short, uneven - short], [5, 10])
    await agree(built, [
      { T: 2048, H: 3 },
      few,
      { T: 2053, H: 3 },
      { T: 1031, H: 131 },
      { T: 4001, H: 1 },
      { T: 1, H: 900 },
    ])
  })

  it('long sums of positions, which are not cut along these', async () => {
    const built = build([], b => {
      const positions = b.emit('iota', [], { size: dim('T') })
      return [b.emit('sum', [b.emit('broadcast', [positions], { at: [-1], sizes: [dim('N')] })], { axes: [-2, -1] })]
    })
    const [whole, cut] = [
      { T: 2000, N: 3 },
      { T: 20, N: 900 },
    ]
    assert.equal(kernelsOf(built, cut).all - kernelsOf(built, whole).all, 1)
    await agree(built, [whole, cut])
  })
})
