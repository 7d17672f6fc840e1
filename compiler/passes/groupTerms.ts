// group-terms: in a sum in a loop, adds the terms that need no carry first, so that `hoist` can move their sum out.
import { type Context, createBuilder } from '../ir/builder.ts'
import { type Block, type Eqn, useCounts, type Value } from '../ir/graph.ts'
import { type Dependence, dependences } from './dependence.ts'
import type { Pass } from './pass.ts'
import { mapBodies, renamed } from './rebuild.ts'
import { termsOf } from './terms.ts'

export const groupTerms: Pass = {
  name: 'group-terms',
  contract:
    'in a sum inside a loop, terms that are equal at every step come first, then those that use only per-step inputs',
  run: (context, block) => groupIn(context, block),
}

const groupIn = (context: Context, block: Block): Block =>
  mapBodies(block, (scan, body) => {
    const inner = groupIn(context, body)
    return grouped(context, { ...scan, body: inner }, inner)
  })

const order: readonly Dependence[] = ['fixed', 'stepped', 'bound']

function grouped(context: Context, scan: Eqn, body: Block): Block {
  const dependence = dependences(context, scan, body)
  const regrouped = new Map<Eqn, readonly (readonly Value[])[]>()
  const gone = new Set<Eqn>()
  for (const { last, inner, terms } of sums(body)) {
    const kinds = order.map(kind => terms.filter(v => dependence(v) === kind))
    const free = kinds[0].length + kinds[1].length
    if (free < 2 || free === terms.length) continue
    regrouped.set(last, kinds)
    for (const eqn of inner) gone.add(eqn)
  }
  if (regrouped.size === 0) return body
  const b = createBuilder(context, value => value)
  const replaced = new Map<number, Value>()
  for (const eqn of body.eqns) {
    const kinds = regrouped.get(eqn)
    if (kinds === undefined) {
      if (!gone.has(eqn)) b.eqns.push({ ...eqn, ins: renamed(eqn.ins, replaced) })
      continue
    }
    const plus = (x: Value, y: Value): Value => b.emit('add', [x, y], {}, eqn.outs[0])
    const partial = kinds.filter(list => list.length > 0).map(list => renamed(list, replaced).reduce(plus))
    replaced.set(eqn.outs[0].id, partial.reduce(plus))
  }
  return { ...body, eqns: b.eqns, results: renamed(body.results, replaced) }
}

/** A chain of several additions of which only the last result is used elsewhere. */
interface Sum {
  readonly last: Eqn
  readonly inner: readonly Eqn[]
  readonly terms: readonly Value[]
}

function sums(body: Block): readonly Sum[] {
  const uses = useCounts(body)
  const additions = new Map(body.eqns.flatMap(e => (isSum(e) ? [[e.outs[0].id, e] as const] : [])))
  const inside = new Set<Eqn>()
  const found: Sum[] = []
  for (const last of [...additions.values()].reverse()) {
    if (inside.has(last)) continue
    const inner: Eqn[] = []
    const terms = termsOf(last, v => {
      const earlier = uses.get(v.id) === 1 ? additions.get(v.id) : undefined
      if (earlier !== undefined) inner.push(earlier)
      return earlier
    })
    for (const eqn of inner) inside.add(eqn)
    if (inner.length > 0) found.push({ last, inner, terms })
  }
  return found
}

const isSum = (eqn: Eqn): boolean => eqn.op === 'add' && eqn.outs[0].dtype === 'real'
