// The interface of one step of a stream: the ports of the model without the axis that the stream goes along.
import type { AxisSignature, Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { elementOfTarget, type StreamGraphs } from '../../compiler/index.ts'

/** Splits the inputs of a model into those that are given once and those of which each step takes an element. */
export interface StepSignature {
  /** Interface of a step: its inputs are what a step takes, and its outputs what it gives. */
  readonly step: Signature
  /** Interface of the start: its inputs are given once. */
  readonly start: Signature
  /** For each output that is over a shortened form of the axis, the number of steps after which it begins. */
  readonly begins: ReadonlyMap<string, number>
}

/** Derives both interfaces. A step takes the targets that the model reads late, too. */
export function stepSignature(signature: Signature, graphs: StreamGraphs): StepSignature {
  const { axis, elements, constants } = graphs
  const isAlong = (a: AxisSignature): boolean => a.name.split('-')[0] === axis
  const without = (port: Port): Port => ({ ...port, axes: port.axes.filter(a => !isAlong(a)) })
  const late = signature.targets.filter(t => elements.includes(elementOfTarget(t.name)))
  const taken = [...signature.inputs.filter(p => p.axes.some(isAlong)), ...late]
  const given = signature.inputs.filter(p => constants.includes(p.name) || !p.axes.some(isAlong))
  const outputs = signature.outputs.map(without)
  return {
    step: { ...signature, inputs: taken.map(without), targets: signature.targets.map(without), outputs },
    start: { ...signature, inputs: given, targets: [], outputs: [] },
    begins: new Map(
      signature.outputs.flatMap(({ name, axes }) => {
        const own = axes.find(isAlong)?.name.split('-')[1]
        return own === undefined ? [] : [[name, Number(own)] as const]
      }),
    ),
  }
}
