// Odd functions give -0 for -0 and +0 for +0, as Math does: 1 / tanh(0) is +∞. (js rounds tanh(-0) of 32 bits to +0: spec/numerics.md.)
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Backend, Precision } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { lowerGraph } from '../../compiler/plan/lowerGraph.ts'
import { build, type } from './agree.ts'

const ops = ['tanh', 'expm1', 'sin', 'log1p', 'neg', 'sqrt'] as const
const wanted: Readonly<Record<(typeof ops)[number], readonly number[]>> = {
  tanh: [0, -0],
  expm1: [0, -0],
  sin: [0, -0],
  log1p: [0, -0],
  neg: [-0, 0],
  sqrt: [0, -0],
}

const cases: readonly (readonly [Backend, Precision])[] = [
  [js, 'f64'],
  ...[wasm, wasmRelaxed].flatMap(b => [[b, 'f32'] as const, [b, 'f64'] as const]),
]

for (const [backend, precision] of cases) {
  describe(`${backend.name}, ${precision}`, () => {
    for (const op of ops) {
      it(op, () => {
        const { context, graph } = build([type('N')], (b, [v]) => [b.emit(op, [v])])
        // Whole vectors, and what is left behind them.
        const x = Array.from({ length: 7 }, (_, i) => (i % 2 === 0 ? 0 : -0))
        const x0 = precision === 'f32' ? Float32Array.from(x) : Float64Array.from(x)
        const { y0 } = backend.load(lowerGraph(context, graph), precision).run({ N: 7 }, { x0 })
        y0.forEach((value, i) => {
          assert.ok(Object.is(value, wanted[op][i % 2]), `${op}(${Object.is(x[i], -0) ? '-0' : '0'}) is ${1 / value}`)
        })
      })
    }
  })
}
