// Attention of a sequence to itself: its axis is declared and mapped over, or scanned, at once.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import type { Weights } from '../support/program.ts'
import { describeProgram, sequences } from '../support/suite.ts'
import { add, apply, dot, map, scale, scan, softmax, type Vector, vector } from '../support/vectors.ts'

const zero = vector(2)

/** What a query finds in a memory, and how it weighs it. */
function look(w: Weights, part: string, q: Vector, m: readonly Vector[]): { found: Vector; weights: Vector } {
  const [W, U, v] = [w.matrix(`${part}.W`), w.matrix(`${part}.U`), w.vector(`${part}.v`)]
  const weights = softmax(m.map(x => dot(v, map(Math.tanh, add(apply(W, q), apply(U, x))))))
  return { found: m.reduce((sum, x, i) => add(sum, scale(weights[i], x)), zero), weights }
}

describeProgram({
  name: 'a cell that looks at the whole of the sequence it scans',
  source: `
cell Reader(units) {
  input e: [D], m: [A] over S
  state h: [units]
  part look = additive_attention(3)
  param U: [units, A], V: [units, D]
  h' = tanh(U @ look(h, m) + V @ e)
  return h' }
model M {
  input x: [2] over T
  target y: [2] over T
  part reader = Reader(2)
  p = reader(x, x)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const xs = x.items('x')
    const [U, V] = [w.matrix('reader.U'), w.matrix('reader.V')]
    const { ys } = scan(xs, zero, (h, e) => {
      const next = map(Math.tanh, add(apply(U, look(w, 'reader.look', h, xs).found), apply(V, e)))
      return { state: next, y: next }
    })
    return { p: ys.flat() }
  },
})

describeProgram({
  name: 'attention over a sequence without its end',
  source: `
model M {
  input x: [2] over T
  target y: [2]
  part look = additive_attention(3)
  s = drop_last(x)
  p = sum(look(s, s), over T)
  loss mse(p, y)
  output p }`,
  settings: sequences(),
  reference: (w, x) => {
    const s = x.items('x').slice(0, -1)
    return { p: s.reduce((sum, q) => add(sum, look(w, 'look', q, s).found), zero) }
  },
})

it('the weights of two heads are over the same two axes', () => {
  const model = compile(`
model M {
  input x: [2] over T[4]
  part a = additive_attention(3), b = additive_attention(3)
  u = a(x, x)
  v = b(x, x)
  output w = (u.weights + v.weights) / 2
}`)
  const [w] = model.signature.outputs
  assert.deepEqual(
    w.axes.map(a => evaluate(a.size, {})),
    [4, 4],
  )
})
