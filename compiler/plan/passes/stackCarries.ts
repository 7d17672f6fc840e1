// Places a carry whose every step a loop stores in the stack of these steps: a step reads one slot and writes the next.
import { add, constant, type Dim, equal, multiply, product, symbol, symbolsOf } from '../../ir/dim.ts'
import { type FreshBuffer, freshBuffers } from '../freshBuffers.ts'
import { pruned } from '../instructions.ts'
import { isDense, sameOperand } from '../operands.ts'
import type { Buffer, Loop, MapKernel, Operand, Step, Write } from '../plan.ts'
import { portBuffers } from '../ports.ts'
import { mapBodies, mapOperands, readsOf, touched, writesOf } from '../steps.ts'
import type { PlanPass } from './planPass.ts'

/**
 * A carry needs no place of its own if a loop over T stacks it as it enters each step (`h`), as it leaves (`h'`), or both: one buffer
 * of T + 1 slots holds all of them.
 */
export const stackCarries: PlanPass = {
  name: 'stack-carries',
  contract: 'a carry whose steps a loop stacks is stored in that stack, with one more slot',
  run: plan => {
    const ports = portBuffers(plan)
    const counts = countsOf(plan.steps)
    const steps = stackedIn(plan.steps, buffer => !ports.has(buffer), counts, freshBuffers(plan))
    const used = [...ports, ...steps.flatMap(touched)]
    return { ...plan, steps, buffers: [...new Set(used)].sort((a, b) => a.id - b.id) }
  },
}

/** Counts how often each buffer is read or written. */
const countsOf = (steps: readonly Step[]): ReadonlyMap<Buffer, number> =>
  new Map([...Map.groupBy(steps.flatMap(touched), b => b)].map(([buffer, list]) => [buffer, list.length]))

function stackedIn(
  given: readonly Step[],
  isFree: (buffer: Buffer) => boolean,
  counts: ReadonlyMap<Buffer, number>,
  fresh: FreshBuffer,
): readonly Step[] {
  let steps: readonly Step[] = given.map(step => mapBodies(step, body => stackedIn(body, isFree, counts, fresh)))
  // Equal counts mean that nothing outside these steps touches a buffer. Stacks made below remove buffers, and are not carries.
  const own = countsOf(steps)
  const isOwn = (buffer: Buffer): boolean => isFree(buffer) && own.get(buffer) === counts.get(buffer)
  for (let place = 0; place < steps.length; place++) {
    const loop = steps[place]
    if (loop.kind !== 'loop') continue
    for (const carry of carriesOf(loop)) {
      const stack = isOwn(carry) ? stackOf(steps, place, carry, isOwn) : undefined
      if (stack !== undefined) steps = withStack(steps, place, stack, fresh)
    }
  }
  return steps
}

/** Candidates for carries: buffers that a map in the loop writes at the same place in each step. */
function carriesOf({ steps, index }: Loop): ReadonlySet<Buffer> {
  const stays = ({ offset }: Operand): boolean => !symbolsOf(offset).includes(index)
  return new Set(
    steps.flatMap(s => (s.kind === 'map' ? s.writes.flatMap(w => (stays(w.to) ? [w.to.buffer] : [])) : [])),
  )
}

/** A carry and the stacks that it will lie in, at least one. */
interface Stack {
  readonly carry: Buffer
  /** The stack of the carry as it leaves each step. */
  readonly left?: Buffer
  /** The stack of the carry as it enters each step. */
  readonly entered?: Buffer
}

