// Ragged axes where it is easy to go wrong: words of different lengths gone through one by one, repeated values that are reversed,
// extremes of ints, records without a loss.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile, type Executable, type Graph, load } from '../../compiler/index.ts'
import type { Example, Setting, Weights } from '../support/program.ts'
import { describeProgram } from '../support/suite.ts'
import { add, apply, map, multiply, scale, scan, softmax, sum, type Vector, vector } from '../support/vectors.ts'

type Inputs = Parameters<Executable['run']>[1]

const run = (model: CompiledModel, graph: Graph, sizes: Record<string, number>, inputs: Inputs) =>
  load(model.context, graph, js, 'f64').run(sizes, inputs)

it('a reversed value is repeated as often as its own place tells', () => {
  const model = compile(`
model M {
  input y: real over W, x: real over W over C
  output r = sum(repeat(reverse(y, over W), over C), over C), s = sum(x, over C)
}`)
  const y = Float64Array.of(3, 5)
  const lengths = { 'W.lengths': Int32Array.of(2), 'C.lengths': Int32Array.of(1, 3) }
  const { r } = run(model, model.predict(), { B: 1, W: 2, C: 3 }, { y, x: new Float64Array(6), ...lengths })
  assert.deepEqual([...r], [5, 9])
})

it('the extremes of ints do not see the padding', () => {
  const model = compile(`
model M {
  input n: int over T
  output a = max(n, over T), b = min(-n, over T)
}`)
  const n = Int32Array.of(-3, -2, 7, -9, -8, -7)
  const { a, b } = run(model, model.predict(), { B: 2, T: 3 }, { n, 'T.lengths': Int32Array.of(2, 3) })
  assert.deepEqual(
    [[...a], [...b]],
    [
      [-2, -7],
      [2, 7],
    ],
  )
})

it('a model with metrics and no loss is evaluated', () => {
  const model = compile(`
model M {
  input x: real over T
  target y: real over T
  metric mae(x, y)
  metric mae(2 * x, y)
  metric error = sqrt(average((x - y)^2))
}`)
  assert.deepEqual(model.signature.metrics, ['mae', 'mae_2', 'error'])
  const inputs = { x: Float64Array.of(1, 2), y: Float64Array.of(2, 4), 'T.lengths': Int32Array.of(2) }
  const results = run(model, model.evaluate(), { B: 1, T: 2 }, inputs)
  assert.deepEqual([...results['sum.0'], ...results['count.0']], [3, 2])
  assert.throws(() => model.gradient(), /RNN311/)
})

it('weights made in place never take the name of a part', () => {
  const model = compile(`
model M {
  input x: [3]
  part dense_2 = dense(2)
  a = x |> dense(2)
  b = x |> dense(2)
  output y = a + b + dense_2(x)
}`)
  const names = model.signature.parameters.map(p => p.name)
  assert.equal(new Set(names).size, 6)
  assert.ok(['dense.W', 'dense_2.W', 'dense_3.W'].every(n => names.includes(n)))
})

// ---- words of different lengths

const words: Setting[] = [
  { sizes: { B: 3, W: 3, C: 3 }, lengths: { W: [3, 2, 0], C: [3, 1, 2, 0, 3, 1, 2, 2, 2] } },
  { sizes: { B: 2, W: 3, C: 4 }, lengths: { W: [2, 3], C: [4, 2, 3, 0, 0, 1] } },
  { sizes: { B: 1, W: 2, C: 3 }, lengths: { W: [2], C: [2, 3] } },
  { sizes: { B: 1, W: 1, C: 1 } },
  { sizes: { B: 2, W: 0, C: 3 } },
  { sizes: { B: 2, W: 2, C: 0 } },
  { sizes: { B: 0, W: 2, C: 2 } },
]

const zero = vector(2)

/** The words of an example, each its characters. */
function wordsOf(x: Example): Vector[][] {
  const items = [...x.items('x')]
  return x
    .lengths('C')
    .slice(0, x.lengths('W')[0])
    .map(length => items.splice(0, length))
}

