// What the passes leave in the loops: matrix products by cell, forward and backward. None of these cells is known to a pass.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile, plan } from '../../compiler/index.ts'
import { format, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Block } from '../../compiler/ir/graph.ts'
import { contractionOps } from '../../compiler/ir/ops/contractions.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'

const contractions = new Set(contractionOps.map(op => op.name))

const count = (block: Block): number =>
  block.eqns.reduce((n, e) => n + (contractions.has(e.op) ? 1 : 0) + (e.body === undefined ? 0 : count(e.body)), 0)

/** The matrix products in each loop of the gradient, in the order that they run. */
const inLoops = (source: string, pipeline?: typeof naive): number[] =>
  compile(source)
    .gradient(pipeline && { pipeline })
    .eqns.flatMap(e => (e.body === undefined ? [] : [count(e.body)]))

/** A model of a cell over a sequence, which is read at its last step. */
const over = (cell: string, definition = '', steps = `x |> ${cell}(6) |> last`): string => `${definition}
model M {
  input x: [4] over T
  target y: [6]
  z = ${steps}
  loss mse(z, y)
  output z }`

const gated = (body: string, params: string): string => `
cell Cell(units) {
  input x: [D]
  state h, c: [units]
  param W_i, W_f, W_g, W_o: [units, D], U_i, U_f, U_g, U_o: [units, units], b_i, b_f, b_g, b_o: [units], ${params}
${body}
  return h' }`

const cells: readonly { readonly name: string; readonly source: string; readonly left: readonly number[] }[] = [
  { name: 'a plain cell', source: over('SimpleRNN'), left: [1, 1] },
  { name: 'LSTM', source: over('LSTM'), left: [1, 1] },
  {
    name: 'an LSTM with peepholes',
    source: over(
      'Cell',
      gated(
        `  i = sigmoid(W_i @ x + U_i @ h + p_i * c + b_i)
  f = sigmoid(W_f @ x + U_f @ h + p_f * c + b_f)
  g = tanh(W_g @ x + U_g @ h + b_g)
  c' = f * c + i * g
  o = sigmoid(W_o @ x + U_o @ h + p_o * c' + b_o)
  h' = o * tanh(c')`,
        'p_i, p_f, p_o: [units]',
      ),
    ),
    left: [1, 1],
  },
  {
    name: 'an LSTM with layer normalization',
    source: over(
      'Cell',
      gated(
        `  i = sigmoid(layer_norm(W_i @ x + U_i @ h, g_i, b_i))
  f = sigmoid(layer_norm(W_f @ x + U_f @ h, g_f, b_f))
  g = tanh(layer_norm(W_g @ x + U_g @ h, g_g, b_g))
  o = sigmoid(layer_norm(W_o @ x + U_o @ h, g_o, b_o))
  c' = f * c + i * g
  h' = o * tanh(layer_norm(c', g_c, b_c))`,
        'g_i, g_f, g_g, g_o, g_c, b_c: [units]',
      ),
    ),
    left: [1, 1],
  },
  {
    name: 'sLSTM',
    source: over(
      'SLSTM',
      `
cell SLSTM(units) {
  input x: [D]
  state h, c, n, m: [units]
  param W_z, W_i, W_f, W_o: [units, D], R_z, R_i, R_f, R_o: [units, units], b_z, b_i, b_f, b_o: [units]
  z = tanh(W_z @ x + R_z @ h + b_z)
  i = W_i @ x + R_i @ h + b_i
  f = W_f @ x + R_f @ h + b_f
  o = sigmoid(W_o @ x + R_o @ h + b_o)
  m' = max(f + m, i)
  p = exp(i - m')
  q = exp(f + m - m')
  c' = q * c + p * z
  n' = q * n + p
  h' = o * c' / max(n', 1e-6)
  return h' }`,
    ),
    left: [1, 1],
  },
  { name: 'GRU, reset after', source: over('GRU'), left: [1, 1] },
  { name: 'GRU, reset before', source: over('GRU_before'), left: [2, 2] },
  {
    name: 'a minimal gated unit',
    source: over(
      'MGU',
      `
cell MGU(units) {
  input x: [D]
  state h: [units]
  param W_f, W_h: [units, D], U_f, U_h: [units, units], b_f, b_h: [units]
  f = sigmoid(W_f @ x + U_f @ h + b_f)
  h' = (1 - f) * h + f * tanh(W_h @ x + U_h @ (f * h) + b_h)
  return h' }`,
    ),
    left: [2, 2],
  },
  {
    name: 'IndRNN',
    source: over(
      'IndRNN',
      `
cell IndRNN(units) {
  input x: [D]
  state h: [units]
  param W: [units, D], u, b: [units]
  h' = relu(W @ x + u * h + b)
  return h' }`,
    ),
    left: [0, 0],
  },
  {
    name: 'minGRU',
    source: over(
      'MinGRU',
      `
cell MinGRU(units) {
  input x: [D]
  state h: [units]
  param W_z, W_h: [units, D], b_z, b_h: [units]
  z = sigmoid(W_z @ x + b_z)
  h' = (1 - z) * h + z * (W_h @ x + b_h)
  return h' }`,
    ),
    left: [0, 0],
  },
  { name: 'a stack', source: over('', '', 'x |> LSTM(6) |> GRU(6) |> last'), left: [1, 1, 1, 1] },
  {
    name: 'both directions',
    source: over('', '', 'x |> bidirectional(LSTM(3)) |> last'),
    left: [1, 1, 1, 1],
  },
]

