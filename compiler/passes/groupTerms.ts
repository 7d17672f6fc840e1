// group-terms: of a sum in a loop, the terms that do not need the recurrence are added first, so that `hoist` can take their sum.
import { type Context, createBuilder } from '../ir/builder.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import { type Dependence, dependences } from './dependence.ts'
import type { Pass } from './pass.ts'
import { renamed } from './rewrite.ts'

export const groupTerms: Pass = {
  name: 'group-terms',
  contract: 'in a sum of a loop, terms that are the same at every step come first, then those of per-step inputs alone',
  run: (context, block) => groupIn(context, block),
}

function groupIn(context: Context, block: Block): Block {
  let changed = false
  const eqns = block.eqns.map(old => {
    const inner = old.body && groupIn(context, old.body)
    const body = inner && grouped(context, { ...old, body: inner }, inner)
    if (body === undefined || body === old.body) return old
    changed = true
    return { ...old, body }
  })
  return changed ? { ...block, eqns } : block
}

const order: readonly Dependence[] = ['fixed', 'stepped', 'bound']

function grouped(context: Context, scan: Eqn, body: Block): Block {
  const dependence = dependences(context, scan, body)
  const terms = sums(body)
  const b = createBuilder(context, value => value)
  const replaced = new Map<number, Value>()
  let changed = false
  for (const eqn of body.eqns) {
    const leaves = terms.get(eqn)
    const kinds = order.map(kind => leaves?.filter(v => dependence(v) === kind) ?? [])
    const free = kinds[0].length + kinds[1].length
    if (leaves === undefined || free < 2 || free === leaves.length) {
      b.eqns.push({ ...eqn, ins: renamed(eqn.ins, replaced) })
      continue
    }
    const sum = kinds
      .map(list => renamed(list, replaced))
      .filter(list => list.length > 0)
      .map(list => list.reduce((x, y) => b.emit('add', [x, y], {}, eqn.outs[0])))
      .reduce((x, y) => b.emit('add', [x, y], {}, eqn.outs[0]))
    replaced.set(eqn.outs[0].id, sum)
    changed = true
  }
  return changed ? { ...body, eqns: b.eqns, results: renamed(body.results, replaced) } : body
}

/** The terms of each sum that is more than one addition, by its last addition; the others are of no other use. */
function sums(body: Block): ReadonlyMap<Eqn, readonly Value[]> {
  const uses = new Map<number, number>()
  for (const v of [...body.eqns.flatMap(e => e.ins), ...body.results]) uses.set(v.id, (uses.get(v.id) ?? 0) + 1)
  const additions = new Map(body.eqns.flatMap(e => (isSum(e) ? [[e.outs[0].id, e] as const] : [])))
  const inside = new Set<Eqn>()
  const leavesOf = (eqn: Eqn): readonly Value[] =>
    eqn.ins.flatMap(v => {
      const inner = uses.get(v.id) === 1 ? additions.get(v.id) : undefined
      if (inner === undefined) return [v]
      inside.add(inner)
      return leavesOf(inner)
    })
  const all = new Map<Eqn, readonly Value[]>()
  for (const eqn of [...additions.values()].reverse()) {
    if (inside.has(eqn)) continue
    const leaves = leavesOf(eqn)
    if (leaves.length > 2) all.set(eqn, leaves)
  }
  return all
}

const isSum = (eqn: Eqn): boolean => eqn.op === 'add' && eqn.outs[0].dtype === 'real'