const last = (word: readonly Vector[]): Vector => word.at(-1) ?? zero
const total = (word: readonly Vector[]): Vector => word.reduce((a, b) => add(a, b), zero)

function elman(w: Weights, part: string, xs: readonly Vector[], start: Vector = zero): Vector[] {
  const [W, U, b] = [w.matrix(`${part}.W`), w.matrix(`${part}.U`), w.vector(`${part}.b`)]
  return scan(xs, start, (h, x) => {
    const next = map(Math.tanh, add(apply(W, x), apply(U, h), b))
    return { state: next, y: next }
  }).ys
}

const reader = `
cell Read() {
  input m: [D] over C, u: [D]
  state h: [D]
  param K: [D, D]
  part chars = SimpleRNN(2)
  e = tanh(K @ m + h)
  a = softmax(sum(e), over C)
  s = last(reverse(chars(reverse(m), h = h)), over C) + first(m)
  h' = tanh(h + sum(a * m, over C) + s * u / (1 + length(over C)))
  output marks = e * a
  return h' }
`

/** What the cell gives of each word, and its marks. */
function read(w: Weights, x: readonly (readonly Vector[])[], us: readonly Vector[]): { h: Vector; marks: Vector[] }[] {
  const K = w.matrix('read.K')
  return scan(
    x.map((word, i) => ({ word, u: us[i] })),
    zero,
    (h, { word, u }) => {
      const e = word.map(m => map(Math.tanh, add(apply(K, m), h)))
      const a = word.length === 0 ? [] : softmax(e.map(sum))
      const backward = elman(w, 'read.chars', word.toReversed(), h).toReversed()
      const s = add(last(backward), word[0] ?? zero)
      const found = total(word.map((m, i) => scale(a[i], m)))
      const next = map(Math.tanh, add(h, found, scale(1 / (1 + word.length), multiply(s, u))))
      return { state: next, y: { h: next, marks: e.map((v, i) => scale(a[i], v)) } }
    },
  ).ys
}

describeProgram({
  name: 'a cell that goes through words and reads the characters of each',
  source: `${reader}
model M {
  input x: [2] over W over C, u: [2] over W
  target y: [2] over W over C
  part read = Read()
  r = read(x, u)
  p = r.marks * x + r
  loss mse(p, y)
  output p, h = r, final = r.final.h }`,
  settings: words,
  reference: (w, x) => {
    const text = wordsOf(x)
    const ys = read(w, text, x.items('u'))
    const p = ys.map(({ h, marks }, i) => marks.map((m, j) => add(multiply(m, text[i][j]), h)))
    return { p: p.flat(2), h: ys.flatMap(r => r.h), final: ys.at(-1)?.h ?? zero }
  },
})

describeProgram({
  name: 'a cell that goes through words backward',
  source: `${reader}
model M {
  input x: [2] over W over C, u: [2] over W
  target y: [2] over W over C
  part read = Read()
  r = read(reverse(x, over W), reverse(u))
  p = reverse(r.marks, over W) * x + reverse(r)
  q = sum(r.marks, over C)
  loss mse(p, y)
  output p, q }`,
  settings: words,
  reference: (w, x) => {
    const text = wordsOf(x)
    const ys = read(w, text.toReversed(), x.items('u').toReversed())
    const p = ys.toReversed().map(({ h, marks }, i) => marks.map((m, j) => add(multiply(m, text[i][j]), h)))
    return { p: p.flat(2), q: ys.flatMap(r => total(r.marks)) }
  },
})

describeProgram({
  name: 'a cell given words in one order and vectors in the other',
  source: `${reader}
model M {
  input x: [2] over W over C, u: [2] over W
  target y: [2] over W
  part read = Read()
  p = read(reverse(x, over W), u)
  loss mse(p, y)
  output p }`,
  settings: words,
  reference: (w, x) => ({ p: read(w, wordsOf(x).toReversed(), x.items('u')).flatMap(r => r.h) }),
})