describe('matrix products left in the loops', () => {
  for (const { name, source, left } of cells) {
    it(`${name}: ${left.join(', ')}`, () => assert.deepEqual(inLoops(source), left))
  }

  // Eight for the weights backward, and four for the state: the input is data.
  it('are more without the passes', () => assert.deepEqual(inLoops(over('LSTM'), naive), [8, 12]))
})

describe('a cell that attends to a memory', () => {
  const source = `
cell Reader(units) {
  input x: [D], m: [A] over S
  state h: [units]
  part look = additive_attention(5)
  param W: [units, D], U: [units, units], R: [units, A]
  h' = tanh(W @ x + U @ h + R @ look(h, m))
  return h' }
model M {
  input x: [4] over T, m: [3] over S
  target y: [6]
  part read = Reader(6)
  z = last(read(x, m))
  loss mse(z, y)
  output z }`
  const loops = compile(source)
    .gradient()
    .eqns.flatMap(e => (e.body === undefined ? [] : [e.body]))
  /** The shapes of the weights in the products of a loop, and what it sums over for each example. */
  const found = loops.map(({ eqns }) => ({
    weights: eqns.filter(e => contractions.has(e.op)).map(e => e.ins[1].shape.map(d => format(d)).join()),
    sums: eqns
      .filter(e => e.op === 'sum' && symbolsOf(e.ins[0].shape[0]).includes('S'))
      .map(e => e.outs[0].shape.length),
  }))

  it('has a product for each weight that needs the state, those of the state itself as one', () => {
    const each = ['11,6', '1,5', '6,3']
    assert.deepEqual(
      found.map(f => f.weights.toSorted()),
      [each.toSorted(), each.toSorted()],
    )
  })

  // Forward the sum of the memory. Backward what its weights get, the softmax, and the sum over the memory for the query.
  it('has the sums over the memory of each example, and no other', () => {
    assert.deepEqual(
      found.map(f => f.sums),
      [[2], [2, 1, 2]],
    )
  })
})

describe('one product with the input and the state joined', () => {
  const joined = `
cell Joined(units) {
  input x: [D]
  state h: [units]
  param W: [units, units + D], b: [units]
  h' = tanh(W @ [h, x] + b)
  return h' }`

  it('is split, so that the part of the input leaves the loop', () => {
    assert.deepEqual(inLoops(over('Joined', joined)), [1, 1])
  })

  it('has the plan of two products, but for where the weights lie', () => {
    const loops = (source: string): string => {
      const model = compile(source)
      const text = printPlan(plan(model.context, model.evaluate()))
      return text
        .slice(text.indexOf('  loop'))
        .replaceAll(/(Joined\.W|SimpleRNN\.U|W|U)( \+ \d+)? \(\d+, \d+\)/g, 'weights')
        .replaceAll(/(Joined|SimpleRNN)\./g, '')
        .replaceAll(/ # .*$/gm, '')
    }
    assert.equal(loops(over('Joined', joined)), loops(over('SimpleRNN')))
  })
})
