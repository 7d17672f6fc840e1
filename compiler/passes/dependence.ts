// Classifies the values of a loop's body: by whether they depend on carries, on per-step inputs, or on neither.
import type { Context } from '../ir/builder.ts'
import { type Block, type Eqn, isRecomputed, scanOperands, type Value } from '../ir/graph.ts'
import { canLead } from '../ir/leading.ts'

/**
 * `fixed`: the same at every step. `stepped`: computed from per-step inputs, without carries, so that all steps can be done at once.
 * `bound`: needs a carry, or an op that cannot be, or should not be, done for all steps at once.
 */
export type Dependence = 'fixed' | 'stepped' | 'bound'

/**
 * The dependence of each value of a scan's body. Results of equations for which `stays` holds are bound; so are the per-step inputs
 * of a recomputed scan, since values of all its windows at once would take the memory that it saves.
 */
export function dependences(
  context: Context,
  scan: Eqn,
  body: Block,
  stays: (eqn: Eqn, of: (value: Value) => Dependence) => boolean = () => false,
): (value: Value) => Dependence {
  const { consts, xs } = scanOperands(scan, body.params)
  const found = new Map<number, Dependence>([
    ...consts.map(v => [v.id, 'fixed'] as const),
    ...xs.map(v => [v.id, isRecomputed(scan) ? 'bound' : 'stepped'] as const),
  ])
  const of = (value: Value): Dependence => found.get(value.id) ?? 'bound'
  for (const eqn of body.eqns) {
    const dependence = eqn.ins.every(v => of(v) === 'fixed')
      ? 'fixed'
      : eqn.ins.every(v => of(v) !== 'bound') &&
          canLead(context, eqn, 'rows', v => of(v) === 'stepped') &&
          !stays(eqn, of)
        ? 'stepped'
        : 'bound'
    for (const out of eqn.outs) found.set(out.id, dependence)
  }
  return of
}
