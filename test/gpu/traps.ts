// What GPUs and gpu.js get wrong where nobody looks: each trap of shared/gpu-notes.md that a kernel of ours could fall into.
import assert from 'node:assert/strict'
import type { AsyncBackend } from '../../compiler/backend/backend.ts'
import { plan } from '../../compiler/index.ts'
import { type Builder, constantLike } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Type, Value } from '../../compiler/ir/graph.ts'
import type { PlainOp } from '../../compiler/ir/ops/schemas.ts'
import { build, dim, type } from '../backend/agree.ts'
import { scan } from '../backend/cases.ts'
import { agreeAsync } from './agree.ts'
import type { DeviceCheck } from './checks.ts'

/** What a check of a trap does with a backend. */
interface Trial {
  readonly backend: AsyncBackend
  agrees(
    types: readonly Type[],
    sizes: Sizes,
    body: (b: Builder, params: readonly Value[]) => readonly Value[],
  ): Promise<void>
  /** What a pointwise op gives for each of some floats. */
  applied(op: PlainOp, ...operands: readonly Float32Array[]): Promise<Float32Array>
}

const trialOn = (backend: AsyncBackend): Trial => ({
  backend,
  agrees: async (types, sizes, body) => {
    const { context, graph } = build(types, body)
    await agreeAsync(backend, context, graph, [sizes])
  },
  applied: async (op, ...operands) => {
    const { context, graph } = build(
      operands.map(() => type('N')),
      (b, xs) => [b.emit(op, xs)],
    )
    const executable = backend.load(plan(context, graph), 'f32')
    const inputs = Object.fromEntries(operands.map((x, i) => [`x${i}`, x]))
    const { y0 } = await executable.run({ N: operands[0].length }, inputs)
    executable.dispose()
    return Float32Array.from(y0)
  },
})

const trap = (name: string, check: (trial: Trial) => Promise<void>): DeviceCheck => ({
  name,
  run: backend => check(trialOn(backend)),
})

/** Floats of every scale up to `end`, with both signs where `negative`. */
const sweep = (end: number, negative = true): Float32Array => {
  const scales = Array.from({ length: 20_000 }, (_, i) => 1e-30 * (end / 1e-30) ** (i / 19_999))
  const even = Array.from({ length: 20_000 }, (_, i) => end * (i / 20_000))
  return Float32Array.from([...scales, ...even].flatMap(x => (negative ? [x, -x] : [x])))
}
const functions: readonly (readonly [op: PlainOp, exact: (x: number) => number, at: Float32Array, bound: number])[] = [
  ['exp', Math.exp, sweep(87), 3e-7],
  ['tanh', Math.tanh, sweep(110), 5e-7],
  ['sigmoid', x => 1 / (1 + Math.exp(-x)), sweep(80), 4e-7],
  ['log', Math.log, sweep(1e30, false), 5e-7],
  ['log1p', Math.log1p, sweep(0.9), 5e-7],
  ['sqrt', Math.sqrt, sweep(1e30, false), 3e-7],
]

