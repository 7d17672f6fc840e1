// What leaves the loops of whole programs, and what must not: memory and products are counted in the graphs after the passes.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile, type Graph, plan } from '../../compiler/index.ts'
import { evaluate, format } from '../../compiler/ir/dim.ts'
import { allEqns, type Eqn, scanResults } from '../../compiler/ir/graph.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { arenaOf } from '../../compiler/plan/arena.ts'

const scans = (graph: Graph): readonly Eqn[] => graph.eqns.filter(e => e.op === 'scan')

/** The ops in the bodies of the loops, each as often as it is there. */
const inLoops = (graph: Graph): readonly string[] => scans(graph).flatMap(s => s.body?.eqns.map(e => e.op) ?? [])

/** The ops in the bodies of loops, and of loops in them. */
const inAllLoops = (graph: Graph): readonly string[] =>
  scans(graph).flatMap(s => (s.body === undefined ? [] : [...allEqns(s.body)].map(e => e.op)))

const times = (list: readonly string[], ...ops: readonly string[]): number => list.filter(op => ops.includes(op)).length

const model = (cells: string, inputs: string, value: string): string =>
  `${cells}
model M {
  ${inputs}
  p = ${value}
  loss mse(p, y)
  output p
}`

describe('a readout in a cell', () => {
  const source = model(
    `cell Readout(units, K) {
  input x: [D]
  state h: [units]
  param W: [units, D], U: [units, units], V: [K, units], b: [K]
  h' = tanh(W @ x + U @ h)
  return V @ h' + b
}`,
    'input x: [3] over T; target y: [5] over T',
    'x |> Readout(8, 5)',
  )
  it('leaves the loop of a prediction', () => {
    assert.equal(times(inLoops(compile(source).predict()), 'matmul'), 1)
  })
  it('leaves both loops of a gradient', () => {
    const ops = inLoops(compile(source).gradient())
    assert.equal(times(ops, 'matmul'), 1)
    assert.equal(times(ops, 'matmulT'), 1)
    assert.equal(times(ops, 'outer', 'sum'), 0)
  })
  it('stacks no bias', () => {
    for (const { body } of scans(compile(source).gradient())) assert.ok(body?.results.every(v => v.hint !== 'b'))
  })
})

it("a fused bias' gradient is one sum after the loop", () => {
  const source = model(
    `cell Two(units) {
  input x: [units]
  state h: [units]
  param U: [units, units], V: [units, units], b: [units], c: [units]
  u = tanh(h + x)
  h' = sigmoid(U @ u + b) * tanh(V @ u + c)
  return h'
}`,
    'input x: [4] over T; target y: [4] over T',
    'x |> Two(4)',
  )
  const ops = inLoops(compile(source).gradient())
  assert.equal(times(ops, 'sum', 'outer'), 0)
  assert.equal(times(ops, 'concat'), 1, 'only the cotangents of the two gates are joined at each step')
})

describe('a cell in the step of another', () => {
  const weights = 'R, T: [units, units]'
  const biases = 'b, c: [units]'
  const deep = (inputs: string, params: string, call: string, inner = ''): string =>
    model(
      `cell Highway(units) {
  ${inputs}
  state s: [units]
  ${inner}
  gate = sigmoid(T @ s + b)
  s' = tanh(R @ s + c) * gate + s * (1 - gate)
}
cell Deep(units, depth) {
  input x: [D]
  state h: [units]
  param W: [units, D], e: [units] over L[depth]${params}
  part inside = Highway(units)
  h' = inside(${call}s = W @ x + h).final.s
  return h'
}`,
      'input x: [3] over T; target y: [4] over T',
      'x |> Deep(4, 3)',
    )
  const ownWeights = deep(
    'input R: [units, units], T: [units, units], b: [units], c: [units], e: [units]',
    `, ${weights} over L[depth], ${biases} over L[depth]`,
    'R, T, b, c, e, ',
  )
  const cases = {
    'with weights for each level': ownWeights,
    'with transposed weights for each level': ownWeights.replace('tanh(R @ s', 'tanh(transpose(R) @ s'),
    'with the same weights at all levels': deep('input e: [units]', '', 'e, ', `param ${weights}, ${biases}`),
  }
  for (const [name, source] of Object.entries(cases)) {
    it(`${name} has one product a step, forward and back, and sums up its gradients after both loops`, () => {
      const ops = inAllLoops(compile(source).gradient())
      assert.equal(times(ops, 'matmul'), 1)
      assert.equal(times(ops, 'matmulT'), 1)
      assert.equal(times(ops, 'outer', 'bmm', 'sum'), 0)
    })
  }
  it('joins its weights before both loops', () => {
    assert.equal(times(inAllLoops(compile(ownWeights).predict()), 'concat'), 0)
  })
  it('leaves the gradient of its windows in them', () => {
    const ops = inAllLoops(compile(ownWeights, { sets: { checkpoint: 2 } }).gradient())
    assert.deepEqual([times(ops, 'outer'), times(ops, 'bmm')], [1, 1], 'of W, and of R and T')
  })
})

