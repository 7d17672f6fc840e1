// Tells whether the elements of an item form one distribution, which sums to 1, or are independent probabilities.
import * as D from '../../ir/dim.ts'
import { type Eqn, makersOf, scanCounts, type Value } from '../../ir/graph.ts'
import { onlyPlaces } from '../../ir/view.ts'
import type { Scope } from '../values/scope.ts'

/** Functions that make each element an independent probability. */
type Independent = 'sigmoid' | 'softmax'

/**
 * Finds the function that makes the elements of a vector independent probabilities: `sigmoid`, or `softmax` along something else
 * than the vector. Undefined if they are one distribution, or if nothing is known of them.
 */
export function independentOf(scope: Scope, value: Value): Independent | undefined {
  const found = behind(value, scope.builder.eqns)
  if (typeof found !== 'object') return found
  const { around } = scope
  if (around === undefined) return undefined
  return independentOf(around.scope, around.bindings().find(b => b.inner === found)?.outer ?? found)
}

/** As `independentOf` within one block; gives the value from outside the block that `value` passes on, if it is one. */
function behind(value: Value, eqns: readonly Eqn[]): Independent | Value | undefined {
  const makers = makersOf(eqns)
  // Loops, as recursion along a long chain would overflow the stack.
  for (let at = value; ; ) {
    const eqn = makers.get(at.id)
    if (eqn === undefined) return at
    const { op, ins, body } = eqn
    if (op === 'sigmoid') return op
    if (op === 'softmax') return eqn.attrs.axis === -1 ? undefined : op
    // Only a probability is asked for: 1 - p, or a difference of sums of one softmax's elements.
    if (op === 'sub') at = ins[1]
    else if (body !== undefined) {
      const inBody = behind(body.results[eqn.outs.indexOf(at)], body.eqns)
      if (typeof inBody !== 'object') return inBody
      const { consts, carries } = scanCounts(eqn)
      const place = body.params.indexOf(inBody)
      if (place < 0 || (place >= consts && place < consts + carries)) return undefined
      at = ins[place]
    } else if (onlyPlaces(op) && sameLast(ins[0], at)) at = ins[0]
    else return undefined
  }
}

/** Tells whether the last dim stays or becomes a part of itself, as in a slice; a longer or another dim is neither. */
function sameLast(before: Value, after: Value): boolean {
  const [a, b] = [before.shape.at(-1), after.shape.at(-1)]
  if (a === undefined || b === undefined) return false
  const [m, n] = [D.asNumber(a), D.asNumber(b)]
  return D.equal(a, b) || (m !== undefined && n !== undefined && n <= m)
}
