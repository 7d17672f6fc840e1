// Recurrences within recurrences, shared and tied weights, both directions: against plain loops.
import type { Setting, Weights } from '../support/program.ts'
import { describeProgram, sequences } from '../support/suite.ts'
import {
  add,
  apply,
  applyTransposed,
  dot,
  map,
  mean,
  scale,
  scan,
  sigmoid,
  softmax,
  type Vector,
  vector,
} from '../support/vectors.ts'

/** SimpleRNN over a sequence. */
function elman(w: Weights, part: string, xs: readonly Vector[], units: number, start = vector(units)): number[][] {
  const [W, U, b] = [w.matrix(`${part}.W`), w.matrix(`${part}.U`), w.vector(`${part}.b`)]
  return scan(xs, start, (h, x) => {
    const y = map(Math.tanh, add(apply(W, x), apply(U, h), b))
    return { state: y, y }
  }).ys
}

const lastOf = (ys: readonly Vector[], units: number): Vector => ys.at(-1) ?? vector(units)

describeProgram({
  name: 'highway depth: a recurrence over L in each step over T',
  source: `
cell Highway(units) {
  input R: [units, units], T: [units, units]
  state s: [units]
  gate = sigmoid(T @ s)
  s' = tanh(R @ s) * gate + s * (1 - gate) }
cell Deep(units, depth) {
  input x: [D]
  state h: [units]
  param W: [units, D], R, T: [units, units] over L[depth]
  part inside = Highway(units)
  h' = inside(R, T, s = W @ x + h).final.s
  return h' }
model M {
  input x: [3] over T
  target y: [2] over T
  p = x |> Deep(2, 3)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const [R, G] = [w.matrices('Deep.R'), w.matrices('Deep.T')]
    const { ys } = scan(x.items('x'), vector(2), (h, input) => {
      let s = add(apply(w.matrix('Deep.W'), input), h)
      for (let l = 0; l < 3; l++) {
        const gate = map(sigmoid, apply(G[l], s))
        s = map((n, g, s) => Math.tanh(n) * g + s * (1 - g), apply(R[l], s), gate, s)
      }
      return { state: s, y: s }
    })
    return { p: ys.flat() }
  },
})

describeProgram({
  name: 'a cell stepped in a cell, twice with the same weights',
  source: `
cell Twice(units) {
  input x: [D]
  state h: [units]
  part inner = GRU(units)
  a = inner(x, h = h)
  h' = inner(x, h = a)
  return [a, h'] }
model M {
  input x: [2] over T
  target y: [4] over T
  p = x |> Twice(2)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const step = (h: Vector, input: Vector): number[] => {
      const on = (m: string, v: Vector, b: string): number[] =>
        add(apply(w.matrix(`Twice.inner.${m}`), v), w.vector(`Twice.inner.${b}`))
      const z = map(sigmoid, add(on('W_z', input, 'b_z'), on('U_z', h, 'c_z')))
      const r = map(sigmoid, add(on('W_r', input, 'b_r'), on('U_r', h, 'c_r')))
      const n = map((a, r, b) => Math.tanh(a + r * b), on('W_n', input, 'b_n'), r, on('U_n', h, 'c_n'))
      return map((z, n, h) => (1 - z) * n + z * h, z, n, h)
    }
    const { ys } = scan(x.items('x'), vector(2), (h, input) => {
      const a = step(h, input)
      const b = step(a, input)
      return { state: b, y: [...a, ...b] }
    })
    return { p: ys.flat() }
  },
})

const nested: readonly Setting[] = [
  { sizes: { B: 2, W: 3, C: 4 }, lengths: { W: [3, 2], C: [4, 1, 2, 3, 0, 2] } },
  { sizes: { B: 2, W: 2, C: 2 }, lengths: { W: [0, 2], C: [2, 1, 0, 2] } },
  { sizes: { B: 2, W: 2, C: 2 } },
  { sizes: { B: 1, W: 1, C: 1 } },
  { sizes: { B: 0, W: 2, C: 2 } },
  { sizes: { B: 2, W: 0, C: 2 } },
  { sizes: { B: 2, W: 2, C: 0 } },
]

/** Consecutive groups of these lengths. */
function groups<X>(xs: readonly X[], lengths: Vector): X[][] {
  let at = 0
  return lengths.map(n => {
    at += n
    return xs.slice(at - n, at)
  })
}

describeProgram({
  name: 'characters in words: a recurrence over C, then one over W',
  source: `
model M {
  input text: token of 5 over W over C
  target y: [2] over W
  part chars = SimpleRNN(2), words = SimpleRNN(2), embed = embedding(3)
  c = chars(embed(text), over C)
  p = last(c, over C) |> words
  loss mse(p, y)
  output p }`,
  settings: nested,
  reference: (w, x) => {
    const E = w.matrix('embed.E')
    const characters = x.scalars('text').map(i => E[i])
    const lengths = x.lengths('C').slice(0, x.lengths('W')[0])
    const words = groups(characters, lengths).map(cs => lastOf(elman(w, 'chars', cs, 2), 2))
    return { p: elman(w, 'words', words, 2).flat() }
  },
})

describeProgram({
  name: 'a recurrence over words mapped over the characters, and reductions of both',
  source: `
model M {
  input x: [2] over W over C
  target y: [2]
  part down = SimpleRNN(2)
  p = max(tanh(mean(down(x, over C), over C)), over W) |> clean
  loss mse(p, y)
  output p }
fn clean(x) = where(x > -inf, x, 0)`,
  settings: nested,
  reference: (w, x) => {
    const lengths = x.lengths('C').slice(0, x.lengths('W')[0])
    const words = groups(x.items('x'), lengths).map(cs => {
      const ys = elman(w, 'down', cs, 2)
      return vector(2, i => Math.tanh(mean(ys.map(y => y[i]))))
    })
    return { p: vector(2, i => (words.length === 0 ? 0 : Math.max(...words.map(v => v[i])))) }
  },
})

describeProgram({
  name: 'both directions over ragged lengths, and what each knows at its end',
  source: `
model M {
  input x: [2] over T
  target y: [4] over T
  part both = bidirectional(SimpleRNN(2))
  r = both(x)
  p = r
  loss mse(p, y)
  output p
  output ends = r.ends }`,
  settings: sequences(),
  reference: (w, x) => {
    const xs = x.items('x')
    const forwards = elman(w, 'both.f', xs, 2)
    const backwards = elman(w, 'both.b', xs.toReversed(), 2).toReversed()
    return {
      p: forwards.flatMap((f, t) => [...f, ...backwards[t]]),
      ends: [...lastOf(forwards, 2), ...(backwards[0] ?? vector(2))],
    }
  },
})

describeProgram({
  name: 'a tied embedding: read by rows, and as the matrix of the output',
  source: `
model M {
  input s: token of 4 over T
  target y: token of 4 over T
  part embed = embedding(3), rnn = SimpleRNN(3)
  h = s |> embed |> rnn
  p = softmax(embed.E @ h)
  loss cross_entropy(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const E = w.matrix('embed.E')
    const h = elman(
      w,
      'rnn',
      x.scalars('s').map(i => E[i]),
      3,
    )
    return { p: h.flatMap(v => softmax(apply(E, v))) }
  },
  losses: ({ p }, x) => x.scalars('y').map((y, t) => -Math.log(p[4 * t + y])),
})

describeProgram({
  name: 'siamese: one part on two sequences of different lengths',
  source: `
model M {
  input a: [2] over T, b: [2] over S
  target y: real
  part enc = SimpleRNN(3)
  p = enc(a) |> last |> distance(enc(b) |> last)
  loss mse(p, y)
  output p }
fn distance(u, v) = exp(-sum((u - v)^2))`,
  settings: [
    { sizes: { B: 3, T: 4, S: 3 }, lengths: { T: [4, 1, 2], S: [2, 3, 1] } },
    { sizes: { B: 2, T: 2, S: 3 }, lengths: { T: [0, 2], S: [3, 0] } },
    { sizes: { B: 2, T: 2, S: 2 } },
    { sizes: { B: 0, T: 2, S: 2 } },
  ],
  reference: (w, x) => {
    const [u, v] = ['a', 'b'].map(name => lastOf(elman(w, 'enc', x.items(name), 3), 3))
    const d = map((a, b) => a - b, u, v)
    return { p: [Math.exp(-dot(d, d))] }
  },
})

describeProgram({
  name: 'sequence to sequence with teacher forcing: delay, start, from',
  source: `
model M {
  input x: [2] over T
  target y: [2] over K[3]
  part enc = SimpleRNN(3), dec = SimpleRNN(3), out = dense(2)
  r = enc(x)
  p = dec(delay(y, start = last(x)), from = r.final) |> out
  loss mse(p, y)
  predict y from p }`,
  settings: sequences(),
  reference: (w, x) => {
    const xs = x.items('x')
    const start = lastOf(elman(w, 'enc', xs, 3), 3)
    const fed = [lastOf(xs, 2), ...x.items('y').slice(0, 2)]
    const d = elman(w, 'dec', fed, 3, [...start])
    return { y: d.flatMap(h => add(apply(w.matrix('out.W'), h), w.vector('out.b'))) }
  },
  losses: ({ y }, x) =>
    x
      .items('y')
      .flat()
      .map((v, i) => (y[i] - v) ** 2),
})

describeProgram({
  name: 'the sequence less its ends, positions and lengths',
  source: `
model M {
  input x: [2] over T
  target y: [2]
  part rnn = SimpleRNN(2)
  h = rnn(x)
  d = drop_first(h) - drop_last(h)
  k = real(position(over T)) / (1 + length(over T))
  p = sum(d^2, over T) + mean(k * h, over T)
  loss mse(p, y)
  output p
  output d }`,
  settings: sequences(),
  reference: (w, x) => {
    const h = elman(w, 'rnn', x.items('x'), 2)
    const d = h.slice(1).map((v, t) => map((a, b) => a - b, v, h[t]))
    const n = h.length
    const weighted = h.map((v, t) => scale(t / (1 + n), v))
    return {
      p: vector(2, i => d.reduce((s, v) => s + v[i] ** 2, 0) + mean(weighted.map(v => v[i]))),
      d: d.flat(),
    }
  },
})

describeProgram({
  name: 'per-example matrices: attention by a matrix that each example brings',
  source: `
cell Bilinear(units) {
  input x: [D], A: [units, D]
  state h: [units], P: [units, units]
  P' = 0.5 * P + outer(h, A @ x)
  h' = tanh(A @ x + transpose(P') @ h + P @ h)
  return h' }
model M {
  input x: [2] over T, a: [3]
  target y: [2]
  param W: [2, 3], V: [2, 3]
  A = outer(W @ a, V @ a)
  p = Bilinear(2)(x, A) |> last
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const [a] = x.items('a')
    const [u, v] = [apply(w.matrix('W'), a), apply(w.matrix('V'), a)]
    const start = { h: vector(2), P: [vector(2), vector(2)] }
    const { final } = scan(x.items('x'), start, ({ h, P }, input) => {
      const ax = scale(dot(v, input), u)
      const next = P.map((row, i) => map((p, q) => 0.5 * p + h[i] * q, row, ax))
      const y = map(Math.tanh, add(ax, applyTransposed(next, h), apply(P, h)))
      return { state: { h: y, P: next }, y }
    })
    return { p: final.h }
  },
})
