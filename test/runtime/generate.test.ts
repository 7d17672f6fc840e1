// Generation: each element is chosen from what the whole model gives on the elements so far, in the interpreter.
import { describe, expect, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import type { Vocabulary } from '../../runtime/data/vocabulary.ts'
import { drawLabel } from '../../runtime/generate/chooseLabel.ts'
import { evaluateFree } from '../../runtime/generate/evaluateFree.ts'
import { type GenerateOptions, generate, generateNow } from '../../runtime/generate/generate.ts'
import type { Weights } from '../../runtime/index.ts'
import { pack } from '../../runtime/packBatch.ts'
import { predict } from '../../runtime/predict.ts'
import { random } from '../../runtime/random.ts'
import { initialWeights } from '../../runtime/session.ts'
import { stream } from '../../runtime/stream/stream.ts'
import { failing } from './support.ts'

const precision = 'f64'

interface Opened {
  readonly model: CompiledModel
  readonly weights: Weights
  readonly sizes: Sizes
}

/** Compiles a model with random weights, larger than usual, so that its answers differ from step to step. */
function open(source: string, sizes: Sizes = {}, seed = 3): Opened {
  const model = compile(source)
  const drawn = initialWeights(model, sizes, seed, precision)
  const weights = Object.fromEntries(Object.entries(drawn).map(([name, data]) => [name, data.map(x => 3 * x)]))
  return { model, weights, sizes }
}

const generated = ({ model, weights, sizes }: Opened, options: GenerateOptions) => [
  ...generateNow(model, weights, { precision, sizes, ...options }),
]

/** Runs the whole model in the interpreter on given targets, and takes the last element of the output of one. */
function lastOf({ model, weights, sizes }: Opened, name: string, arrays: Record<string, Nested>): readonly number[] {
  const { signature } = model
  const batch = Object.fromEntries(Object.entries(arrays).map(([key, value]) => [key, [value]]))
  const loaded = fromArrays(signature, batch, { sizes })
  const { inputs, sizes: all } = pack([...signature.inputs, ...signature.targets], loaded.part, [0], loaded.sizes)
  const graph = model.predict({ pipeline: naive })
  const given = { ...inputs, ...weights }
  const args = graph.params.map((p, i) => ({
    shape: p.shape.map(d => evaluate(d, all)),
    data: Float64Array.from(given[graph.inputs[i]]),
  }))
  const results = interpret(model.context, graph, args, all)
  const { data, shape } = results[graph.outputs.indexOf(name)]
  const width = data.length / shape[1]
  return Array.from(data.slice(-width))
}

const likeliest = (p: readonly number[]): number => p.indexOf(Math.max(...p))

const characters = `model Characters {
  target script: token of V over T
  p = delay(script) |> embedding(4) |> LSTM(5) |> dense(V, softmax)
  loss cross_entropy(p, script)
  predict script from p
}`

/** What the first recurrence gives is an output, and is read by the second together with the label that was chosen for it. */
const mirrored = `model Mirrored {
  target script: token of V over T
  e = script |> embedding(4)
  d = delay(e) |> GRU(4)
  p = [d, delay([d, e] |> GRU(3))] |> dense(V, softmax)
  output hidden = d
  loss cross_entropy(p, script)
  predict script from p
}`

/** An encoder, additive attention and a decoder, as Bahdanau et al. published them. */
const translate = `cell Speller(units) {
  input e: [D], m: [A] over S
  state h: [units]
  part look = additive_attention(units), gru = GRU(units)
  ctx = look(h, m)
  h' = gru([e, ctx], h = h)
  output weights = ctx.weights
  return [h', ctx]
}
model Translate(units = 4) {
  input source: token of N over S
  target french: token of V over T
  part enc = bidirectional(GRU(units)), dec = Speller(units)
  m = source |> embedding(3) |> enc
  d = dec(delay(french) |> embedding(3), m, h = m.ends |> dense(units, tanh))
  p = d |> dense(V, softmax)
  loss cross_entropy(p, french)
  output alignment = d.weights
  predict french from p
}`

describe('generate', () => {
  it('chooses the likeliest label of what the whole model gives on those before', () => {
    const opened = open(characters, { V: 6 })
    const script: number[] = []
    for (let t = 0; t < 12; t++) script.push(likeliest(lastOf(opened, 'script', { script: [...script, 0] })))
    expect(generated(opened, { steps: 12 }).map(a => a.script)).toEqual(script)
  })

  it('goes on after a beginning', () => {
    const opened = open(characters, { V: 6 })
    const script = [5, 4, 3]
    for (let t = 0; t < 5; t++) script.push(likeliest(lastOf(opened, 'script', { script: [...script, 0] })))
    expect(generated(opened, { steps: 5, after: { script: [5, 4, 3] } }).map(a => a.script)).toEqual(script.slice(3))
  })

  it('translates with attention, and gives the alignment of each word', () => {
    const opened = open(translate, { N: 5, V: 7 })
    const sources = [
      [1, 2, 3, 4],
      [4, 0],
    ]
    const { part, sizes } = fromArrays({ ...opened.model.signature, targets: [] }, { source: sources }, opened)
    const run = predict(opened.model, opened.weights, part, sizes, undefined, { precision, decoding: { steps: 6 } })
    expect(run.examples).toHaveLength(2)
    for (const [i, { french, alignment }] of run.examples.entries()) {
      const words: number[] = []
      const looks: unknown[] = []
      for (let t = 0; t < 6; t++) {
        const arrays = { source: sources[i], french: [...words, 0] }
        looks.push(lastOf(opened, 'alignment', arrays).map(x => expect.closeTo(x, 12)))
        words.push(likeliest(lastOf(opened, 'french', arrays)))
      }
      expect(french).toEqual(words)
      expect(alignment).toEqual(looks)
    }
  })

  it('feeds reals back over an axis of fixed length: a forecast of three months', () => {
    const opened = open(`model Year {
      input past: real over T
      target next: real over K[3]
      part enc = LSTM(3), dec = LSTM(3)
      d = dec([delay(next, start = last(past))], from = enc([past]).final)
      y = d |> dense(1)
      loss mse(y, next)
      predict next from y
    }`)
    const past = [0.5, -1, 2, 0.25]
    const next: number[] = []
    for (let t = 0; t < 3; t++) {
      const given = [...next, 0, 0, 0].slice(0, 3)
      next.push(wholeAt(opened, 'next', { past, next: given }, t))
    }
    const { part, sizes } = fromArrays({ ...opened.model.signature, targets: [] }, { past: [past] }, opened)
    const [answer] = predict(opened.model, opened.weights, part, sizes, undefined, { precision }).examples
    expect(answer.next).toEqual(next.map(x => expect.closeTo(x, 12)))
  })

  it('feeds several targets back at once, along an input of the same axis', () => {
    const opened = open(`model M {
      input x: [2] over T
      target a: class of 3 over T
      target b: bool over T
      h = [x, delay(a) |> embedding(2), [where(delay(b, start = false), 1, 0)]] |> GRU(4)
      p = h |> dense(3, softmax)
      q = (h |> dense(1, sigmoid))[0]
      loss cross_entropy(p, a)
      loss binary_cross_entropy(q, where(b, 1, 0))
      predict a from p
      predict b from q
    }`)
    const x = [
      [1, -1],
      [0.5, 2],
      [-2, 0],
      [1, 1],
    ]
    const [a, b]: [number[], number[]] = [[], []]
    for (let t = 0; t < x.length; t++) {
      const arrays = { x: x.slice(0, t + 1), a: [...a, 0], b: [...b, 0] }
      const [p, [q]] = [lastOf(opened, 'a', arrays), lastOf(opened, 'b', arrays)]
      a.push(likeliest(p))
      b.push(q > 0.5 ? 1 : 0)
    }
    const found = generated(opened, { inputs: { x } })
    expect(found.map(f => f.a)).toEqual(a)
    expect(found.map(f => f.b)).toEqual(b)
  })

  it('gives what is not over the axis at the end of each sequence, and nothing of an empty one', () => {
    const opened = open(`model M {
      input x: [2] over T
      target a: class of 3 over T
      h = [x, delay(a) |> embedding(2)] |> GRU(4)
      p = h |> dense(3, softmax)
      output largest = max(h[0], over T)
      loss cross_entropy(p, a)
      predict a from p
    }`)
    const x = [
      [[1, -1]],
      [],
      [
        [0.5, 2],
        [-2, 0],
        [1, 1],
      ],
    ]
    const { part, sizes } = fromArrays({ ...opened.model.signature, targets: [] }, { x }, opened)
    const { examples } = predict(opened.model, opened.weights, part, sizes, undefined, { precision })
    const alone = (i: number) => generated(opened, { inputs: { x: x[i] } }).at(-1)?.largest
    expect(examples.map(e => e.largest)).toEqual([alone(0), Number.NaN, alone(2)])
    expect(examples.map(e => (Array.isArray(e.a) ? e.a.length : -1))).toEqual([1, 0, 3])
  })

  for (const [what, source] of [
    ['of one recurrence', characters],
    ['whose output is read once more after the choice', mirrored],
  ] as const) {
    it(`searches with beams ${what}: one is greedy, as many as there are sequences is exhaustive`, () => {
      const opened = open(source, { V: 3 })
      const scripts = (beams: number, lengthPower = 0) =>
        generated(opened, { steps: 4, beam: { beams, lengthPower } }).map(a => a.script)
      expect(scripts(1)).toEqual(generated(opened, { steps: 4 }).map(a => a.script))
      const best = likeliestOf(opened, 4)
      for (const lengthPower of [0, 1]) expect(scripts(81, lengthPower)).toEqual(best)
    })
  }

  it('draws with a seed, and from the likeliest labels only', async () => {
    const opened = open(characters, { V: 6 })
    const drawn = (seed: number, sample = {}) => generated(opened, { steps: 30, seed, sample }).map(a => a.script)
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(1)).not.toEqual(drawn(2))
    const greedy = generated(opened, { steps: 30 }).map(a => a.script)
    expect(drawn(3, { topK: 1 })).toEqual(greedy)
    expect(drawn(3, { topP: 1e-9 })).toEqual(greedy)
    expect(drawn(3, { temperature: 1e-6 })).toEqual(greedy)
    const later: unknown[] = []
    for await (const { script } of generate(opened.model, opened.weights, {
      precision,
      sizes: { V: 6 },
      steps: 30,
      seed: 1,
      sample: {},
    }))
      later.push(script)
    expect(later).toEqual(drawn(1))
  })

  it('draws each label as often as the temperature says', () => {
    const p = [0.5, 0.3, 0.15, 0.05]
    const logs = Float64Array.from(p, Math.log)
    const shares = (sampling: Parameters<typeof drawLabel>[1]): number[] => {
      const draw = random(5, 'shares')
      const counts = p.map(() => 0)
      for (let i = 0; i < 20_000; i++) counts[drawLabel(logs, sampling, draw)]++
      return counts.map(n => n / 20_000)
    }
    const expected = (weights: number[]) => {
      const whole = weights.reduce((a, b) => a + b)
      return weights.map(w => expect.closeTo(w / whole, 1.5))
    }
    expect(shares({})).toEqual(expected(p))
    expect(shares({ temperature: 0.5 })).toEqual(expected(p.map(x => x * x)))
    expect(shares({ topK: 2 })).toEqual(expected([0.5, 0.3, 0, 0]))
    expect(shares({ topP: 0.79 })).toEqual(expected([0.5, 0.3, 0, 0]))
    expect(shares({ topP: 0.81 })).toEqual(expected([0.5, 0.3, 0.15, 0]))
  })

  it('is evaluated running free: it reads its own answers, and the loss compares with the true ones', () => {
    const opened = open(characters, { V: 4 })
    const truths = [
      [1, 2, 3],
      [3, 3, 0, 1, 2],
    ]
    const { part, sizes } = fromArrays(opened.model.signature, { script: truths }, opened)
    const free = evaluateFree(opened.model, part, sizes, opened.weights, { backend: js, precision, batch: 2 })
    const written = generated(opened, { steps: 5 }).map(a => Number(a.script))
    const terms = truths.flatMap(truth =>
      truth.map((label, t) => -Math.log(lastOf(opened, 'script', { script: [...written.slice(0, t), 0] })[label])),
    )
    expect(free.loss).toBeCloseTo(terms.reduce((a, b) => a + b) / terms.length, 12)
  })

  it('says what it cannot do', async () => {
    const opened = open(characters, { V: 6 })
    await failing('RNN522', () => generated(opened, {}))
    await failing('RNN523', () => generated(open('model M { input x: [2] over T\n output y = x }'), {}))
    await failing('RNN509', () => generated(opened, { steps: 0 }))
    await failing('RNN509', () => generated(opened, { steps: 3, sample: { temperature: 0 } }))
    await failing('RNN509', () => generated(opened, { steps: 3, sample: {}, beam: { beams: 2 } }))
    await failing('RNN412', () => generated(opened, { steps: 3, after: { script: [7] } }))
    await failing('RNN106', () => generated(opened, { steps: 3, after: { skript: [1] } }))
    const real = open(
      'model M { target y: real over T\n p = [delay(y)] |> GRU(2) |> dense(1)\n loss mse(p, [y])\n predict y from p }',
    )
    await failing('RNN509', () => generated(real, { steps: 3, beam: { beams: 2 } }))
  })
})

