// The number of examples has a name of its own in a graph, whatever sizes and axes of a model are called.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { batchSymbols } from '../../compiler/elaborate/models/modelScope.ts'
import { compile, load } from '../../compiler/index.ts'

/** Inputs of which a name N is a size, with the number of elements of an example where N is 3. */
const inputs: readonly (readonly [type: string, elements: number])[] = [
  ['[N]', 3],
  ['real over T[N]', 3],
  ['[N] over T[2]', 6],
  ['[2] over T[N]', 6],
]

describe('a size with a name that the batch might have', () => {
  for (const name of batchSymbols.slice(0, -1)) {
    for (const [type, elements] of inputs) {
      it(type.replaceAll('N', name), () => {
        const { context, predict } = compile(`model M {\n  input x: ${type.replaceAll('N', name)}\n  output y = x\n}`)
        const graph = predict()
        const [[batch]] = graph.params.map(p => p.shape.map(d => d.terms[0].atoms[0]))
        assert.notEqual(batch, name)
        const x = Float64Array.from({ length: 2 * elements }, (_, i) => i)
        const { y } = load(context, graph, js, 'f64').run({ [batch]: 2, [name]: 3 }, { x })
        assert.deepEqual(y, x)
      })
    }
  }

  it('in a written type, and as an axis', () => {
    const { predict } = compile(`
model M {
  input x: real over T[B], y: real over batch, z: [examples]
  param w: real over S[examples] = ones
  c: real over T[B] = x + 1
  output c, y, z
  output s = sum(w, over S)
}`)
    const { params, inputs } = predict()
    assert.equal(params[inputs.indexOf('x')].shape[0].terms[0].atoms[0], 'B_')
  })
})