describeProgram({
  name: 'words that change their places',
  source: `
model M {
  input x: [2] over W over C
  target y: [2]
  param K: [2, 2]
  part chars = SimpleRNN(2)
  z = tanh(K @ x)
  turned = chars(reverse(z, over W), over C)
  late = drop_first(z, over W) * 2
  both = reverse(reverse(z, over C), over W)
  rest = drop_last(drop_first(z, over W), over W)
  a = last(last(turned, over W), over C) + sum(first(z, over W), over C)
  b = last(late + drop_first(x, over W), over C) * last(drop_last(z, over W), over C)
  c = reverse(last(turned, over C)) + last(reverse(both, over W), over C)
  d = sum(last(rest, over C), over W) + last(last(drop_first(turned, over W), over W), over C)
  e = reverse(turned, over W) * z
  p = a + sum(b, over W) + sum(c, over W) + d + sum(sum(e, over C), over W)
  loss mse(p, y)
  output p, a, b, c, d, e }`,
  settings: words,
  reference: (w, x) => {
    const [text, K] = [wordsOf(x), w.matrix('K')]
    const z = text.map(word => word.map(v => map(Math.tanh, apply(K, v))))
    const turned = z.toReversed().map(word => elman(w, 'chars', word))
    const a = add(last(turned.at(-1) ?? []), total(z[0] ?? []))
    const b = z.slice(1).map((word, i) => {
      const late = word.map((v, j) => add(scale(2, v), text[i + 1][j]))
      return multiply(last(late), last(z[i]))
    })
    const c = z.map((word, i) => add(last(turned[z.length - 1 - i]), word[0] ?? zero))
    const d = add(total(z.slice(1, -1).map(last)), last(turned.slice(1).at(-1) ?? []))
    const e = z.map((word, i) => word.map((v, j) => multiply(v, turned[z.length - 1 - i][j])))
    const p = add(a, total(b), total(c), d, total(e.map(total)))
    return { p, a, b: b.flat(), c: c.flat(), d, e: e.flat(2) }
  },
})

describeProgram({
  name: 'the whole text at each of its words',
  source: `
layer Look() {
  input q: [D], m: [D] over W over C
  a = softmax(sum(m, over C) @ q, over W)
  return sum(a * last(m, over C), over W) }
cell Walk() {
  input q: [D], m: [D] over W over C
  state h: [D]
  part look = Look()
  h' = tanh(h + q + look(h, m))
  return h' }
model M {
  input x: [2] over W over C
  target y: [2] over W
  param K: [2, 2]
  part look = Look(), walk = Walk()
  z = tanh(K @ x)
  q = last(z, over C)
  p = walk(q, z) + look(q, z)
  loss mse(p, y)
  output p }`,
  settings: words,
  reference: (w, x) => {
    const z = wordsOf(x).map(word => word.map(v => map(Math.tanh, apply(w.matrix('K'), v))))
    const look = (q: Vector): Vector => {
      const a = softmax(z.map(word => sum(multiply(total(word), q))))
      return total(z.map((word, i) => scale(a[i], last(word))))
    }
    const qs = z.map(last)
    const { ys } = scan(qs, zero, (h, q) => {
      const next = map(Math.tanh, add(h, q, look(h)))
      return { state: next, y: next }
    })
    return { p: ys.flatMap((y, i) => add(y, look(qs[i]))) }
  },
})

describeProgram({
  name: 'characters without their first, in each step',
  source: `
cell Pairs() {
  input m: [D] over C
  state h: [D]
  d = drop_first(m) - drop_last(m)
  h' = tanh(h + sum(d * drop_first(m), over C))
  return d + h }
model M {
  input x: [2] over W over C
  target y: [2] over W
  param K: [2, 2]
  z = tanh(K @ x)
  d = Pairs()(z)
  p = sum(d * drop_last(z, over C), over C)
  loss mse(p, y)
  output p, d }`,
  settings: words,
  reference: (w, x) => {
    const z = wordsOf(x).map(word => word.map(v => map(Math.tanh, apply(w.matrix('K'), v))))
    const { ys } = scan(z, zero, (h, word) => {
      const d = word.slice(1).map((v, i) => add(v, scale(-1, word[i])))
      const next = map(Math.tanh, add(h, total(d.map((v, i) => multiply(v, word[i + 1])))))
      return { state: next, y: d.map(v => add(v, h)) }
    })
    return { p: ys.flatMap((d, i) => total(d.map((v, j) => multiply(v, z[i][j])))), d: ys.flat(2) }
  },
})