export const trapChecks: readonly DeviceCheck[] = [
  trap('loops of more than 1000 rounds, whose length no multiple of four is', async ({ agrees }) => {
    await agrees([type('N'), type('B, N'), type('3, N')], { N: 2053, B: 2 }, (b, [x, y, w]) => [
      b.emit('sum', [x], { axes: [-1] }),
      b.emit('reduce_max', [y], { axis: -1 }),
      b.emit('argmax', [y], { axis: -1 }),
      b.emit('matmul', [y, w]),
      b.emit('sum', [y], { axes: [-2, -1] }),
    ])
  }),

  trap('more than 1000 steps', async ({ agrees }) => {
    await agrees([type('T, H'), type('H')], { T: 1203, H: 2 }, (b, [xs, h]) =>
      scan(b, { carries: [h], xs: [xs] }, (s, [state], [x]) => {
        const next = s.emit('tanh', [s.emit('add', [state, x])])
        return [next, next]
      }),
    )
  }),

  trap('more threads than one row of workgroups has', async ({ backend }) => {
    const { context, graph } = build([], b => [b.emit('iota', [], { size: dim('N') })])
    const executable = backend.load(plan(context, graph), 'f32')
    const N = 65535 * 64 + 1001
    const { y0 } = await executable.run({ N }, {})
    assert.equal(y0.length, N)
    assert.ok(y0.every((v, i) => v === i))
    executable.dispose()
  }),

  trap('domains of many dimensions, whose indices are quotients', async ({ agrees }) => {
    await agrees([type('A, B, C, D, E')], { A: 3, B: 7, C: 5, D: 11, E: 2 }, (b, [x]) => [
      b.emit('transpose', [x], { order: [-3, -5, -1, -4, -2] }),
      b.emit('sum', [x], { axes: [-3] }),
    ])
  }),

  trap('nine operands, and three times as many', async ({ agrees }) => {
    for (const count of [9, 27]) {
      const types = Array.from({ length: count }, () => type('B, H'))
      await agrees(types, { B: 3, H: 5 }, (b, xs) => {
        const all = xs.reduce((sum, x) => b.emit('add', [b.emit('tanh', [sum]), x]))
        return [all, b.emit('mul', [all, xs[0]]), b.emit('sum', [b.emit('mul', [all, xs[1]])], { axes: [-1] })]
      })
    }
  }),

  trap('one array, read at more places than a kernel has arrays', async ({ agrees }) => {
    await agrees([type('20, H')], { H: 5 }, (b, [x]) => {
      const rows = Array.from({ length: 20 }, (_, i) => b.emit('slice', [x], { axis: -2, start: dim(i), size: dim(1) }))
      return [rows.reduce((sum, row) => b.emit('add', [b.emit('tanh', [sum]), row]))]
    })
  }),

  trap('indices at 0, at the end and out of range', async ({ backend }) => {
    const { context, graph } = build([type('N, H'), type('L', 'int'), type('L, H')], (b, [table, index, x]) => [
      b.emit('gather', [table, index]),
      b.emit('scatter', [x, index], { rows: dim('N') }),
      b.emit('place', [b.emit('sum', [x], { axes: [-1] }), index], { axis: -1, tail: 0, size: dim('N') }),
    ])
    const executable = backend.load(plan(context, graph), 'f32')
    const x0 = Float32Array.of(1, 2, 3, 4, 5, 6)
    const x1 = Int32Array.of(0, 2, -1, 3, 2, 1_000_000)
    const x2 = Float32Array.from({ length: 12 }, (_, i) => 10 + i)
    const { y0, y1, y2 } = await executable.run({ N: 3, H: 2, L: 6 }, { x0, x1, x2 })
    assert.deepEqual([...y0], [1, 2, 5, 6, 0, 0, 0, 0, 5, 6, 0, 0])
    assert.deepEqual([...y1], [10, 11, 0, 0, 12 + 18, 13 + 19])
    assert.deepEqual([...y2], [21, 0, 0, 0, 0, 25, 0, 0, 0, 0, 0, 0, 0, 0, 37, 0, 0, 0])
    executable.dispose()
  }),

  trap('NaN through max, min, relu, comparisons and sums', async ({ applied, backend }) => {
    const x = Float32Array.of(NaN, 1, NaN, -Infinity, Infinity)
    const y = Float32Array.of(0, NaN, NaN, 5, -1)
    assert.deepEqual([...(await applied('max', x, y))], [NaN, NaN, NaN, 5, Infinity])
    assert.deepEqual([...(await applied('min', x, y))], [NaN, NaN, NaN, -Infinity, -1])
    assert.deepEqual([...(await applied('relu', x))], [NaN, 1, NaN, 0, Infinity])
    for (const op of ['tanh', 'exp', 'log', 'log1p', 'sqrt', 'sigmoid', 'sin', 'abs', 'log_sigmoid'] as const)
      assert.ok(Number.isNaN((await applied(op, x))[0]), op)
    const { context, graph } = build([type('N')], (b, [v]) => [
      b.emit('reduce_max', [v], { axis: -1 }),
      b.emit('sum', [v], { axes: [-1] }),
      b.emit('where', [b.emit('lt', [v, constantLike(b, 2, v)]), v, constantLike(b, Number.NaN, v)]),
    ])
    const { y0, y1, y2 } = await backend
      .load(plan(context, graph), 'f32')
      .run({ N: 3 }, { x0: Float32Array.of(1, NaN, 3) })
    assert.deepEqual([...y0, ...y1, ...y2], [NaN, NaN, 1, NaN, NaN])
  }),

  trap('powers of negative bases', async ({ applied }) => {
    const x = Float32Array.of(-2, -2, 2, 0, 0, -2, 0, 4)
    const y = Float32Array.of(3, 2, -1, 0, 2, 0.5, -1, 0.5)
    const found = await applied('pow', x, y)
    Array.from(x, (v, i) => v ** y[i]).forEach((right, i) => {
      assert.ok(
        Object.is(right, found[i]) || Math.abs(found[i] / right - 1) < 1e-6 || found[i] === right,
        `${x[i]} ^ ${y[i]} = ${found[i]}`,
      )
    })
  }),

  trap('powers near 1, to the last place', async ({ applied }) => {
    const y = Float32Array.from({ length: 100 }, (_, i) => 1 + 7 * i)
    for (const base of [0.9, 0.999, 1.0001]) {
      const x = y.map(() => base)
      const found = await applied('pow', x, y)
      const worst = y.reduce(
        (most, t, i) => Math.max(most, Math.abs(found[i] / x[i] ** t - 1) / (1 + t * Math.abs(Math.log(base)))),
        0,
      )
      assert.ok(worst < 3e-7, `${base}: ${worst}`)
    }
  }),

  ...functions.map(([op, exact, at, bound]) =>
    trap(`${op} to a relative error of ${bound}`, async ({ applied }) => {
      const found = await applied(op, at)
      const worst = at.reduce(
        (most, x, i) => {
          const right = exact(x)
          const error =
            right === 0
              ? Math.abs(found[i])
              : !Number.isFinite(right)
                ? Number(found[i] !== right)
                : Math.abs(found[i] / right - 1)
          // What is below the smallest normal float may be flushed to 0.
          return Math.abs(right) < 1.2e-38 || error <= most.error ? most : { error, x }
        },
        { error: 0, x: 0 },
      )
      assert.ok(worst.error <= bound, `${worst.error} at ${worst.x}`)
    }),
  ),

  trap('sin and cos to 3e-7, far from 0 too', async ({ applied }) => {
    for (const [op, exact] of [
      ['sin', Math.sin],
      ['cos', Math.cos],
    ] as const) {
      const at = sweep(300)
      const found = await applied(op, at)
      const worst = at.reduce((most, x, i) => Math.max(most, Math.abs(found[i] - exact(x))), 0)
      assert.ok(worst <= 3e-7, `${op}: ${worst}`)
    }
  }),

  trap('norms of large and of small numbers', async ({ backend }) => {
    const { context, graph } = build([type('B, N'), type('B'), type('B')], (b, [x, y, z]) => [
      b.emit('norm', [x], { axes: [-1] }),
      b.emit('hypot', [y, z]),
    ])
    const scales = [0, 1e-34, 1e-20, 1, 1e20, 1e30, 1e37]
    const columns = [3, -4, 12].map(v => scales.map(s => v * s))
    const { y0, y1 } = await backend.load(plan(context, graph), 'f32').run(
      { B: scales.length, N: 3 },
      {
        x0: Float32Array.from(scales.flatMap((_, i) => columns.map(c => c[i]))),
        x1: Float32Array.from(columns[0]),
        x2: Float32Array.from(columns[1]),
      },
    )
    scales.forEach((s, i) => {
      for (const [found, right] of [
        [y0[i], 13 * s],
        [y1[i], 5 * s],
      ])
        assert.ok(Math.abs(found - right) <= 1e-6 * right, `${found} should be ${right}`)
    })
  }),

  trap('what overflows, vanishes or has no value', async ({ applied }) => {
    const x = Float32Array.of(0, 89, -120, Infinity, -Infinity, -1)
    assert.deepEqual(
      [...(await applied('exp', x))].map(v => (v === Infinity || v === 0 || v === 1 ? v : 'finite')),
      [1, Infinity, 0, Infinity, 0, 'finite'],
    )
    assert.deepEqual(
      [...(await applied('log', x))].filter((_, i) => i !== 1),
      [-Infinity, NaN, Infinity, NaN, NaN],
    )
    assert.deepEqual([...(await applied('tanh', Float32Array.of(100, -100, Infinity, -Infinity)))], [1, -1, 1, -1])
    assert.deepEqual([...(await applied('sigmoid', Float32Array.of(200, -200, Infinity, -Infinity)))], [1, 0, 1, 0])
    assert.deepEqual([...(await applied('sqrt', Float32Array.of(0, Infinity, -1)))], [0, Infinity, NaN])
    assert.deepEqual([...(await applied('log1p', Float32Array.of(-1, Infinity, -2)))], [-Infinity, Infinity, NaN])
  }),
]
