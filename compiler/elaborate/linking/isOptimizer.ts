// Tells whether a cell can be an optimizer.
import type { Unit } from '../../../dsl/ast.ts'

/** The state of an optimizer that is a parameter of the model. */
export const optimized = 'p'

/** Whether a unit is a cell with one input, the gradient, and a state `p`, the parameter. */
export function isOptimizer({ unit, body }: Unit): boolean {
  const inputs = body.flatMap(s => (s.kind === 'input' ? s.names : []))
  return (
    unit === 'cell' &&
    inputs.length === 1 &&
    body.some(s => s.kind === 'state' && s.names.some(n => n.text === optimized))
  )
}
