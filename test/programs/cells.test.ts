// Cells that no framework ships, against plain loops.
import { describeProgram, sequences } from '../support/suite.ts'
import {
  add,
  addMatrices,
  apply,
  map,
  mean,
  multiply,
  outer,
  scale,
  scaleMatrix,
  scan,
  sigmoid,
  sum,
  type Vector,
  vector,
} from '../support/vectors.ts'

describeProgram({
  name: 'peephole LSTM: i and f read c, o reads the new c',
  source: `
cell Peephole(units) {
  input x: [D];  state h, c: [units]
  param W_i, W_f, W_g, W_o: [units, D], U_i, U_f, U_g, U_o: [units, units], p_i, p_f, p_o, b_i, b_f, b_g, b_o: [units]
  i = sigmoid(W_i @ x + U_i @ h + p_i * c + b_i)
  f = sigmoid(W_f @ x + U_f @ h + p_f * c + b_f)
  c' = f * c + i * tanh(W_g @ x + U_g @ h + b_g)
  o = sigmoid(W_o @ x + U_o @ h + p_o * c' + b_o)
  h' = o * tanh(c')
  return h' }
model M {
  input x: [3] over T;  target y: [2] over T
  part rnn = Peephole(2)
  p = rnn(x)
  loss mse(p, y)
  output p
  output c = rnn(x).final.c }`,
  settings: sequences(),
  reference: (w, x) => {
    const gate = (k: string, input: Vector, h: Vector, rest: Vector): number[] =>
      add(apply(w.matrix(`rnn.W_${k}`), input), apply(w.matrix(`rnn.U_${k}`), h), w.vector(`rnn.b_${k}`), rest)
    const peep = (k: string, c: Vector): number[] => multiply(w.vector(`rnn.p_${k}`), c)
    const { ys, final } = scan(x.items('x'), { h: vector(2), c: vector(2) }, ({ h, c }, input) => {
      const i = map(sigmoid, gate('i', input, h, peep('i', c)))
      const f = map(sigmoid, gate('f', input, h, peep('f', c)))
      const g = map(Math.tanh, gate('g', input, h, vector(2)))
      const next = map((f, c, i, g) => f * c + i * g, f, c, i, g)
      const o = map(sigmoid, gate('o', input, h, peep('o', next)))
      const y = map((o, c) => o * Math.tanh(c), o, next)
      return { state: { h: y, c: next }, y }
    })
    return { p: ys.flat(), c: final.c }
  },
})

