// Finds the equations that go along an axis step by step.
import { type Dim, equal } from './dim.ts'
import { type Eqn, scanLength } from './graph.ts'
import { fromEnd } from './ops/attributes.ts'

/** Tells whether an equation carries a value from one step of an axis to the next. */
export function walks(eqn: Eqn, axis: Dim): boolean {
  const { op, ins, attrs } = eqn
  if (op === 'scan') return equal(scanLength(eqn), axis)
  return op === 'shift' && equal(ins[0].shape[fromEnd(Number(attrs.axis), ins[0].shape.length)], axis)
}