/** The stacks of a carry of the loop at a place; undefined if the buffer is not a carry, or is never stacked. */
function stackOf(
  around: readonly Step[],
  place: number,
  carry: Buffer,
  isOwn: (buffer: Buffer) => boolean,
): Stack | undefined {
  const loop = around[place]
  if (loop.kind !== 'loop') return undefined
  const writers = loop.steps.flatMap((step, i) => (writesOf(step).some(o => o.buffer === carry) ? [i] : []))
  const [last] = writers
  const writer = loop.steps[last]
  const write = writer.kind === 'map' ? onlyWrite(writer, carry) : undefined
  if (writers.length !== 1 || writer.kind !== 'map' || write === undefined || !covers(write, writer, carry.size))
    return undefined
  // A read after the write would see the new value, so the buffer would not be the old carry throughout.
  if (loop.steps.slice(last + 1).some(step => reads(step, carry))) return undefined
  const begins = around
    .slice(0, place)
    .some(step => step.kind === 'map' && step.writes.some(w => w.to.buffer === carry && covers(w, step, carry.size)))
  if (!begins) return undefined
  const slot = multiply(symbol(loop.index), carry.size)
  const isStack = (buffer: Buffer): boolean =>
    isOwn(buffer) &&
    equal(buffer.size, multiply(loop.length, carry.size)) &&
    writesOf(loop).filter(o => o.buffer === buffer).length === 1 &&
    !around.slice(0, place).some(step => touched(step).includes(buffer)) &&
    !around.slice(place + 1).some(step => writesOf(step).some(o => o.buffer === buffer))
  /** The slot of this step in a stack, for an operand of the carry. */
  const inSlot = (o: Operand): Operand => ({ ...o, offset: add(o.offset, slot) })
  const alike = (a: Operand, b: Operand): boolean => sameOperand({ ...a, buffer: b.buffer }, b)
  const left = [
    // Either the kernel writes the value to both the stack and the carry, or it copies it from the stack to the carry.
    ...writer.writes.filter(w => w.value === write.value && w !== write).map(w => w.to),
    ...writer.program
      .slice(write.value, write.value + 1)
      .flatMap(i => (i.kind === 'read' && i.indirect === undefined ? [i.from] : [])),
  ].find(o => o.buffer !== carry && alike(o, inSlot(write.to)) && isStack(o.buffer))
  const entered = loop.steps.slice(0, last + 1).flatMap(step =>
    step.kind !== 'map'
      ? []
      : step.writes.flatMap(w => {
          const i = step.program[w.value]
          const copies = i.kind === 'read' && i.indirect === undefined && i.from.buffer === carry
          const fits = copies && w.indirect === undefined && w.accumulate !== true && alike(w.to, inSlot(i.from))
          return fits && covers(w, step, carry.size) && isStack(w.to.buffer) ? [w.to] : []
        }),
  )[0]
  if (left === undefined && entered === undefined) return undefined
  return { carry, ...(left && { left: left.buffer }), ...(entered && { entered: entered.buffer }) }
}

/** The only write of a kernel to a buffer, if it neither depends on data nor accumulates. */
function onlyWrite({ writes }: MapKernel, buffer: Buffer): Write | undefined {
  const [write, ...more] = writes.filter(w => w.to.buffer === buffer)
  return more.length > 0 || write.indirect !== undefined || write.accumulate === true ? undefined : write
}

/** Tells whether a write fills a buffer, or a slot, of that size, densely in row-major order. */
const covers = ({ to }: Write, { domain }: MapKernel, size: Dim): boolean =>
  isDense(to, domain) && equal(product(domain), size)

const reads = (step: Step, buffer: Buffer): boolean => readsOf(step).some(o => o.buffer === buffer)

/** Moves the carry of the loop at a place, and its stacks, into one buffer of a slot more. */
function withStack(
  around: readonly Step[],
  place: number,
  { carry, left, entered }: Stack,
  fresh: FreshBuffer,
): readonly Step[] {
  const loop = around[place]
  if (loop.kind !== 'loop') return around
  const { size } = carry
  const { length, reverse } = loop
  const stack = left ?? entered ?? carry
  const whole = fresh(multiply(add(length, constant(1)), size), carry.hint || stack.hint, stack.dtype)
  const index = symbol(loop.index)
  const next = add(index, constant(1))
  const zero = constant(0)
  /** Moves operands of the carry to `slot`, and operands of the stacks by one slot or none: leaving values lie one slot after entering ones. */
  const change = (slot: Dim) => (o: Operand) => {
    const shift = (by: Dim): Operand => ({ ...o, buffer: whole, offset: add(o.offset, multiply(by, size)) })
    if (o.buffer === carry) return shift(slot)
    if (o.buffer === left) return shift(reverse ? zero : constant(1))
    return o.buffer === entered ? shift(reverse ? constant(1) : zero) : o
  }
  const inside = loop.steps.flatMap((step): Step[] => {
    const moved = mapOperands(step, change(reverse ? next : index))
    if (step.kind !== 'map' || moved.kind !== 'map') return [moved]
    const writes = step.writes.flatMap((w, i): Write[] => {
      const write = moved.writes[i]
      if (w.to.buffer === entered) return []
      if (w.to.buffer !== carry) return [write]
      return left === undefined ? [{ ...write, to: change(reverse ? index : next)(w.to) }] : []
    })
    return writes.length === 0 ? [] : [{ ...moved, ...pruned(moved.program, writes) }]
  })
  const [first, end] = reverse ? [length, zero] : [zero, length]
  return [
    ...around.slice(0, place).map(step => mapOperands(step, change(first))),
    { ...loop, steps: inside } satisfies Loop,
    ...around.slice(place + 1).map(step => mapOperands(step, change(end))),
  ]
}