describe('the matrices of an example, the same at each step', () => {
  it('have their gradient added up after the loop', () => {
    const source = model(
      `cell Reader(units) {
  input x: [D], A: [units, units]
  state h: [units]
  param W: [units, D]
  h' = tanh(W @ x + A @ h)
  return h'
}`,
      'input x: [3] over T, a: [4]; target y: [4] over T; param V: [4, 4]',
      'Reader(4)(x, outer(V @ a, a))',
    )
    const ops = inAllLoops(compile(source).gradient())
    assert.equal(times(ops, 'bmm'), 2, 'one forward, one back to the state')
  })
})

describe('a matrix memory', () => {
  const H = 64
  const source = model(
    `cell MatrixMemory(units) {
  input x: [D]
  state C: [units, units]
  param Wk: [units, D], Wv: [units, D], Wq: [units, D], wf: [D], wi: [D]
  k = Wk @ x
  v = Wv @ x
  C' = sigmoid(wf @ x) * C + sigmoid(wi @ x) * outer(v, k)
  return C' @ (Wq @ x)
}`,
    'input x: [8] over T; target y: [3]',
    `x |> MatrixMemory(${H}) |> last |> dense(3)`,
  )
  const sizes = { B: 32, T: 64 }
  const bytes = (graph: Graph): number => evaluate(arenaOf(plan(compiled.context, graph), 4), sizes)
  const compiled = compile(source)
  it('takes a few times what it takes without passes to predict', () => {
    assert.ok(bytes(compiled.predict()) < 3 * bytes(compiled.predict({ pipeline: naive })))
  })
  const all = 4 * sizes.T * sizes.B * H * H
  for (const axis of ['T', `T[${sizes.T}]`]) {
    it(`over ${axis} keeps the memory of each step once for its gradient, and nothing else of that size`, () => {
      const { context, gradient } = compile(source.replace('over T', `over ${axis}`))
      const own = evaluate(arenaOf(plan(context, gradient()), 4), sizes)
      assert.ok(own < 1.3 * all, `${own / all} times all memories`)
      assert.ok(own < bytes(compiled.gradient({ pipeline: naive })), 'less than without passes')
    })
  }
})

describe('states over steps of which some are padding', () => {
  const source = model('', 'input x: [3] over T; target y: [4] over T', 'x |> LSTM(4)')
  it('are read as they leave the step, so that a gradient keeps them once', () => {
    const { context, gradient } = compile(source)
    const graph = gradient()
    const [{ body }] = scans(graph)
    assert.ok(body !== undefined)
    const held = body.eqns.filter(e => e.op === 'where')
    const computed = held.map(e => e.ins[1])
    assert.equal(held.length, 2)
    for (const eqn of body.eqns) assert.ok(held.includes(eqn) || eqn.ins.every(v => !computed.includes(v)))
    for (const result of body.results) assert.ok(!computed.includes(result))
    assert.equal(scanResults(scans(graph)[0]).ys.length, 8, 'h before and after, c, f, i, g, o and the tanh of c')
    const stacks = plan(context, graph).buffers.filter(b => format(b.size) === '4*B + 4*B*T')
    assert.equal(stacks.length, 2, 'h and c')
  })
  it('are computed as they were where no step is', () => {
    const { gradient } = compile(source.replaceAll('over T', 'over T[6]'))
    for (const { body } of scans(gradient())) assert.ok(body?.eqns.every(e => e.op !== 'where'))
  })
  it('keep products of inputs alone outside the loop', () => {
    const cell = `cell Held(units) {
  input x: [D]
  state h: [units], k: [units]
  param W: [units, D], U: [units, units]
  k' = W @ x
  h' = tanh(k' + U @ h)
  return h' + k
}`
    const graph = compile(model(cell, 'input x: [3] over T; target y: [4] over T', 'x |> Held(4)')).predict()
    assert.equal(times(inLoops(graph), 'matmul'), 1)
  })
})

describe('the last step of a cell', () => {
  for (const axis of ['T[6]', 'T']) {
    it(`over ${axis} is its final carry: no step is stored`, () => {
      const source = model('', `input x: [3] over ${axis}; target y: [2]`, 'x |> LSTM(4) |> last |> dense(2)')
      const [scan] = scans(compile(source).predict())
      assert.equal(scanResults(scan).ys.length, 0)
    })
  }
})
