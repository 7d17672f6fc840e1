// Whether the elements of an item are chances of each other's alternatives, which sum to 1, or each has a chance of its own.
import * as D from '../ir/dim.ts'
import { type Eqn, scanCounts, type Value } from '../ir/graph.ts'
import type { Scope } from './scope.ts'

/** Ops that leave what an element of the last dim is beside the others. */
const carriers = new Set(['reverse', 'broadcast', 'shift', 'transpose', 'reshape', 'slice'])

/**
 * The function behind the elements of a vector that makes each a chance of its own: `sigmoid`, or `softmax` along something else
 * than the vector. Undefined where they are one distribution, or where nothing is known of them.
 */
export function independentOf(scope: Scope, value: Value): 'sigmoid' | 'softmax' | undefined {
  const { builder, around } = scope
  const outside = (v: Value): ReturnType<typeof independentOf> =>
    around && independentOf(around.scope, around.bindings().find(b => b.inner === v)?.outer ?? v)
  return behind(value, builder.eqns, outside)
}

/** `outside` judges the values that the equations only read. */
function behind(
  value: Value,
  eqns: readonly Eqn[],
  outside: (v: Value) => ReturnType<typeof independentOf>,
): ReturnType<typeof independentOf> {
  const eqn = eqns.find(e => e.outs.includes(value))
  if (eqn === undefined) return outside(value)
  const { op, ins, body } = eqn
  if (op === 'sigmoid') return op
  if (op === 'softmax') return eqn.attrs.axis === -1 ? undefined : op
  if (op === 'sub') return behind(ins[1], eqns, outside)
  if (body !== undefined) {
    const { consts, carries } = scanCounts(eqn)
    return behind(body.results[eqn.outs.indexOf(value)], body.eqns, v => {
      const place = body.params.indexOf(v)
      const isCarry = place >= consts && place < consts + carries
      return place < 0 || isCarry ? undefined : behind(ins[place], eqns, outside)
    })
  }
  return carriers.has(op) && sameLast(ins[0], value) ? behind(ins[0], eqns, outside) : undefined
}

/** A slice of the last dim is a part of it; what makes it longer or another is none. */
function sameLast(before: Value, after: Value): boolean {
  const [a, b] = [before.shape.at(-1), after.shape.at(-1)]
  if (a === undefined || b === undefined) return false
  const [m, n] = [D.asNumber(a), D.asNumber(b)]
  return D.equal(a, b) || (m !== undefined && n !== undefined && n <= m)
}
