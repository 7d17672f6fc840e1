// Whether the elements of an item are chances of each other's alternatives, which sum to 1, or each has a chance of its own.
import * as D from '../../ir/dim.ts'
import { type Eqn, makersOf, scanCounts, type Value } from '../../ir/graph.ts'
import { onlyPlaces } from '../../ir/view.ts'
import type { Scope } from '../values/scope.ts'

/** What makes each element a chance of its own. */
type Independent = 'sigmoid' | 'softmax'

/**
 * The function behind the elements of a vector that makes each a chance of its own: `sigmoid`, or `softmax` along something else
 * than the vector. Undefined where they are one distribution, or where nothing is known of them.
 */
export function independentOf(scope: Scope, value: Value): Independent | undefined {
  const found = behind(value, scope.builder.eqns)
  if (typeof found !== 'object') return found
  const { around } = scope
  if (around === undefined) return undefined
  return independentOf(around.scope, around.bindings().find(b => b.inner === found)?.outer ?? found)
}

/** As `independentOf`, or the value that the equations only read and that a value passes on. */
function behind(value: Value, eqns: readonly Eqn[]): Independent | Value | undefined {
  const makers = makersOf(eqns)
  // A loop in place of recursion: a chain is longer than the stack is deep.
  for (let at = value; ; ) {
    const eqn = makers.get(at.id)
    if (eqn === undefined) return at
    const { op, ins, body } = eqn
    if (op === 'sigmoid') return op
    if (op === 'softmax') return eqn.attrs.axis === -1 ? undefined : op
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

/** A slice of the last dim is a part of it; what makes it longer or another is none. */
function sameLast(before: Value, after: Value): boolean {
  const [a, b] = [before.shape.at(-1), after.shape.at(-1)]
  if (a === undefined || b === undefined) return false
  const [m, n] = [D.asNumber(a), D.asNumber(b)]
  return D.equal(a, b) || (m !== undefined && n !== undefined && n <= m)
}
