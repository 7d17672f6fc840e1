// Lowers a graph to a plan: each equation by the rule of its op. Views need no kernel.
import { type Context, opOf } from '../ir/builder.ts'
import { type Block, type Graph, isSource } from '../ir/graph.ts'
import type { Lowering } from '../ir/lowering.ts'
import { packed, pointwise, writtenAsWell } from './grouping.ts'
import { addStep, closed } from './growingKernels.ts'
import { indexNames } from './indexNames.ts'
import { renamedWrite } from './instructions.ts'
import { storedJoined } from './joinedInputs.ts'
import { materialized, resolved } from './lazySources.ts'
import { loopOf, stepsOf } from './lowerScan.ts'
import { placeInputs, placeOutputs } from './placePorts.ts'
import { allocate, newDraft, note, operandOf, output } from './places.ts'
import type { Plan } from './plan.ts'
import { portBuffers } from './ports.ts'
import { touched } from './steps.ts'

/** Makes the plan that computes a graph. */
export function lowerGraph(context: Context, graph: Graph): Plan {
  const draft = newDraft()
  const { sources } = draft
  const indices = indexNames(graph)
  const joined = storedJoined(graph)

  const lowering: Lowering = {
    operand: value => operandOf(draft, value),
    packed: value => packed(draft, value),
    output: value => output(draft, value),
    alias: (value, operand) => {
      draft.places.set(value.id, { operand })
    },
    temporary: (dtype, shape) => allocate(draft, dtype, shape, note(draft).hint),
    map: kernel => {
      const { current, scope } = draft
      if (current !== undefined && isSource(current) && kernel.program.length === 1 && kernel.writes.length === 1) {
        sources.kernels.set(kernel.writes[0].to.buffer.id, { kind: 'map', ...kernel, ...note(draft) })
        return
      }
      if (writtenAsWell(draft, kernel)) return
      const { program, name } = resolved(sources, kernel.program)
      const writes = kernel.writes.map(w => renamedWrite(w, name))
      addStep(scope, { kind: 'map', ...kernel, program, writes, ...note(draft) })
    },
    reduce: kernel => {
      const { program, name } = resolved(sources, kernel.program)
      addStep(draft.scope, { kind: 'reduce', ...kernel, program, value: name(kernel.value), ...note(draft) })
    },
    gemm: kernel => {
      const [a, b] = [kernel.a, kernel.b].map(operand => materialized(sources, operand))
      addStep(draft.scope, { kind: 'gemm', ...kernel, a, b, ...note(draft) })
    },
    pointwise: (eqn, op) => pointwise(draft, eqn, op),
    scan: eqn => addStep(draft.scope, loopOf(context, draft, eqn, indices(), lowerAll)),
    choice: (less, than, ways) => {
      const [first, second] = ways.map(way => stepsOf(draft, way))
      addStep(draft.scope, { kind: 'choice', less, than, ways: [first, second], hint: note(draft).hint })
    },
  }

  function lowerAll(block: Block): void {
    for (const eqn of block.eqns) {
      if (joined.has(eqn)) continue
      draft.current = eqn
      opOf(context, eqn.op).lower(lowering, eqn)
    }
    draft.current = undefined
  }

  const inputs = placeInputs(draft, graph, joined)
  lowerAll(graph)
  const outputs = placeOutputs(draft, graph, inputs)
  const steps = [...sources.needed, ...closed(draft.scope)]
  const used = new Set([...portBuffers({ inputs, outputs }), ...steps.flatMap(touched)])
  const buffers = [...used].sort((a, b) => a.id - b.id)
  const { name, inPlace, fixed } = graph
  return { name, ...(inPlace && { inPlace }), ...(fixed && { fixed }), inputs, outputs, buffers, steps }
}
