// The interface of one step of a stream: the ports of the model without the axis that the stream goes along.
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { elementOfTarget, type StreamGraphs } from '../../compiler/index.ts'
import { droppedOf, isAlong, placeAlong } from './alongAxis.ts'

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
export function stepSignature(signature: Signature, { axis, elements }: StreamGraphs): StepSignature {
  const without = (port: Port): Port => ({ ...port, axes: port.axes.filter(a => !isAlong(a, axis)) })
  const isOver = (port: Port): boolean => placeAlong(port, axis) >= 0
  const late = signature.targets.filter(t => elements.includes(elementOfTarget(t.name)))
  const taken = [...signature.inputs.filter(isOver), ...late]
  return {
    step: {
      ...signature,
      inputs: taken.map(without),
      targets: signature.targets.map(without),
      outputs: signature.outputs.map(without),
    },
    start: { ...signature, inputs: signature.inputs.filter(p => !isOver(p)), targets: [], outputs: [] },
    begins: new Map(
      signature.outputs.filter(isOver).map(port => [port.name, droppedOf(port.axes[placeAlong(port, axis)])]),
    ),
  }
}
