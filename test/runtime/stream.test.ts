// Streams: each step answers as the whole model does on the elements so far, with rows that begin, pause and end by themselves.
import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { predict } from '../../runtime/predict.ts'
import { initialWeights } from '../../runtime/session.ts'
import { type Stream, type StreamOptions, stream } from '../../runtime/stream/stream.ts'
import { failing } from './support.ts'

const precision = 'f64'

/** Compiles a model with weights of seed 1. */
function open(source: string, sizes = {}) {
  const model = compile(source)
  const weights = initialWeights(model, sizes, 1, precision)
  return {
    model,
    begin: (options: StreamOptions = {}): Stream => stream(model, weights, { precision, sizes, ...options }),
    whole: (arrays: Record<string, readonly Nested[]>) => {
      const loaded = fromArrays(model.signature, arrays, { sizes })
      return predict(model, weights, loaded.part, loaded.sizes, undefined, { precision }).examples
    },
  }
}

const classifier = `model M {
  input x: [2] over T
  part cell = LSTM(3)
  h = cell(x)
  output tags = h |> dense(2, softmax)
  output mean_h = mean(h, over T)
  output top = max(x[0], over T)
  output last_h = last(h)
  output first_x = first(x)
  output earlier = drop_last(x)
}`

const sequence = [
  [0.5, -1],
  [1, 0.25],
  [-0.75, 2],
  [0, 0],
]

