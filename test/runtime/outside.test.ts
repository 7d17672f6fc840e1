// Numbers from outside the file, by `--set`, from data or with weights, are checked as if they stood in it: the same codes both ways.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { check, compile, load } from '../../compiler/index.ts'
import { type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { buildModule } from '../../runtime/build.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { pack } from '../../runtime/packBatch.ts'
import { predict, predictAsync } from '../../runtime/predict.ts'
import { fittingSizes } from '../../runtime/randomBatch.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { evaluatePart, evaluatePartAsync, initialWeights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { byLag } from '../../trust/gradients/byLag.ts'
import { checkGradientsAt } from '../../trust/gradients/checkGradientsAt.ts'
import { firstNotFinite } from '../../trust/gradients/firstNotFinite.ts'
import { failing } from './support.ts'

/** What a data block feeds to the inputs and targets that lines declare. */
const feeds = (lines: string): string =>
  [...lines.matchAll(/(?:input|target) (\w):/g)].map(([, name]) => `; ${name} = t.${name}`).join('')

/** A program around some lines of its model; `params` are its hyper-parameters. */
const program = (lines: string, params = '', settings = 'batch = 2'): string => `model M(${params}) {
  input x: [4]
  target r: [4]
  loss mse(x |> dense(4), r)
  ${lines}
}
data d for M { t = csv("d.csv"); x = [t.a, t.a, t.a, t.a]; r = [t.a, t.a, t.a, t.a]${feeds(lines)} }
train M on d { optimizer = Adam; ${settings} }
`

const errorsIn = (found: readonly Diagnostic[]): string[] => found.filter(d => d.severity === 'error').map(d => d.code)

/** The codes of what it throws. */
function thrown(run: () => unknown): string[] {
  try {
    run()
    return []
  } catch (error) {
    if (error instanceof RnnError) return errorsIn(error.diagnostics)
    throw error
  }
}

const literal = (n: number): string => (n < 0 ? `(${n})` : String(n))

describe('a number given by --set is checked as one in the file', () => {
  /** `#` stands for the number, in a line of the model or, behind `;`, among the settings. */
  const rows: readonly (readonly [line: string, code: string, wrong: readonly number[], right: number])[] = [
    ['output a = x |> dense(#)', 'RNN207', [2.5, 8.0000001, -1, 1e300], 8],
    ['output a = x |> dense(#)', 'RNN122', [2 ** 53], 8],
    ['output a = x |> dense(# / 2)', 'RNN207', [5, -2], 4],
    ['output a = x |> dense(2 * #)', 'RNN207', [1.25, -2], 4],
    ['param W: [#, 4]', 'RNN207', [2.5, -1], 3],
    ['param R: [4, 4] over L[#]', 'RNN207', [2.5, -1], 3],
    ['input s: real over S[#]', 'RNN207', [2.5, -1], 3],
    ['output a = x |> dropout(#)', 'RNN230', [1, 1.5, -0.1, 1e300], 0],
    ['output a = zoneout(x, x, #)', 'RNN230', [1.5, -0.1], 0.5],
    ['output a = bernoulli(#, x)', 'RNN230', [1.5, -0.1], 1],
    ['output a = x / #', 'RNN230', [0], 2],
    ['output a = x / (# - 2)', 'RNN230', [2], 1],
    ['output a = floor(sum(x)) % #', 'RNN230', [0], 3],
    ['param W: [4, 4] = he_uniform(#)', 'RNN207', [0, -3], 0.5],
    ['param W: [4, 4] = he_normal(#)', 'RNN207', [0], 4],
    ['param W: [4, 4] = glorot_uniform(#, 4)', 'RNN207', [0, -3], 4],
    ['param W: [4, 4] = glorot_normal(4, #)', 'RNN207', [-3], 4],
    ['param W: [4, 4] = normal(#)', 'RNN207', [-1], 0],
    ['param W: [4, 4] = uniform(0, #)', 'RNN207', [-1], 1],
    ['output a = x[#]', 'RNN217', [4, -1], 3],
    ['output a = x[#]', 'RNN207', [0.5], 0],
    ['output a = x[#:]', 'RNN217', [5], 4],
    ['output a = x[:#]', 'RNN217', [5, -1], 4],
    ['input k: token of 4; param E: [#, 2]; output a = E[k]', 'RNN217', [3], 5],
    ['target y: class of #; loss cross_entropy(x |> dense(4, softmax), y)', 'RNN416', [5], 3],
    ['target y: class of #; loss cross_entropy(x |> dense(4, softmax), y)', 'RNN415', [0, 1], 2],
    ['target y: class of 4; loss cross_entropy(x |> dense(#, softmax), y)', 'RNN416', [3, 1], 5],
    ['target y: class of 4; predict y from x |> dense(#, softmax)', 'RNN416', [3, 1, 5], 4],
    ['target y: class of #; loss binary_cross_entropy((x |> dense(1, sigmoid))[0], y)', 'RNN416', [3], 2],
    ['target y: class of #; metric accuracy(x |> dense(1, sigmoid), y)', 'RNN416', [3], 2],
    ['target y: class of #; metric accuracy(x |> dense(5, softmax), y)', 'RNN416', [6], 3],
    ['input k: token of #; output a = k |> embedding(2)', 'RNN415', [0], 1],
    ['; clip = global_norm(#)', 'RNN207', [0, -1], 0.5],
    ['; clip = norm(#)', 'RNN207', [0], 1],
    ['; clip = value(#)', 'RNN207', [-0.5], 1e-9],
    ...(['epochs', 'steps', 'batch', 'patience', 'checkpoint'] as const).map(
      name => [`; ${name} = #`, 'RNN207', [0, -1, 2.5, 1e300], 1] as const,
    ),
    ['; seed = #', 'RNN207', [-1, 0.5], 0],
  ]
  for (const [line, code, wrong, right] of rows) {
    const write = (text: string, params = ''): string => {
      const [model, settings] = line.startsWith('; ') ? ['', line.slice(2)] : [line, 'batch = 2']
      return program(model.replaceAll('#', text), params, settings.replaceAll('#', text))
    }
    const given = (n: number): string[] => thrown(() => compile(write('n', `n = ${right}`), { sets: { n } }).train())
    it(`${line}: ${wrong.join(', ')}`, () => {
      for (const n of wrong) {
        const written = errorsIn(check(write(literal(n))))
        assert.ok(written.includes(code), `${n} in the file: ${written}`)
        assert.deepEqual(given(n), written, `${n} by --set`)
      }
      assert.deepEqual(errorsIn(check(write(literal(right)))), [])
      assert.deepEqual(given(right), [])
    })
  }

  it('is a setting of `train` too', () => {
    for (const name of ['epochs', 'steps', 'batch', 'patience', 'truncate', 'checkpoint']) {
      assert.deepEqual(
        thrown(() => compile(program(''), { sets: { [name]: 0 } })),
        ['RNN207'],
      )
      assert.deepEqual(
        thrown(() => compile(program(''), { sets: { [name]: 2.5 } })),
        ['RNN207'],
      )
    }
  })

  it('is named where the model declares it, if the error is there because of it', async () => {
    const source = program('output a = x |> dense(n)', 'n = 2, m = 3')
    const found = await failing('RNN207', () => compile(source, { sets: { n: 2.5, m: 4 } }))
    assert.deepEqual(
      found.labels?.map(l => l.text),
      ['`n` is 2.5'],
    )
    assert.equal(source.slice(found.labels?.[0].span.start, found.labels?.[0].span.end), 'n')
  })
})

/** Models with the free names D and K, and sizes with which they are wrong. */
const bySize: readonly (readonly [lines: string, name: 'D' | 'K', wrong: readonly number[], right: number])[] = [
  ['output a = x[5]', 'D', [3, 5], 6],
  ['output a = x[2:5]', 'D', [3], 5],
  ['output a = x[D - 4]', 'D', [3], 4],
  ['output a = x |> dense(D - 5)', 'D', [3], 7],
  ['param W: [2 * D - 9, 3]', 'D', [4], 5],
  ['input k: class of K; param E: [3, 2]; output a = E[k]', 'K', [5], 3],
  ['loss cross_entropy(x |> dense(3, softmax), y)', 'K', [5, 1, 0], 3],
  ['loss cross_entropy(x |> dense(K, softmax), y)', 'K', [1], 2],
  ['loss binary_cross_entropy((x |> dense(1, sigmoid))[0], y)', 'K', [3], 2],
  ['metric accuracy(x |> dense(3, softmax), y)', 'K', [4], 2],
  ['predict y from x |> dense(20, softmax)', 'K', [9, 21], 20],
  ['predict y from x |> dense(1, sigmoid)', 'K', [3], 2],
]

const sized = (lines: string, D: string | number, K: string | number): string => `model M {
  input x: [${D}]
  target y: class of ${K}
  ${lines.replace(/\bD\b/g, String(D)).replace(/\bK\b/g, String(K))}
}
`

describe('a size that data or weights bind is checked as one in the file', () => {
  for (const [lines, name, wrong, right] of bySize) {
    it(`${lines}: ${name} = ${wrong.join(', ')}`, () => {
      const others = { D: 12, K: 3, [name]: right }
      const model = compile(sized(lines, 'D', 'K'))
      assert.deepEqual(
        thrown(() => model.checkSizes(others)),
        [],
      )
      assert.deepEqual(errorsIn(check(sized(lines, others.D, others.K))), [])
      for (const n of wrong) {
        const sizes = { ...others, [name]: n }
        const literal = errorsIn(check(sized(lines, sizes.D, sizes.K)))
        assert.notDeepEqual(literal, [], `${n} in the file`)
        assert.deepEqual(
          thrown(() => model.checkSizes(sizes)),
          literal,
          `${n} from the data`,
        )
        assert.deepEqual(
          thrown(() => compile(sized(lines, 'D', 'K'), { sets: sizes })),
          literal,
          `${n} by --set`,
        )
      }
    })
  }

  it('says which number it is, and what it counts', async () => {
    const model = compile(sized('loss cross_entropy(x |> dense(3, softmax), y)', 'D', 'K'))
    const found = await failing('RNN416', () => model.checkSizes({ D: 2, K: 5 }, { K: 'a, b, c, d, e' }))
    assert.deepEqual(
      found.labels?.map(l => l.text),
      ['`K` is 5: a, b, c, d, e'],
    )
    assert.match(found.message, /`y` has 5 labels, but `x \|> dense\(3, softmax\)` distinguishes 3/)
    assert.match(found.help ?? '', /5 outputs, `dense\(K, softmax\)`.* or remove 2 of the labels/)
  })

  it('finds the sizes of a random batch with which a model is right', () => {
    const model = compile(sized('output a = x[9]\n  loss cross_entropy(x |> dense(3, softmax), y)', 'D', 'K'))
    const { D, K } = fittingSizes(model)
    assert.ok(D > 9 && K <= 3 && K > 1, `${D}, ${K}`)
    assert.deepEqual(
      thrown(() => fittingSizes(model, { K: 4 })),
      ['RNN416'],
    )
  })
})

describe('everything that runs a model checks the sizes first', () => {
  const model = compile(
    `model M {
  input x: [2] over T
  target y: class of K
  p = x |> GRU(2) |> last |> dense(3, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for M { t = jsonl("d.jsonl"); x = t.x; y = t.y }
train M on d { optimizer = SGD(0.1); epochs = 1 }`,
  )
  const { signature } = model
  const { part, sizes } = fromArrays(signature, { x: [[[1, 2]], [[3, 4]]], y: [0, 1] }, { sizes: { K: 5 } })
  const weights = initialWeights(model, sizes, 1, 'f32')
  const batch = pack([...signature.inputs, ...signature.targets], part, [0, 1], sizes)
  const fitted = { calls: {}, ports: {}, sizes }
  const options = { backend: js, precision: 'f32', batch: 2, seed: 1 } as const
  const evaluation = load(model.context, model.evaluate(), js, 'f32')
  const runs: Readonly<Record<string, () => unknown>> = {
    train: () => train(model, { train: part, sizes, fitted }),
    evaluatePart: () => evaluatePart(model, part, sizes, evaluation, weights, options),
    evaluatePartAsync: () => evaluatePartAsync(model, part, sizes, evaluation, weights, options),
    predict: () => predict(model, weights, part, sizes, undefined),
    predictAsync: () => predictAsync(model, weights, part, sizes, undefined),
    sampleStep: () => sampleStep(model, 'loss', part, sizes, { batch: 2, precision: 'f32', seed: 1 }),
    buildModule: () => buildModule(model, { fitted }),
    checkGradientsAt: () => checkGradientsAt(model, weights, batch.inputs, batch.sizes),
    byLag: () => byLag(model, weights, batch.inputs, batch.sizes),
    firstNotFinite: () => firstNotFinite(model, weights, [batch]),
  }
  for (const [name, run] of Object.entries(runs)) {
    it(name, async () => {
      await failing('RNN416', run)
    })
  }
})
