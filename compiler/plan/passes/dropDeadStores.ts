// Removes writes to buffers that are never read, and kernels that only make such writes.

import { pruned } from '../instructions.ts'
import type { Buffer, Step } from '../plan.ts'
import { portBuffers } from '../ports.ts'
import { bodiesOf, mapBodies, readsOf, touched } from '../steps.ts'
import type { PlanPass } from './planPass.ts'

export const dropDeadStores: PlanPass = {
  name: 'drop-dead-stores',
  contract: 'every write is to a buffer that is read or is a result',
  run: plan => {
    const steps = withoutDeadStores(
      plan.steps,
      plan.outputs.map(p => p.operand.buffer),
    )
    const used = new Set([...portBuffers(plan), ...steps.flatMap(touched)])
    return { ...plan, steps, buffers: plan.buffers.filter(b => used.has(b)) }
  },
}

/** The steps without writes to buffers that are neither read nor in `results`. */
function withoutDeadStores(steps: readonly Step[], results: readonly Buffer[]): Step[] {
  const needed = new Set([...results, ...steps.flatMap(readsOf).map(o => o.buffer)])
  const kept = steps.flatMap(step => keep(step, needed))
  const count = (list: readonly Step[]): number => list.reduce((n, s) => n + size(s), 0)
  return count(kept) < count(steps) ? withoutDeadStores(kept, results) : kept
}

function keep(step: Step, needed: ReadonlySet<Buffer>): Step[] {
  switch (step.kind) {
    case 'loop':
    case 'choice': {
      const kept = mapBodies(step, steps => steps.flatMap(s => keep(s, needed)))
      return bodiesOf(kept).flat().length === 0 ? [] : [kept]
    }
    case 'gemm':
      return needed.has(step.c.buffer) ? [step] : []
    case 'reduce':
      return needed.has(step.to.buffer) ? [step] : []
    case 'map': {
      const writes = step.writes.filter(w => needed.has(w.to.buffer))
      return writes.length === 0 ? [] : [{ ...step, ...pruned(step.program, writes) }]
    }
  }
}

/** A count that falls with every step or write that is removed. */
const size = (step: Step): number =>
  step.kind === 'map'
    ? step.writes.length
    : bodiesOf(step)
        .flat()
        .reduce((n, s) => n + size(s), 1)
