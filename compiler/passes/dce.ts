// dce: dead code elimination.
import { type Block, type Eqn, scanCounts, type Value } from '../ir/graph.ts'
import type { Pass } from './pass.ts'
import { rebuilt } from './rebuild.ts'

export const dce: Pass = {
  name: 'dce',
  contract: 'a result depends on each equation, and on each operand, carry and output of a scan',
  run: (_, block) => dceBlock(block),
}

function dceBlock(block: Block): Block {
  const needed = new Set(block.results.map(v => v.id))
  const eqns: Eqn[] = []
  for (const old of [...block.eqns].reverse()) {
    if (!old.outs.some(out => needed.has(out.id))) continue
    const eqn = old.body === undefined ? old : dceScan(old, old.body, needed)
    eqns.push(eqn)
    for (const value of eqn.ins) needed.add(value.id)
  }
  return rebuilt(block, eqns.toReversed())
}

/** The scan without carries that reach no needed result, and without equations and operands that only those need. */
function dceScan(eqn: Eqn, body: Block, needed: ReadonlySet<number>): Eqn {
  const { consts, carries } = scanCounts(eqn)
  const isCarry = (i: number): boolean => i >= consts && i < consts + carries
  let live = eqn.outs.map(out => needed.has(out.id))
  for (;;) {
    const { eqns, results } = dceBlock({ ...body, results: body.results.filter((_, i) => live[i]) })
    const used = usedBy(eqns, results)
    const more = live.map((l, i) => l || (i < carries && used.has(body.params[consts + i].id)))
    if (more.some((l, i) => l !== live[i])) {
      live = more
      continue
    }
    const keep = body.params.map((p, i) => (isCarry(i) ? live[i - consts] : used.has(p.id)))
    const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => keep[i])
    if (keep.every(k => k) && live.every(l => l) && eqns.every((e, i) => e === body.eqns[i])) {
      return eqns.length === body.eqns.length ? eqn : { ...eqn, body: { ...body, eqns } }
    }
    return {
      ...eqn,
      ins: kept(eqn.ins),
      outs: eqn.outs.filter((_, i) => live[i]),
      attrs: {
        ...eqn.attrs,
        consts: keep.slice(0, consts).filter(k => k).length,
        carries: live.slice(0, carries).filter(l => l).length,
      },
      body: { params: kept(body.params), eqns, results },
    }
  }
}

const usedBy = (eqns: readonly Eqn[], results: readonly Value[]): ReadonlySet<number> =>
  new Set([...eqns.flatMap(e => e.ins), ...results].map(v => v.id))
