// Every form of a probability whose logarithm, and that of one minus it, is computed from the logits: right far out, in value and
// slope, and near 0 the same as what is written.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { isFailure } from '../../dsl/diagnostics.ts'
import { bufferOf } from '../backend/agree.ts'

/** Logits z, v of three classes and a; masks and places from data. */
const program = (equations: string, loss: string): string => `
cell Step(units) {
  input e: [D]
  state s: real
  s' = s + 1
  return softmax(e)
}
cell Log(units) {
  input q: [D]
  state s: real
  s' = s + ${loss.includes('inside') ? loss.replaceAll('inside', 'q') : '0'}
  return s'
}
model M {
  input k: int over T
  input m: [3]
  target y: real
  param z: [3], v: [3], a: real, b: real
  p = softmax(z)
  ${equations}
  loss ${loss.includes('inside') ? 'last(Log(1)(softmax(z + 0 * real(k))))' : loss} + 0 * y
}`

type Logits = { readonly z: readonly number[]; readonly v: readonly number[]; readonly a: number; readonly b: number }

function run(source: string, { z, v, a, b }: Logits, precision: 'f32' | 'f64', plain = false) {
  const { context, gradient } = compile(source)
  const graph = gradient(plain ? { pipeline: naive } : {})
  const reals = { z, v, a: [a], b: [b], m: [1, 0, 1], y: [0] }
  const inputs = {
    ...Object.fromEntries(Object.entries(reals).map(([name, data]) => [name, bufferOf('real', data, precision)])),
    k: Int32Array.of(0, 2),
    'T.lengths': Int32Array.of(2),
  }
  const found = load(context, graph, js, precision).run({ B: 1, T: 2 }, inputs)
  return { loss: found.loss[0], slopes: ['z', 'v', 'a', 'b'].flatMap(name => [...found[`d:${name}`]]) }
}

const logsumexp = (x: readonly number[]): number => {
  const top = Math.max(...x)
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(x.reduce((s, e) => s + Math.exp(e - top), 0))
}

/** log of what the classes have together. */
const of = (z: readonly number[], classes: readonly number[]): number =>
  logsumexp(classes.map(k => z[k])) - logsumexp(z)

const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))

interface Form {
  readonly equations?: string
  readonly loss: string
  readonly right: (x: Logits) => number
}

