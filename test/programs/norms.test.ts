// Norms of very large and very small numbers: what is a number is never infinite, and never 0.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Precision } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { bufferOf } from '../backend/agree.ts'

/** Factors that scale numbers near 1 to both ends of a precision. */
const scales: Readonly<Record<Precision, readonly number[]>> = {
  f32: [1e-38, 1e-30, 1e-20, 1, 1e20, 1e30, 1e37],
  f64: [1e-300, 1e-200, 1e-20, 1, 1e20, 1e200, 1e300],
}

const precisions = ['f32', 'f64'] as const
const epsilon = { f32: 2 ** -23, f64: 2 ** -52 } as const

const near = (found: number, right: number, precision: Precision): void =>
  assert.ok(Math.abs(found / right - 1) <= 8 * epsilon[precision], `${found} should be ${right}`)

/** A norm of w = scale · (3, -4, 12), what it is in units of the scale, and its slopes. */
const forms: Readonly<Record<string, { right: number; slopes: readonly number[] }>> = {
  'sqrt(sum(w^2))': { right: 13, slopes: [3 / 13, -4 / 13, 12 / 13] },
  'sqrt(w @ w)': { right: 13, slopes: [3 / 13, -4 / 13, 12 / 13] },
  'sqrt(sum(w * w) / 4)': { right: 6.5, slopes: [1.5 / 13, -2 / 13, 6 / 13] },
  'sqrt(w[0]^2 + w[1]^2)': { right: 5, slopes: [0.6, -0.8, 0] },
  'sqrt(sum(w[:2]^2) + w[2]^2)': { right: 13, slopes: [3 / 13, -4 / 13, 12 / 13] },
  'sqrt(w[0]^2)': { right: 3, slopes: [1, 0, 0] },
  'sum(w^2)^0.5': { right: 13, slopes: [3 / 13, -4 / 13, 12 / 13] },
  'sqrt(sum(where(w > 0, w^2, 0)))': { right: 153 ** 0.5, slopes: [3 / 153 ** 0.5, 0, 12 / 153 ** 0.5] },
  'sqrt(sum(real(w > 0) * w^2))': { right: 153 ** 0.5, slopes: [3 / 153 ** 0.5, 0, 12 / 153 ** 0.5] },
  'sqrt(sum([9, 0, 1] * w^2))': { right: 15, slopes: [27 / 15, 0, 12 / 15] },
  'sqrt(mean(w^2) + 0)': { right: 13 / 3 ** 0.5, slopes: [3, -4, 12].map(w => w / 13 / 3 ** 0.5) },
}

const vector = [3, -4, 12]

for (const precision of precisions) {
  describe(`norms in ${precision}`, () => {
    for (const [form, { right, slopes }] of Object.entries(forms)) {
      it(form, () => {
        const { context, gradient } = compile(`model M {
  target y: real
  param w: [3]
  loss ${form} + 0 * y
}`)
        const executable = load(context, gradient(), js, precision)
        for (const scale of scales[precision]) {
          const w = bufferOf(
            'real',
            vector.map(v => v * scale),
            precision,
          )
          const { loss, 'd:w': d } = executable.run({ B: 1 }, { w, y: bufferOf('real', [0], precision) })
          near(loss[0], right * scale, precision)
          slopes.forEach((s, i) => {
            if (s === 0) assert.equal(d[i], 0)
            else near(d[i], s, precision)
          })
        }
        const zero = executable.run(
          { B: 1 },
          { w: bufferOf('real', [0, 0, 0], precision), y: bufferOf('real', [0], precision) },
        )
        assert.deepEqual([zero.loss[0], ...zero['d:w']], [0, 0, 0, 0])
      })
    }

    for (const clip of ['global_norm(0.5)', 'norm(0.5)', 'global_norm(1e-6)', 'norm(1e6)']) {
      it(`clip = ${clip}`, () => {
        const { context, train } = compile(`model M {
  input x: [3]
  target y: real
  param w: [3] = 0
  loss x @ w + 0 * y
}
data d for M { t = csv("d.csv"); x = [t.a, t.b, t.c]; y = t.y }
train M on d { optimizer = SGD(1); epochs = 1; clip = ${clip} }`)
        const { graph } = train()
        const executable = load(context, graph, js, precision)
        const limit = Number(/[(](.*)[)]/.exec(clip)?.[1])
        const largest = { f32: 3.4e38, f64: 1.7e308 }[precision]
        for (const scale of [...scales[precision], largest / 12]) {
          const x = bufferOf(
            'real',
            vector.map(v => v * scale),
            precision,
          )
          const zeros = (n: number) =>
            bufferOf(
              'real',
              Array.from({ length: n }, () => 0),
              precision,
            )
          const inputs = Object.fromEntries(
            graph.params.map((p, i) => [graph.inputs[i], p.dtype === 'real' ? zeros(3) : Int32Array.of(0)]),
          )
          const { w } = executable.run({ B: 1 }, { ...inputs, x, y: zeros(1) })
          vector.forEach((v, i) => {
            near(-w[i], limit / 13 < scale ? (v / 13) * limit : v * scale, precision)
          })
        }
      })
    }
  })
}
