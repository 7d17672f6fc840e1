// Gives buffers of one size the same place where their lives do not overlap.
import { format, symbolsOf } from '../ir/dim.ts'
import { mapOperands, readsOf, writesOf } from './operands.ts'
import type { Buffer, Plan, Step } from './plan.ts'

/** From the first step to the last that touches a buffer; a loop is one step, as what it leaves may be read in its next round. */
interface Life {
  readonly buffer: Buffer
  readonly first: number
  last: number
}

/**
 * The plan with fewer buffers. Only those that grow with the batch take part: the others are small, and keep their names. A
 * buffer of a later step takes over one whose last reader has run; not in that same step, which may read what it overwrites.
 */
export function shareBuffers(plan: Plan): Plan {
  const ports = new Set([...plan.inputs, ...plan.outputs].map(p => p.operand.buffer))
  const lives = new Map<Buffer, Life>()
  plan.steps.forEach((step, place) => {
    for (const buffer of touched(step)) {
      const life = lives.get(buffer)
      if (life !== undefined) life.last = place
      else if (!ports.has(buffer) && symbolsOf(buffer.size).length > 0)
        lives.set(buffer, { buffer, first: place, last: place })
    }
  })
  const free = new Map<string, Life[]>()
  const taken = new Map<Buffer, Buffer>()
  const kind = ({ dtype, size }: Buffer): string => `${dtype} ${format(size)}`
  for (const life of [...lives.values()].sort((a, b) => a.first - b.first)) {
    const candidates = free.get(kind(life.buffer)) ?? []
    const found = candidates.find(c => c.last < life.first)
    if (found === undefined) free.set(kind(life.buffer), [...candidates, { ...life }])
    else {
      taken.set(life.buffer, found.buffer)
      found.last = life.last
    }
  }
  if (taken.size === 0) return plan
  const steps = plan.steps.map(step => mapOperands(step, o => ({ ...o, buffer: taken.get(o.buffer) ?? o.buffer })))
  return { ...plan, steps, buffers: plan.buffers.filter(b => !taken.has(b)) }
}

const touched = (step: Step): Buffer[] => [...readsOf(step), ...writesOf(step)].map(o => o.buffer)