describe('a stream', () => {
  it('answers at each element as the model does on the elements so far', () => {
    const { begin, whole } = open(classifier)
    const s = begin()
    sequence.forEach((x, t) => {
      const found = s.step({ x })
      const [all] = whole({ x: [sequence.slice(0, t + 1)] })
      const { tags, earlier, ...ended } = all
      expect(found).toMatchObject(Object.fromEntries(Object.entries(ended).map(([k, v]) => [k, close(v)])))
      expect(found.tags).toEqual(close((tags as number[])[t]))
      if (t === 0) expect(found).not.toHaveProperty('earlier')
      else expect(found.earlier).toEqual(close((earlier as number[])[t - 1]))
    })
  })

  const along = [
    '2 * x',
    'x |> GRU(2)',
    'delay(x, start = 0.5)',
    'delay(delay(x))',
    'x * position(over T)',
    'repeat([1, 2], over T) * x',
    'softmax(x)',
  ]
  const atTheEnd = [
    'length(over T)',
    'first(x)',
    'last(x)',
    'sum(x, over T)',
    'mean(x, over T)',
    'max(x[0], over T)',
    'min(x[0], over T)',
    'logsumexp(x[0], over T)',
    'argmax(x[0], over T)',
    'sum(drop_first(x) * drop_last(x), over T)',
    'max(delay(x)[1], over T) + last(x |> LSTM(2))[0]',
    'sum(x |> SimpleRNN(2) |> SimpleRNN(2), over T)',
  ]
  for (const expression of [...along, ...atTheEnd]) {
    it(`gives \`${expression}\` of the elements so far`, () => {
      const { begin, whole } = open(`model M {\n input x: [2] over T\n output h = x\n output y = ${expression}\n}`)
      const s = begin()
      sequence.forEach((x, t) => {
        const [{ y }] = whole({ x: [sequence.slice(0, t + 1)] })
        const expected: unknown = along.includes(expression) && Array.isArray(y) ? y[t] : y
        expect(s.step({ x }).y).toEqual(close(expected))
      })
    })
  }

  it('takes no target that its answers do not depend on', () => {
    const { begin, whole } = open(`model M {
  input x: real over T
  target y: real over T
  out = ([x] |> LSTM(3) |> dense(1))[0]
  loss mse(out, y)
  predict y from out
}`)
    const s = begin()
    const found = [0.5, -1, 0.25].map(x => s.step({ x }).y)
    expect(found).toEqual(close(whole({ x: [[0.5, -1, 0.25]] })[0].y))
  })

  it('goes on from states that were saved, in another stream', () => {
    const { begin } = open(classifier)
    const [a, b] = [begin(), begin()]
    for (const x of sequence.slice(0, 2)) a.step({ x })
    b.restore(a.states)
    for (const x of sequence.slice(2)) expect(b.step({ x })).toEqual(a.step({ x }))
    expect([...a.states['@position']]).toEqual([4])
  })

  it('keeps rows apart: one is reset, one pauses', () => {
    const { begin } = open(classifier)
    const rows = begin({ rows: 3 })
    expect(begin({ constants: [{}, {}, {}] }).step([undefined, { x: [0, 1] }, undefined])[0]).toBeUndefined()
    const [x0, x1, x2] = sequence.map(x => ({ x }))
    rows.step([x0, x1, x2])
    rows.reset(1)
    const [first, second, third] = rows.step([x1, x2, undefined])
    const [, , later] = rows.step([x0, x0, x0])
    const alone = (...xs: { x: number[] }[]) => {
      const s = begin()
      return xs.map(x => s.step(x)).at(-1)
    }
    expect(first).toEqual(alone(x0, x1))
    expect(second).toEqual(alone(x2))
    expect(third).toBeUndefined()
    expect(later).toEqual(alone(x2, x0))
  })

  it('computes what depends on constants once, each row from its own', () => {
    const { begin, whole } = open(`model M {
      input memory: [2] over S
      input x: [2] over T
      part enc = GRU(2), dec = GRU(2)
      output y = dec(x, h = enc(memory) |> last)
    }`)
    const memories = [sequence.slice(0, 3), sequence.slice(2)]
    const s = begin({ over: 'T', constants: memories.map(memory => ({ memory })) })
    const steps = sequence.map(x => s.step([{ x }, { x: [1, 1] }]))
    const all = whole({ memory: memories, x: [sequence, sequence.map(() => [1, 1])] })
    for (const [row, { y }] of all.entries()) expect(steps.map(step => step[row]?.y)).toEqual(close(y))
  })

  it('takes the words of a ragged axis inside the element', () => {
    const { begin, whole } = open(`model M {
      input c: [1] over W over C
      part word = GRU(2), line = GRU(3)
      output y = line(last(word(c, over C), over C), over W)
    }`)
    const words = [[[1], [2], [3]], [[4]], [[0.5], [-1]]]
    const s = begin({ over: 'W' })
    const [all] = whole({ c: [words] })
    expect(words.map(c => s.step({ c }).y)).toEqual(close(all.y))
  })

  it('cuts answers over a ragged axis of the constants to the length of their row', () => {
    const { begin, whole } = open(`model M {
      input x: real over T
      input z: real over S
      output y = z * 2
      output s = sum(x, over T)
    }`)
    const constants = [[1], [1, 2, 3], []].map(z => ({ z }))
    const s = begin({ over: 'T', constants })
    const all = whole({ x: [[1], [1], [1]], z: constants.map(c => c.z) })
    expect(s.step([{ x: 1 }, { x: 1 }, { x: 1 }]).map(a => a?.y)).toEqual(all.map(a => a.y))
    expect(s.step([undefined, { x: 1 }, undefined]).map(a => a?.y)).toEqual([undefined, all[1].y, undefined])
  })

  it('leaves all states as they were where an answer is not finite, and names the row', async () => {
    const { begin } = open(`model M {
      input x: real over T
      target y: real over T
      p = [x] |> GRU(2) |> dense(1)
      q = p[0] * exp(x)
      loss mse(q, y)
      predict y from q
    }`)
    const s = begin({ rows: 3 })
    s.step([{ x: 1 }, { x: 2 }, { x: 3 }])
    const before = s.states
    const huge = [{ x: 1 }, { x: 1e5 }, { x: 3 }]
    expect((await failing('RNN512', () => s.step(huge))).message).toMatch(/of example 2/)
    expect(s.states).toEqual(before)
    expect((await failing('RNN512', () => s.step([undefined, ...huge.slice(1)]))).message).toMatch(/of example 2/)
    expect(s.states).toEqual(before)
  })

  it('names the row of an element that does not fit, where others pause', async () => {
    const { begin } = open(classifier)
    const s = begin({ rows: 3 })
    expect((await failing('RNN411', () => s.step([undefined, undefined, { x: [1, Number.NaN] }]))).message).toMatch(
      /in example 3/,
    )
    // A hole in the list is a row that pauses.
    const holes: { x: number[] }[] = new Array(3)
    holes[1] = { x: [1, 2] }
    expect(s.step(holes).map(a => a === undefined)).toEqual([true, false, true])
  })

  it('takes no states that are none', async () => {
    const { begin } = open(classifier)
    const s = begin()
    s.step({ x: [1, 2] })
    const { states } = s
    const [name] = Object.keys(states).filter(n => n !== '@position')
    const noNumbers = [new BigInt64Array(2), new DataView(new ArrayBuffer(8))]
    // @ts-expect-error: they are no arrays of numbers.
    for (const data of noNumbers) await failing('RNN509', () => s.restore({ ...states, [name]: data }))
    await failing('RNN520', () => s.restore({ ...states, [name]: states[name].map(() => Number.NaN) }))
    expect(s.states).toEqual(states)
  })

  it('says how constants are given', async () => {
    const { begin } = open('model M {\n  input x: real over T\n  input c: real\n  output y = c * x\n}')
    expect((await failing('RNN401', () => begin())).help).toMatch(/constants: \{ c: … \}/)
    const s = begin({ constants: { c: 2 } })
    expect((await failing('RNN106', () => s.step({ x: 1, c: 2 }))).help).toMatch(/given once/)
    expect(s.step({ x: 1 })).toEqual({ y: 2 })
  })

  it('says what does not fit', async () => {
    const { begin } = open(classifier)
    const s = begin()
    const { begin: other } = open('model M { input x: [2] over T\n output y = x |> GRU(4) }')
    await failing('RNN401', () => s.step({}))
    await failing('RNN411', () => s.step({ x: [1] }))
    await failing('RNN411', () => s.step({ x: [1, Number.NaN] }))
    await failing('RNN106', () => s.step({ x: [1, 2], z: 3 }))
    await failing('RNN509', () => s.step([{ x: [1, 2] }, { x: [1, 2] }]))
    const two = begin({ rows: 2 })
    // @ts-expect-error: a row without an element is undefined.
    await failing('RNN509', () => two.step([{ x: [1, 2] }, null]))
    await failing('RNN509', () => s.reset(1))
    await failing('RNN520', () => s.restore(other().states))
    await failing('RNN334', () => begin({ over: 'S' }))
    // The targets of another axis are never all known.
    const answering =
      'model M { input x: [2] over S\n target y: real over T\n output p = delay(y) + repeat(sum(x, over S)[0], over T)\n loss mse(p, y) }'
    await failing('RNN334', () => open(answering).begin({ over: 'S' }))
    await failing('RNN331', () => open('model M { input x: real over T\n output y = x / sum(x, over T) }').begin())
    await failing('RNN334', () => open('model M { input x: [2]\n output y = x }').begin())
    const repeated = 'model M { input x: [2] over T\n output y = sum(repeat(last(x), over T), over T) }'
    await failing('RNN331', () => open(repeated).begin())
  })

  it('ends with an axis of fixed length', async () => {
    const { begin } = open('model M { input x: real over T[2]\n output y = [x] |> GRU(2) }')
    const s = begin()
    for (const x of [1, 2]) s.step({ x })
    await failing('RNN521', () => s.step({ x: 3 }))
    s.reset()
    expect(s.step({ x: 1 })).toHaveProperty('y')
  })
})

/** Matches numbers in nested lists to 1e-12. */
function close(value: unknown): unknown {
  return Array.isArray(value) ? value.map(close) : expect.closeTo(value as number, 12)
}