const forms: readonly Form[] = [
  { loss: 'log(1 - p[0])', right: ({ z }) => of(z, [1, 2]) },
  { loss: 'log(1 - p)[1]', right: ({ z }) => of(z, [0, 2]) },
  { loss: 'sum(log(1 - p))', right: ({ z }) => of(z, [1, 2]) + of(z, [0, 2]) + of(z, [0, 1]) },
  { loss: 'binary_cross_entropy(p[0], 0)', right: ({ z }) => -of(z, [1, 2]) },
  { loss: 'binary_cross_entropy(p[0] + p[2], 1)', right: ({ z }) => -of(z, [0, 2]) },
  { loss: 'binary_cross_entropy(p[0] + p[2], 0)', right: ({ z }) => -of(z, [1]) },
  { loss: 'binary_cross_entropy(sum(p[1:]), 0)', right: ({ z }) => -of(z, [0]) },
  { loss: 'binary_cross_entropy(sum(p[:2]), 1)', right: ({ z }) => -of(z, [0, 1]) },
  { loss: 'binary_cross_entropy(sum(where([true, false, true], p, 0)), 0)', right: ({ z }) => -of(z, [1]) },
  { loss: 'binary_cross_entropy(sum(p * real(m > 0.5)), 0)', right: ({ z }) => -of(z, [1]) },
  { loss: 'binary_cross_entropy(sum(p * real(m > 0.5)), 1)', right: ({ z }) => -of(z, [0, 2]) },
  { loss: 'binary_cross_entropy(sum([p[0], p[1]]), 0)', right: ({ z }) => -of(z, [2]) },
  { loss: 'log(1 - p[0] - p[1])', right: ({ z }) => of(z, [2]) },
  { loss: 'log(1 - (p[0] + p[1]))', right: ({ z }) => of(z, [2]) },
  { loss: 'log(1 - (1 - p[0] - p[1]))', right: ({ z }) => of(z, [0, 1]) },
  {
    equations: 'q = softmax(outer([1, 0.5], z))',
    loss: 'binary_cross_entropy(q[0, 0] + q[0, 2], 0)',
    right: ({ z }) => -of(z, [1]),
  },
  { equations: 'q = softmax(outer([1, 0.5], z))', loss: 'log(1 - q[0, 1])', right: ({ z }) => of(z, [0, 2]) },
  { equations: 'q = softmax(outer([1, 0.5], z))', loss: 'log(1 - sum(q[0][1:]))', right: ({ z }) => of(z, [0]) },
  { loss: 'binary_cross_entropy(sum(where(m > 2, p, 0)), 0)', right: () => 0 },
  { loss: 'log1p(-p[2])', right: ({ z }) => of(z, [0, 1]) },
  { loss: 'binary_cross_entropy(1 - p[0], 1)', right: ({ z }) => -of(z, [1, 2]) },
  {
    loss: 'binary_cross_entropy(where(m > 0.5, p, softmax(v)), 0)[1]',
    right: ({ v }) => -of(v, [0, 2]),
  },
  {
    loss: 'sum(cross_entropy(where(m[0] > 0.5, softmax(v), p), k), over T)',
    right: ({ v }) => -of(v, [0]) - of(v, [2]),
  },
  { loss: 'sum(log(1 - p[k]), over T)', right: ({ z }) => of(z, [1, 2]) + of(z, [0, 1]) },
  {
    loss: 'binary_cross_entropy(last(softmax(z + 0 * real(k)))[1], 0)',
    right: ({ z }) => -of(z, [0, 2]),
  },
  {
    loss: 'sum(binary_cross_entropy(reverse(softmax(z + 0 * real(k)))[0], 0), over T)',
    right: ({ z }) => -2 * of(z, [1, 2]),
  },
  {
    loss: 'last(log(1 - delay(softmax(z + 0 * real(k)))[0]))',
    right: ({ z }) => of(z, [1, 2]),
  },
  { loss: 'last(cross_entropy(Step(1)(z + 0 * real(k)), k))', right: ({ z }) => -of(z, [2]) },
  {
    loss: 'last(binary_cross_entropy(Step(1)(z + 0 * real(k))[0], 0))',
    right: ({ z }) => -of(z, [1, 2]),
  },
  {
    loss: 'sum(binary_cross_entropy(sum(Step(1)(z + 0 * real(k))[:2]), 0), over T)',
    right: ({ z }) => -2 * of(z, [2]),
  },
  { loss: 'binary_cross_entropy(inside[0], 0)', right: ({ z }) => -2 * of(z, [1, 2]) },
  { loss: 'binary_cross_entropy(inside[0] + inside[1], 0)', right: ({ z }) => -2 * of(z, [2]) },
  { loss: 'binary_cross_entropy(sum(inside[1:]), 1)', right: ({ z }) => -2 * of(z, [1, 2]) },
  {
    loss: 'sum(cross_entropy([sigmoid(a), 1 - sigmoid(a)], 0) + 0 * z)',
    right: ({ a }) => -3 * logSigmoid(a),
  },
  {
    loss: 'binary_cross_entropy(sigmoid(a) * sigmoid(b), 1)',
    right: ({ a, b }) => -(logSigmoid(a) + logSigmoid(b)),
  },
  {
    loss: 'binary_cross_entropy(sigmoid(a) * sigmoid(b), 0)',
    right: ({ a, b }) => -logsumexp([logSigmoid(-a), logSigmoid(a) + logSigmoid(-b)]),
  },
  {
    loss: 'binary_cross_entropy(clamp(p[0], 1e-30, 1), 0)',
    right: ({ z }) => -of(z, [1, 2]),
  },
  {
    loss: '-log(sigmoid(a) * p[0] + (1 - sigmoid(a)) * softmax(v)[0])',
    right: ({ z, v, a }) => -logsumexp([logSigmoid(a) + of(z, [0]), logSigmoid(-a) + of(v, [0])]),
  },
  { loss: 'log(p[0] / (p[0] + p[1]))', right: ({ z }) => z[0] - logsumexp([z[0], z[1]]) },
  { loss: 'log(sum(exp(z)))', right: ({ z }) => logsumexp(z) },
  { loss: 'log(1 + exp(a))', right: ({ a }) => -logSigmoid(-a) },
  { loss: 'log1p(exp(a))', right: ({ a }) => -logSigmoid(-a) },
  { loss: 'log(exp(z[0]) / sum(exp(z)))', right: ({ z }) => of(z, [0]) },
  { loss: 'log(1 - max(p[0], p[1]))', right: ({ z }) => Math.min(of(z, [1, 2]), of(z, [0, 2])) },
  { loss: 'sum(log(softmax(a * real(k), over T)), over T)', right: ({ a }) => 2 * a - 2 * logsumexp([0, 2 * a]) },
  {
    loss: 'log(1 - sum(where(k == 2, softmax(a * real(k), over T), 0), over T))',
    right: ({ a }) => -logsumexp([0, 2 * a]),
  },
]