// ---- words in sentences

const sentences: Setting[] = [
  { sizes: { B: 2, S: 2, W: 2, C: 2 }, lengths: { S: [2, 1], W: [2, 1, 0, 2], C: [1, 2, 2, 0, 1, 1, 2, 0] } },
  { sizes: { B: 1, S: 3, W: 2, C: 2 }, lengths: { S: [3], W: [1, 0, 2], C: [2, 1, 0, 2, 1, 2] } },
  { sizes: { B: 1, S: 2, W: 0, C: 2 } },
  { sizes: { B: 1, S: 0, W: 1, C: 1 } },
]

/** The sentences of an example, each its words. */
function sentencesOf(x: Example): Vector[][][] {
  const items = [...x.items('x')]
  const [W, C] = [x.lengths('W'), [...x.lengths('C')]]
  const most = W.length === 0 ? 0 : C.length / W.length
  const all = W.map(count => C.splice(0, most).slice(0, count))
  return all.slice(0, x.lengths('S')[0]).map(lengths => lengths.map(length => items.splice(0, length)))
}

describeProgram({
  name: 'words in sentences, both of different lengths',
  source: `
cell Word() {
  input m: [D] over C
  state h: [D]
  h' = tanh(h + mean(m, over C))
  output seen = m * h'
  return h' }
cell Sentence() {
  input s: [D] over W over C
  state h: [D]
  part word = Word()
  r = word(s, h = h)
  b = reverse(word(reverse(s, over W)))
  h' = tanh(h + last(r) + sum(last(s, over W), over C))
  output seen = r.seen, end = last(r.seen, over W), back = reverse(s, over W)
  return r + b }
model M {
  input x: [2] over S over W over C
  target y: [2] over S over W
  param K: [2, 2]
  part sentence = Sentence()
  z = tanh(K @ x)
  r = sentence(z)
  t = reverse(sentence(reverse(z, over S)), over S)
  ends = last(r.end, over C) + sum(last(r.end, over S), over C)
  backs = last(r.back, over C) * last(reverse(z, over W), over C)
  p = r + t + sum(r.seen * z, over C) + ends * backs
  loss mse(p, y)
  output p, ends, backs }`,
  settings: sentences,
  reference: (w, x) => {
    const z = sentencesOf(x).map(s => s.map(word => word.map(v => map(Math.tanh, apply(w.matrix('K'), v)))))
    const mean = (word: readonly Vector[]): Vector => scale(1 / Math.max(1, word.length), total(word))
    const word = (s: readonly (readonly Vector[])[], start: Vector) =>
      scan(s, start, (h, m) => {
        const next = map(Math.tanh, add(h, mean(m)))
        return { state: next, y: { h: next, seen: m.map(v => multiply(v, next)) } }
      }).ys
    const sentence = (all: typeof z) =>
      scan(all, zero, (h, s) => {
        const r = word(s, h)
        const b = word(s.toReversed(), zero).toReversed()
        const next = map(Math.tanh, add(h, last(r.map(o => o.h)), total(s.at(-1) ?? [])))
        const y = { p: r.map((o, i) => add(o.h, b[i].h)), seen: r.map(o => o.seen) }
        return { state: next, y }
      }).ys
    const r = sentence(z)
    const t = sentence(z.toReversed()).toReversed()
    const final = r.map(o => o.seen.at(-1) ?? [])
    const ends = final.map(end => add(last(end), total(final.at(-1) ?? [])))
    const backs = z.map(s => s.toReversed().map(m => multiply(last(m), last(m))))
    const p = z.map((s, i) =>
      s.map((m, j) => {
        const seen = total(m.map((v, k) => multiply(v, r[i].seen[j][k])))
        return add(r[i].p[j], t[i].p[j], seen, multiply(ends[i], backs[i][j]))
      }),
    )
    return { p: p.flat(2), ends: ends.flat(), backs: backs.flat(2) }
  },
})
