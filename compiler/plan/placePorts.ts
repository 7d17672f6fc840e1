// Places the inputs of a graph, some of them end to end, and its outputs.
import { add, asNumber, equal, product, rowMajor } from '../ir/dim.ts'
import type { Eqn, Graph, Value } from '../ir/graph.ts'
import { copy } from './grouping.ts'
import { isDense, whole } from './operands.ts'
import { allocate, type Draft, operandOf } from './places.ts'
import type { Port } from './plan.ts'
import { inputBuffers } from './ports.ts'

/** Places the inputs; those of a concatenation in `joined` are parts of its buffer. */
export function placeInputs(draft: Draft, graph: Graph, joined: ReadonlyMap<Eqn, readonly Value[]>): Port[] {
  const { places } = draft
  for (const [eqn, parts] of joined) {
    const [out] = eqn.outs
    const operand = allocate(draft, out.dtype, out.shape, out.hint)
    places.set(out.id, { operand })
    let { offset } = operand
    for (const part of parts) {
      places.set(part.id, { operand: { buffer: operand.buffer, offset, strides: rowMajor(part.shape) } })
      offset = add(offset, product(part.shape))
    }
  }
  return graph.params.map((param, i) => {
    const operand = places.get(param.id)?.operand ?? allocate(draft, param.dtype, param.shape, graph.inputs[i])
    places.set(param.id, { operand })
    return { name: graph.inputs[i], operand, shape: param.shape }
  })
}

/** Copies results as needed, so that each lies in a dense buffer of its own. */
export function placeOutputs(draft: Draft, graph: Graph, inputs: readonly Port[]): Port[] {
  const taken = new Set(inputBuffers({ inputs }))
  return graph.results.map((value, i) => {
    let operand = operandOf(draft, value)
    const { buffer } = operand
    const own =
      isDense(operand, value.shape) && asNumber(operand.offset) === 0 && equal(buffer.size, product(value.shape))
    if (!own || taken.has(buffer) || draft.sources.kernels.has(buffer.id)) {
      operand = allocate(draft, value.dtype, value.shape, graph.outputs[i])
      copy(draft, value, operand, graph.outputs[i])
    }
    taken.add(operand.buffer)
    return { name: graph.outputs[i], operand: whole(operand.buffer, value.shape), shape: value.shape }
  })
}