/** Far apart, so that what is computed from the probabilities themselves is lost in 32 bits. */
const far: readonly Logits[] = [
  { z: [30, 0, -25], v: [-40, 20, 60], a: 50, b: -35 },
  { z: [-20, 60, 0], v: [10, -50, -45], a: -60, b: 45 },
  { z: [0, -30, 90], v: [0, 0, 70], a: 120, b: 130 },
]

const near: Logits = { z: [0.3, -0.8, 0.5], v: [-0.2, 1.1, 0.4], a: 0.7, b: -0.4 }

/** Slopes by differences of what is right. */
function differences(right: Form['right'], x: Logits): number[] {
  const step = 1e-5
  const slope = (change: (by: number) => Logits): number => (right(change(step)) - right(change(-step))) / (2 * step)
  return [
    ...x.z.map((_, i) => slope(by => ({ ...x, z: x.z.with(i, x.z[i] + by) }))),
    ...x.v.map((_, i) => slope(by => ({ ...x, v: x.v.with(i, x.v[i] + by) }))),
    slope(by => ({ ...x, a: x.a + by })),
    slope(by => ({ ...x, b: x.b + by })),
  ]
}

describe('logarithms of probabilities', () => {
  for (const { equations = '', loss, right } of forms) {
    it(loss, () => {
      const source = program(equations, loss)
      for (const precision of ['f32', 'f64'] as const) {
        const bound = 8 * (precision === 'f32' ? 2 ** -24 : 2 ** -53)
        for (const x of far) {
          const { loss: found, slopes } = run(source, x, precision)
          const expected = right(x)
          const scale = Math.max(...x.z, ...x.v, x.a, x.b, -Math.min(...x.z, ...x.v, x.a, x.b))
          assert.ok(
            Math.abs(found - expected) <= bound * Math.max(Math.abs(expected), scale),
            `${found} should be ${expected} in ${precision} at ${JSON.stringify(x)}`,
          )
          differences(right, x).forEach((d, i) => {
            assert.ok(Math.abs(slopes[i] - d) <= 1e-5, `slopes ${slopes} should be ${differences(right, x)}`)
          })
        }
      }
      const [stable, plain] = [false, true].map(naive => run(source, near, 'f64', naive))
      assert.ok(Math.abs(stable.loss - plain.loss) < 1e-12, `${stable.loss}, as written ${plain.loss}`)
      stable.slopes.forEach((d, i) => {
        assert.ok(Math.abs(d - plain.slopes[i]) < 1e-12, `${stable.slopes}, as written ${plain.slopes}`)
      })
    })
  }
})

/** What is no probability of which both logarithms are known. */
const refused = [
  'p[0] + softmax(v)[0]',
  'where(m[0] > 0.5, p[0], a)',
  'p[0] / (p[0] + p[1])',
  'exp(a)',
  'p[0] * 2',
  'a * p[0]',
  'sum(p * m)',
  'sqrt(p[0])',
  'p[0] + 0.1',
  '[p[0], a][1]',
]

describe('one minus what is small', () => {
  const [z, small] = [[9.123, -12, -11], Math.exp(-12) + Math.exp(-11)]
  const right = Math.log1p(-small / (small + Math.exp(9.123)))
  for (const loss of ['log(1 - (p[1] + p[2]))', 'log(1 - sum(p[1:]))'])
    it(loss, () => {
      for (const precision of ['f32', 'f64'] as const) {
        const found = run(program('', loss), { z, v: [0, 0, 0], a: 0, b: 0 }, precision)
        assert.ok(
          Math.abs(found.loss / right - 1) < { f32: 1e-5, f64: 1e-13 }[precision],
          `${found.loss} should be ${right}`,
        )
      }
    })
})

describe('what is no probability', () => {
  for (const value of refused) {
    it(value, () => {
      const source = program(`q = ${value}`, 'binary_cross_entropy(q, 1)')
      assert.throws(
        () => compile(source),
        (error: unknown) => isFailure(error, 'RNN213'),
      )
    })
  }
})