/** A vocabulary of characters with all special tokens: codes 0 to 3, then `a` to `d`. */
const letters: Vocabulary = {
  kind: 'tokens',
  by: 'characters',
  lower: true,
  filters: '-',
  tokens: ['', '<unknown>', '<start>', '<end>', 'a', 'b', 'c', 'd'],
  unknown: 1,
  start: 2,
  end: 3,
}

/** What the data stores for a model whose target is of a vocabulary. */
const fittedTo = (port: string, vocabulary: Vocabulary, size = 'V') => ({
  calls: {},
  ports: { [port]: vocabulary },
  sizes: { [size]: vocabulary.tokens.length },
})

describe('generate, of tokens', () => {
  const V = letters.tokens.length
  const fitted = fittedTo('script', letters)
  const endless: Vocabulary = { ...letters, start: undefined, end: undefined }

  /** Chooses in the interpreter as generation must: the likeliest of the given codes. */
  function chosenAmong(opened: Opened, codes: readonly number[], begun: readonly number[], steps: number): number[] {
    const script = [...begun]
    for (let t = 0; t < steps; t++) {
      const p = lastOf(opened, 'script', { script: [...script, 0] })
      script.push(codes.reduce((best, code) => (p[code] > p[best] ? code : best)))
      if (script.at(-1) === letters.end) break
    }
    return script.slice(begun.length)
  }

  it('yields each character, never padding, the unknown or the start, and goes on after a text', () => {
    const opened = open(characters, { V })
    const writes = fittedTo('script', { ...letters, start: undefined, end: undefined })
    for (const [after, begun] of [
      ['aBxa-', [4, 5, 1, 4]],
      ['d', [7]],
    ] as const) {
      const found = generated(opened, { fitted: writes, steps: 8, after: { script: after } })
      const expected = chosenAmong(opened, [2, 3, 4, 5, 6, 7], begun, 8)
      expect(found.map(a => a.script)).toEqual(expected.map(code => letters.tokens[code]))
    }
  })

  it('begins with the token of the start, and ends with that of the end, which is no answer', () => {
    const ends: number[] = []
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const opened = open(characters, { V }, seed)
      for (const after of [undefined, 'abc']) {
        const begun = [2, ...(after === undefined ? [] : [4, 5, 6])]
        const expected = chosenAmong(opened, [3, 4, 5, 6, 7], begun, 9)
        ends.push(expected.indexOf(3))
        const found = generated(opened, { fitted, steps: 9, ...(after !== undefined && { after: { script: after } }) })
        expect(found.map(a => a.script)).toEqual(expected.filter(c => c !== 3).map(code => letters.tokens[code]))
      }
    }
    // Some of them end by themselves, or the test shows nothing.
    expect(ends.some(end => end >= 0)).toBe(true)
    expect(ends.some(end => end < 0)).toBe(true)
  })

  it('answers of predict are texts, for greedy choice and for beams', () => {
    const opened = open(translate, { N: V, V })
    const both = { calls: {}, ports: { source: letters, french: letters }, sizes: { N: V, V } }
    const texts = ['abba', 'C', 'dd-a']
    const { part, sizes } = fromArrays({ ...opened.model.signature, targets: [] }, { source: texts }, { fitted: both })
    expect(part.ports.source.map(e => [...e.values])).toEqual([
      [2, 4, 5, 5, 4, 3],
      [2, 6, 3],
      [2, 7, 7, 4, 3],
    ])
    for (const decoding of [{ steps: 7 }, { steps: 7, beam: { beams: 1 } }]) {
      const run = predict(opened.model, opened.weights, part, sizes, both, { precision, decoding })
      run.examples.forEach(({ french }, i) => {
        const source = part.ports.source.at(i).values
        const written: number[] = [2]
        while (written.length < 8 && written.at(-1) !== 3) {
          const p = lastOf(opened, 'french', { source, french: [...written, 0] })
          written.push([3, 4, 5, 6, 7].reduce((best, code) => (p[code] > p[best] ? code : best)))
        }
        const text = written.filter(code => code > 3).map(code => letters.tokens[code])
        expect(french).toBe(text.join(''))
      })
    }
  })

  it('fills an axis of fixed length with padding, where no token ends a text', () => {
    const opened = open(characters.replace('over T', 'over T[6]'), { V })
    const padded = fittedTo('script', endless)
    // A bias by which padding is the likeliest label.
    const bias = opened.weights['dense.b'].map((_, i) => (i === 0 ? 50 : 0))
    const filled = { ...opened, weights: { ...opened.weights, 'dense.b': bias } }
    expect(generated(filled, { fitted: padded }).map(a => a.script)).toEqual(['', '', '', '', '', ''])
    const ended = fittedTo('script', { ...endless, end: 3 })
    expect(generated(filled, { fitted: ended }).map(a => a.script)).not.toContain('')
  })

  it('refuses a beginning with a token that the vocabulary refuses', async () => {
    const opened = open(characters, { V })
    const strict = fittedTo('script', { ...endless, unknown: 'refused' })
    const found = await failing('RNN430', () =>
      generated(opened, { fitted: strict, steps: 3, after: { script: 'abx' } }),
    )
    expect(found.message).toContain('x')
  })
})

