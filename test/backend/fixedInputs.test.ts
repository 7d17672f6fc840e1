// Inputs that stay the same from run to run: a backend may lay them out once, and does so again for others.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { createExecutable } from '../../compiler/backend/wasm/executable.ts'
import { wasmEngine } from '../../compiler/backend/wasm/wasmEngine.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { plan } from '../../compiler/index.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { graphText } from '../ir/passes.ts'

/** A step of a state: tanh of two products, one of a weight that lies beside another. */
const text = `fixed input U: real[5, 5]
fixed input W: real[5, 3]
fixed input b: real[5]
input x: real[B, 3]
input h: real[B, 5]
%1 = matmul(%h, %U)
%2 = matmul(%x, %W)
%3 = add(%1, %2)
%4 = broadcast(%b, at=[-2], sizes=[B])
%5 = add(%3, %4)
%n = tanh(%5)
output h %n`

const { context, graph } = readGraph(graphText(text))
const made = plan(context, { ...graph, inPlace: true })

const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed + 7 * i))

const weights = (seed: number) => ({ U: numbers(25, seed), W: numbers(15, seed + 1), b: numbers(5, seed + 2) })

/** The state after some steps, by plain sums. */
function expected({ U, W, b }: ReturnType<typeof weights>, rows: number, steps: number): Float64Array {
  let h = new Float64Array(5 * rows)
  const x = numbers(3 * rows, 9)
  const sum = (list: readonly number[]): number => list.reduce((a, c) => a + c, 0)
  for (let t = 0; t < steps; t++)
    h = Float64Array.from(h, (_, i) => {
      const [row, n] = [Math.floor(i / 5), i % 5]
      const before = h.subarray(5 * row, 5 * row + 5)
      const own = x.subarray(3 * row, 3 * row + 3)
      const [fromState, fromInput] = [
        [...before].map((v, k) => v * U[5 * n + k]),
        [...own].map((v, k) => v * W[3 * n + k]),
      ]
      return Math.tanh(sum(fromState) + sum(fromInput) + b[n])
    })
  return h
}

const close = (found: ArrayLike<number>, right: ArrayLike<number>): void => {
  assert.equal(found.length, right.length)
  for (let i = 0; i < right.length; i++) assert.ok(Math.abs(found[i] - right[i]) < 1e-12, `${found[i]} for ${right[i]}`)
}

const executables = [
  ...immediateBackends.map(backend => ({ name: backend.name, make: () => backend.load(made, 'f64') })),
  {
    name: 'wasm over a memory that is not shared',
    make: () => {
      const schedule = scheduleFor(made, 'f64')
      const engine = wasmEngine(schedule, { relaxed: false, shared: false })
      return createExecutable({ name: 'wasm', plan: made, schedule, engine, precision: 'f64' })
    },
  },
]

describe('inputs that stay', () => {
  it('are said to in the plan', () => {
    assert.match(printPlan(made), /fixed input U = U\[5, 5\]/)
    assert.deepEqual(made.fixed, ['U', 'W', 'b'])
  })

  for (const { name, make } of executables) {
    it(`may be replaced by others: ${name}`, () => {
      const executable = make()
      // Each of these takes the place of the last: other numbers of rows, other weights, some stored and some not.
      for (const [rows, seed, stores] of [
        [1, 1, true],
        [1, 2, true],
        [1, 2, false],
        [3, 2, false],
        [3, 4, false],
        [9, 4, true],
        [0, 4, true],
        [2, 5, true],
        [20_000, 5, true],
        [1, 6, false],
      ] as const) {
        const given = weights(seed)
        const inputs = {
          ...(stores ? executable.store(given) : given),
          x: numbers(3 * rows, 9),
          h: new Float64Array(5 * rows),
        }
        for (let t = 0; t < 3; t++) executable.run({ B: rows }, inputs)
        close(inputs.h.slice(0, 50), expected(given, Math.min(rows, 10), 3).slice(0, Math.min(50, 5 * rows)))
      }
    })

    it(`are bound once, with what changes in place: ${name}`, () => {
      const executable = make()
      const given = weights(1)
      const stored = executable.store(given)
      for (const rows of [1, 4]) {
        const inputs = { ...stored, x: numbers(3 * rows, 9), h: new Float64Array(5 * rows) }
        const step = executable.bind?.({ B: rows }, inputs) ?? assert.fail('this backend binds nothing')
        for (let t = 1; t < 5; t++) {
          assert.equal(step().h, inputs.h)
          close(inputs.h, expected(given, rows, t))
          // A memory that grows in between is no trouble.
          if (t === 2) executable.store({ ...weights(3), U: numbers(100_000, 2) })
        }
      }
    })
  }
})
