// Makes buffers of one size the same buffer where their lifetimes do not overlap (liveness).
import { asNumber, format } from '../../ir/dim.ts'
import { isDense, sameOperand } from '../operands.ts'
import type { Buffer, Plan, Step } from '../plan.ts'
import { portBuffers } from '../ports.ts'
import { bodiesOf, mapBodies, mapOperands, touched } from '../steps.ts'
import type { PlanPass } from './planPass.ts'

/** Smaller buffers of known size are not shared, and keep their names. */
const leastShared = 4096

/** The lifetime of a buffer: from the first to the last step of a list that reads or writes it. */
interface Life {
  readonly buffer: Buffer
  readonly first: number
  last: number
}

/** A buffer to share, and the lifetime of the last one placed in it. */
interface Room {
  readonly buffer: Buffer
  readonly life: Life
}

export const shareBuffers: PlanPass = {
  name: 'share-buffers',
  contract: 'buffers of equal size that are not live at the same time share memory',
  run: sharing,
}

/**
 * Makes a plan with fewer buffers: one replaces another whose last reader has run, or is the kernel that writes the new one, if it
 * reads each element before it overwrites it. A buffer that only one loop touches lives within one step of it.
 */
function sharing(plan: Plan): Plan {
  const ports = portBuffers(plan)
  const steps = shared(plan.steps, ports)
  const left = new Set([...ports, ...steps.flatMap(touched)])
  return { ...plan, steps, buffers: plan.buffers.filter(b => left.has(b)) }
}

const touchedBy = (steps: readonly Step[]): ReadonlySet<Buffer> => new Set(steps.flatMap(touched))

/** Shares the steps' own buffers: those that nothing outside touches. */
function shared(steps: readonly Step[], outside: ReadonlySet<Buffer>): readonly Step[] {
  const uses = Map.groupBy(
    steps.flatMap(step => [...touchedBy([step])]),
    buffer => buffer,
  )
  const elsewhere = (step: Step): Buffer[] =>
    touched(step).filter(b => outside.has(b) || (uses.get(b)?.length ?? 0) > 1)
  const list = steps.map(step => sharedInside(step, elsewhere(step)))
  const taken = takeovers(list, livesIn(list, outside))
  if (taken.size === 0) return list
  return list.map(step => mapOperands(step, o => ({ ...o, buffer: taken.get(o.buffer) ?? o.buffer })))
}

/** Shares the buffers inside a loop or a choice that nothing elsewhere touches; a kernel stays as it is. */
function sharedInside(step: Step, elsewhere: readonly Buffer[]): Step {
  return mapBodies(step, body => {
    const beside = bodiesOf(step).filter(other => other !== body)
    return shared(body, new Set([...elsewhere, ...touchedBy(beside.flat())]))
  })
}

/** The lifetimes of a list's own buffers, in order of their starts. */
function livesIn(steps: readonly Step[], outside: ReadonlySet<Buffer>): readonly Life[] {
  const lives = new Map<Buffer, Life>()
  steps.forEach((step, place) => {
    for (const buffer of touched(step)) {
      const life = lives.get(buffer)
      if (life !== undefined) life.last = place
      else if (!outside.has(buffer) && (asNumber(buffer.size) ?? leastShared) >= leastShared)
        lives.set(buffer, { buffer, first: place, last: place })
    }
  })
  return [...lives.values()]
}

/** Maps each buffer to the earlier one that it shares, if any. */
function takeovers(steps: readonly Step[], lives: readonly Life[]): ReadonlyMap<Buffer, Buffer> {
  const rooms = new Map<string, Room[]>()
  const taken = new Map<Buffer, Buffer>()
  for (const life of lives) {
    const kind = `${life.buffer.dtype} ${format(life.buffer.size)}`
    const alike = rooms.get(kind) ?? []
    const isFree = ({ life: { buffer, last } }: Room): boolean =>
      last < life.first || (last === life.first && replaces(steps[last], buffer, life.buffer))
    const place = alike.findIndex(isFree)
    const buffer = alike[place]?.buffer ?? life.buffer
    if (buffer !== life.buffer) taken.set(life.buffer, buffer)
    rooms.set(kind, place < 0 ? [...alike, { buffer, life }] : alike.with(place, { buffer, life }))
  }
  return taken
}

/** Tells whether a step reads of `old` only the element that its write to `made` would overwrite at the same point. */
function replaces(step: Step, old: Buffer, made: Buffer): boolean {
  if (step.kind !== 'map') return false
  const [write, ...more] = step.writes.filter(w => w.to.buffer === old || w.to.buffer === made)
  if (write?.to.buffer !== made || more.length > 0 || write.indirect !== undefined || write.accumulate === true)
    return false
  const aligned = step.program.every(i => {
    if (i.kind !== 'read' || i.from.buffer !== old) return i.kind !== 'read' || i.from.buffer !== made
    return i.indirect === undefined && sameOperand({ ...i.from, buffer: made }, write.to)
  })
  return aligned && isDense(write.to, step.domain)
}
