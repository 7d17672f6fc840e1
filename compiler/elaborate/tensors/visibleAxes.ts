// Tells the axes that a body declares from those that its operations are mapped over.
import type { Scope } from '../values/scope.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'

/** Lists the axes that the scope sees; operations are mapped over the others. */
export function visibleAxes(scope: Scope, t: Tensor): Axis[] {
  const named = new Set([...scope.axes.values()].map(baseOf))
  return t.axes.filter(a => !a.batch && named.has(baseOf(a)))
}
