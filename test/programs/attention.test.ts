// Attention over a sequence of another length, and of a sequence to itself, against plain loops.
import type { Setting, Weights } from '../support/program.ts'
import { describeProgram, sequences } from '../support/suite.ts'
import { add, apply, applyTransposed, dot, map, scan, softmax, sum, type Vector, vector } from '../support/vectors.ts'

const twoAxes: readonly Setting[] = [
  { sizes: { B: 3, S: 4, T: 3 }, lengths: { S: [4, 2, 3], T: [1, 3, 2] } },
  { sizes: { B: 3, S: 2, T: 2 }, lengths: { S: [0, 2, 1], T: [2, 0, 1] } },
  { sizes: { B: 2, S: 2, T: 2 } },
  { sizes: { B: 2, S: 1, T: 1 } },
  { sizes: { B: 0, S: 2, T: 2 } },
  { sizes: { B: 2, S: 0, T: 2 } },
  { sizes: { B: 2, S: 2, T: 0 } },
]

/** Bahdanau's read of a memory: weights, and what was read. */
function look(w: Weights, part: string, q: Vector, memory: readonly Vector[], width: number) {
  const query = apply(w.matrix(`${part}.W`), q)
  const e = memory.map(m => dot(w.vector(`${part}.v`), map(Math.tanh, add(query, apply(w.matrix(`${part}.U`), m)))))
  const a = softmax(e)
  return { a, read: applyTransposed(memory, a, width) }
}

describeProgram({
  name: 'a cell that reads a memory before each step',
  source: `
cell Reader(units) {
  input x: [D], m: [A] over S
  state h: [units]
  part look = additive_attention(3)
  param W: [units, D], U: [units, units], R: [units, A]
  r = look(h, m)
  h' = tanh(W @ x + U @ h + R @ r)
  output weights = r.weights
  return h' }
model M {
  input x: [2] over T, m: [2] over S
  target y: [2] over T
  part read = Reader(2)
  d = read(x, m)
  p = d
  loss mse(p, y)
  output p
  output alignment = d.weights }`,
  settings: twoAxes,
  reference: (w, x) => {
    const memory = x.items('m')
    const { ys } = scan(x.items('x'), vector(2), (h, input) => {
      const { a, read } = look(w, 'read.look', h, memory, 2)
      const W = [apply(w.matrix('read.W'), input), apply(w.matrix('read.U'), h), apply(w.matrix('read.R'), read)]
      const y = map(Math.tanh, add(...W))
      return { state: y, y: { h: y, a } }
    })
    return { p: ys.flatMap(y => y.h), alignment: ys.flatMap(y => y.a) }
  },
})

describeProgram({
  name: 'attention of every step to a memory, without a cell',
  source: `
model M {
  input m: [3] over S, x: [2] over T
  target y: [3] over T
  part attend = additive_attention(2)
  p = attend(x, m)
  loss mse(p, y)
  output p }`,
  settings: twoAxes,
  reference: (w, x) => ({ p: x.items('x').flatMap(q => look(w, 'attend', q, x.items('m'), 3).read) }),
})

describeProgram({
  name: 'coverage: a state over the axis of the memory',
  source: `
cell Covered(units) {
  input x: [D], m: [A] over S
  state h: [units], seen: real over S
  param W: [units, D], U: [units, units], K: [units, A], k: real = 0.3
  a: real over S = softmax(h @ (K @ m) - k * seen, over S)
  seen' = seen + a
  h' = tanh(W @ x + U @ h + K @ sum(a * m, over S))
  return h' }
model M {
  input x: [2] over T, m: [3] over S
  target y: [2]
  part read = Covered(2)
  r = read(x, m)
  p = r |> last
  loss mse(p, y)
  output p
  output seen = r.final.seen }`,
  settings: twoAxes,
  reference: (w, x) => {
    const memory = x.items('m')
    const K = w.matrix('read.K')
    const start = { h: vector(2), seen: vector(memory.length) }
    const { final } = scan(x.items('x'), start, ({ h, seen }, input) => {
      const a = softmax(memory.map((m, s) => dot(h, apply(K, m)) - w.vector('read.k')[0] * seen[s]))
      const read = apply(K, applyTransposed(memory, a, 3))
      const y = map(Math.tanh, add(apply(w.matrix('read.W'), input), apply(w.matrix('read.U'), h), read))
      return { state: { h: y, seen: add(seen, a) }, y }
    })
    return { p: final.h, seen: final.seen }
  },
})

describeProgram({
  name: 'self-attention: one axis declared and mapped over',
  source: `
layer attention(units) {
  input q: [D], m: [A] over S
  param Q: [units, D], K: [units, A], V: [units, A]
  e = (Q @ q) @ (K @ m) / sqrt(units)
  a = softmax(e, over S)
  output weights = a
  return sum(a * (V @ m), over S) }
model M {
  input x: [3] over T
  target y: [2] over T
  part self = attention(2)
  r = self(x, x)
  p = r
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const xs = x.items('x')
    const [q, k, v] = ['Q', 'K', 'V'].map(name => xs.map(item => apply(w.matrix(`self.${name}`), item)))
    return {
      p: q.flatMap(query => applyTransposed(v, softmax(k.map(key => dot(query, key) / Math.sqrt(2))), 2)),
    }
  },
})

describeProgram({
  name: 'self-attention between two recurrences, forwards and backwards',
  source: `
layer attention(units) {
  input q: [D], m: [A] over S
  param K: [D, A]
  return sum(softmax(q @ (K @ m), over S) * m, over S) }
model M {
  input x: [2] over T
  target y: [2]
  part f = SimpleRNN(2), b = SimpleRNN(2), self = attention(2)
  h = f(x)
  z = reverse(b(reverse(h)))
  p = self(z, h) |> mean(over T)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const run = (part: string, xs: readonly Vector[]): number[][] =>
      scan(xs, vector(2), (h, input) => {
        const [W, U, b] = [w.matrix(`${part}.W`), w.matrix(`${part}.U`), w.vector(`${part}.b`)]
        const y = map(Math.tanh, add(apply(W, input), apply(U, h), b))
        return { state: y, y }
      }).ys
    const h = run('f', x.items('x'))
    const z = run('b', h.toReversed()).toReversed()
    const reads = z.map(q => applyTransposed(h, softmax(h.map(m => dot(q, apply(w.matrix('self.K'), m)))), 2))
    return { p: vector(2, i => (reads.length === 0 ? 0 : sum(reads.map(r => r[i])) / reads.length)) }
  },
})
