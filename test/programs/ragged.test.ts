// Ragged axes where it is easy to go wrong: repeated values that are reversed, extremes of ints, records without a loss.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile, type Graph, load } from '../../compiler/index.ts'

type Inputs = Parameters<ReturnType<typeof load>['run']>[1]

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