describe('a stream of tokens', () => {
  it('takes a token as text at each step, cased and filtered as others', async () => {
    const V = letters.tokens.length
    const opened = open(
      `model M {
        input script: token of V over T
        output p = script |> embedding(4) |> LSTM(5) |> dense(3)
      }`,
      { V },
    )
    const given = (fitted?: ReturnType<typeof fittedTo>) =>
      stream(opened.model, opened.weights, { precision, sizes: { V }, ...(fitted && { fitted }) })
    const [a, b] = [given(fittedTo('script', letters)), given()]
    const steps = [
      ['<start>', 2],
      ['a', 4],
      ['B', 5],
      ['x', 1],
      ['<end>', 3],
    ] as const
    for (const [text, code] of steps) expect(a.step({ script: text })).toEqual(b.step({ script: code }))
    await failing('RNN430', () => a.step({ script: 'ab' }))
    await failing('RNN430', () => a.step({ script: '-' }))
  })
})

describe('outputs over an axis inside the elements', () => {
  it('are given step by step, and as a whole, as long as their elements', () => {
    const opened = open(`model M {
      input x: real over T over S
      target y: real over T
      p = [mean(x, over S), delay(y)] |> GRU(4) |> dense(1)
      loss mse(p, [y])
      predict y from p
      output sc = x * 2
    }`)
    const xs = [
      [[1], [2, 3, 4], [5, 6]],
      [[7, 8], [9]],
    ]
    const twice = xs.map(x => x.map(list => list.map(v => 2 * v)))
    for (const [i, x] of xs.entries()) expect(generated(opened, { inputs: { x } }).map(a => a.sc)).toEqual(twice[i])
    const { model, weights } = opened
    const { part, sizes } = fromArrays({ ...model.signature, targets: [] }, { x: xs })
    const { examples } = predict(model, weights, part, sizes, undefined, { precision })
    expect(examples.map(e => e.sc)).toEqual(twice)
    // A sequence that ends before its inputs do.
    const short = predict(model, weights, part, sizes, undefined, { precision, decoding: { steps: 2 } })
    expect(short.examples.map(e => e.sc)).toEqual(twice.map(x => x.slice(0, 2)))
  })
})

