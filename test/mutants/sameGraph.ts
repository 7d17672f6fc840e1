// Whether two graphs compute the same in the same way: equation by equation, however their values are numbered and called.
import { isDeepStrictEqual } from 'node:util'
import type { Block, Eqn, Value } from '../../compiler/ir/graph.ts'

/** True only of graphs that are alike in everything but the numbers and hints of their values. */
export function sameGraph(a: Block, b: Block): boolean {
  if (a.params.length !== b.params.length || a.eqns.length !== b.eqns.length) return false
  const counterparts = new Map(a.params.map((p, i) => [p.id, b.params[i].id]))
  const same = (x: readonly Value[], y: readonly Value[]): boolean =>
    x.length === y.length && x.every((v, i) => counterparts.get(v.id) === y[i].id)
  const sameEqn = (x: Eqn, y: Eqn): boolean => {
    if (x.op !== y.op || !same(x.ins, y.ins) || x.outs.length !== y.outs.length) return false
    if (x.attrs !== y.attrs && !isDeepStrictEqual(x.attrs, y.attrs)) return false
    if (x.body !== y.body && (x.body === undefined || y.body === undefined || !sameGraph(x.body, y.body))) return false
    x.outs.forEach((out, i) => {
      counterparts.set(out.id, y.outs[i].id)
    })
    return true
  }
  return a.eqns.every((eqn, i) => sameEqn(eqn, b.eqns[i])) && same(a.results, b.results)
}