describeProgram({
  name: 'LSTM with a projected output',
  source: `
cell Projected(units, out) {
  input x: [D];  state r: [out], c: [units]
  param W: [4 * units, D], U: [4 * units, out], P: [out, units], b: [4 * units]
  z = W @ x + U @ r + b
  i = sigmoid(z[0 : units]);  f = sigmoid(z[units : 2 * units])
  g = tanh(z[2 * units : 3 * units]);  o = sigmoid(z[3 * units :])
  c' = f * c + i * g
  r' = P @ (o * tanh(c'))
  return r' }
model M {
  input x: [3] over T;  target y: [2]
  p = x |> Projected(4, 2) |> last
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const [W, U, P, b] = [
      w.matrix('Projected.W'),
      w.matrix('Projected.U'),
      w.matrix('Projected.P'),
      w.vector('Projected.b'),
    ]
    const { final } = scan(x.items('x'), { r: vector(2), c: vector(4) }, ({ r, c }, input) => {
      const z = add(apply(W, input), apply(U, r), b)
      const next = vector(4, k => sigmoid(z[4 + k]) * c[k] + sigmoid(z[k]) * Math.tanh(z[8 + k]))
      const y = apply(
        P,
        vector(4, k => sigmoid(z[12 + k]) * Math.tanh(next[k])),
      )
      return { state: { r: y, c: next }, y }
    })
    return { p: final.r }
  },
})

const normalized = (v: Vector, g: Vector, b: Vector): number[] => {
  const m = mean(v)
  const deviation = Math.sqrt(mean(v.map(x => (x - m) ** 2)) + 1e-5)
  return map((x, g, b) => (g * (x - m)) / deviation + b, v, g, b)
}

describeProgram({
  name: 'a layer-normalized cell',
  source: `
cell Normed(units) {
  input x: [D];  state h: [units]
  param W: [units, D], U: [units, units], g1, g2: [units] = ones, b: [units], zero: [units]
  h' = tanh(layer_norm(W @ x, g1, zero) + layer_norm(U @ h, g2, b))
  return h' }
model M {
  input x: [2] over T;  target y: [3] over T
  p = x |> Normed(3)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const { ys } = scan(x.items('x'), vector(3), (h, input) => {
      const a = normalized(apply(w.matrix('Normed.W'), input), w.vector('Normed.g1'), w.vector('Normed.zero'))
      const b = normalized(apply(w.matrix('Normed.U'), h), w.vector('Normed.g2'), w.vector('Normed.b'))
      const y = map(Math.tanh, add(a, b))
      return { state: y, y }
    })
    return { p: ys.flat() }
  },
})

describeProgram({
  name: 'a matrix memory of outer products',
  source: `
cell Memory(units) {
  input x: [D];  state C: [units, units], n: [units]
  param W_q, W_k, W_v: [units, D], w_i, w_f: [D]
  q = W_q @ x;  k = W_k @ x;  v = W_v @ x
  i = exp(w_i @ x);  f = sigmoid(w_f @ x)
  C' = f * C + i * outer(v, k)
  n' = f * n + i * k
  return C' @ q / (1 + (n' @ q)^2) }
model M {
  input x: [3] over T;  target y: [2] over T
  part m = Memory(2)
  r = m(x)
  p = r
  loss mse(p, y)
  output p
  output C = r.final.C }`,
  settings: sequences(),
  reference: (w, x) => {
    const { ys, final } = scan(x.items('x'), { C: [vector(2), vector(2)], n: vector(2) }, ({ C, n }, input) => {
      const [q, k, v] = ['q', 'k', 'v'].map(name => apply(w.matrix(`m.W_${name}`), input))
      const i = Math.exp(sum(multiply(w.vector('m.w_i'), input)))
      const f = sigmoid(sum(multiply(w.vector('m.w_f'), input)))
      const next = { C: addMatrices(scaleMatrix(f, C), scaleMatrix(i, outer(v, k))), n: add(scale(f, n), scale(i, k)) }
      return { state: next, y: scale(1 / (1 + sum(multiply(next.n, q)) ** 2), apply(next.C, q)) }
    })
    return { p: ys.flat(), C: final.C.flat() }
  },
})

describeProgram({
  name: 'GRU_before: the reset gate before the product',
  source: `
model M {
  input x: [2] over T;  target y: [3] over T
  part g = GRU_before(3)
  p = g(x)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const { ys } = scan(x.items('x'), vector(3), (h, input) => {
      const pre = (k: string, h: Vector): number[] =>
        add(apply(w.matrix(`g.W_${k}`), input), apply(w.matrix(`g.U_${k}`), h), w.vector(`g.b_${k}`))
      const z = map(sigmoid, pre('z', h))
      const r = map(sigmoid, pre('r', h))
      const n = map(Math.tanh, pre('n', multiply(r, h)))
      const y = map((z, n, h) => (1 - z) * n + z * h, z, n, h)
      return { state: y, y }
    })
    return { p: ys.flat() }
  },
})

describeProgram({
  name: 'learned initial states',
  source: `
cell Start(units) {
  input x: [D]
  param h0: [units] = normal(0.1), c0: real = 0.5
  state h: [units] = h0, c: real = c0
  param W: [units, D], U: [units, units]
  c' = 0.5 * c + mean(x)
  h' = tanh(W @ x + U @ h) * c'
  return h' }
model M {
  input x: [2] over T;  target y: [3]
  p = x |> Start(3) |> mean(over T)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const start = { h: [...w.vector('Start.h0')], c: w.vector('Start.c0')[0] }
    const { ys } = scan(x.items('x'), start, ({ h, c }, input) => {
      const next = 0.5 * c + mean(input)
      const y = map(a => next * Math.tanh(a), add(apply(w.matrix('Start.W'), input), apply(w.matrix('Start.U'), h)))
      return { state: { h: y, c: next }, y }
    })
    return {
      p:
        ys.length === 0
          ? vector(3)
          : scale(
              1 / ys.length,
              ys.reduce((a, b) => add(a, b)),
            ),
    }
  },
})

describeProgram({
  name: 'a step counter and a bool that remembers',
  source: `
cell Counting(units) {
  input x: [D];  state h: [units], t: int, seen: bool
  param W: [units, D], U: [units, units]
  t' = t + 1
  seen' = seen or x[0] > 0.5
  h' = where(seen', tanh(W @ x + U @ h), h) / t'
  output count = t'
  return h' }
model M {
  input x: [2] over T;  target y: [2] over T
  r = x |> Counting(2)
  p = r
  loss mse(p, y)
  output p
  output count = r.count
  output seen = r.final.seen }`,
  settings: sequences(),
  reference: (w, x) => {
    const { ys, final } = scan(x.items('x'), { h: vector(2), t: 0, seen: false }, ({ h, t, seen }, input) => {
      const now = seen || input[0] > 0.5
      const new_ = map(Math.tanh, add(apply(w.matrix('Counting.W'), input), apply(w.matrix('Counting.U'), h)))
      const y = scale(1 / (t + 1), now ? new_ : h)
      return { state: { h: y, t: t + 1, seen: now }, y }
    })
    return { p: ys.flat(), count: ys.map((_, i) => i + 1), seen: [final.seen ? 1 : 0] }
  },
})