/** Finds the likeliest of all sequences of three labels, each by the whole model in the interpreter. */
function likeliestOf(opened: Opened, steps: number): readonly number[] {
  let best: { score: number; script: readonly number[] } = { score: Number.NEGATIVE_INFINITY, script: [] }
  for (let code = 0; code < 3 ** steps; code++) {
    const script = Array.from({ length: steps }, (_, d) => Math.floor(code / 3 ** d) % 3)
    const score = script.reduce((sum, label, t) => {
      return sum + Math.log(lastOf(opened, 'script', { script: [...script.slice(0, t), 0] })[label])
    }, 0)
    if (score > best.score) best = { score, script }
  }
  return best.script
}

/** The element at a place of an output over its first axis. */
function wholeAt(opened: Opened, name: string, arrays: Record<string, Nested>, place: number): number {
  const { signature } = opened.model
  const { axes } = signature.outputs.find(o => o.name === name) ?? { axes: [] }
  const count = evaluate(axes[0].size, {})
  const all: number[] = []
  const loaded = fromArrays(signature, Object.fromEntries(Object.entries(arrays).map(([k, v]) => [k, [v]])), {})
  const { inputs, sizes } = pack([...signature.inputs, ...signature.targets], loaded.part, [0], loaded.sizes)
  const graph = opened.model.predict({ pipeline: naive })
  const given = { ...inputs, ...opened.weights }
  const args = graph.params.map((p, i) => ({
    shape: p.shape.map(d => evaluate(d, sizes)),
    data: Float64Array.from(given[graph.inputs[i]]),
  }))
  all.push(...interpret(opened.model.context, graph, args, sizes)[graph.outputs.indexOf(name)].data)
  return all[place * (all.length / count)]
}
