// Splits tasks that touch more buffers than a shader may bind into several that pass values on in temporary buffers.
import { constant, type Dim, product, rowMajor } from '../../ir/dim.ts'
import type { FreshBuffer } from '../../plan/freshBuffers.ts'
import { neededFor, pruned, read } from '../../plan/instructions.ts'
import type { Buffer, Instruction, Operand, Ref, Write } from '../../plan/plan.ts'
import { collapseMap } from '../../schedule/collapse.ts'
import type { Each, Task } from './tasks.ts'

/** Gives the task, or several that do the same, none of which touches more than `most` buffers. */
export function splitTask(task: Task, most: number, fresh: FreshBuffer): Task[] {
  if (touched(task).size <= most) return [task]
  if (task.kind === 'fold') {
    const room = most - 1
    const domain = [...task.domain, ...task.over]
    const { before, program } = slimmed({ ...task, domain }, [task.value], room, fresh)
    return [...before, { ...task, program }]
  }
  const { domain, hint } = task
  const refs = task.writes.flatMap(refsOf)
  const { before, program } = slimmed(task, refs, most - 1, fresh)
  // Writes last, from temporary buffers, to those buffers that are also read: all other parts need the old values.
  const own = new Set(readsIn(program, [...program.keys()]))
  const moves = task.writes.map(write => {
    if (!own.has(write.to.buffer)) return { write }
    const aside = laidOut(fresh(product(domain), hint), domain)
    const index = write.indirect === undefined ? undefined : laidOut(fresh(product(domain), hint), domain)
    return { write, aside, index }
  })
  const writes = moves.flatMap(({ write, aside, index }): Write[] => {
    if (aside === undefined) return [write]
    const value = { value: write.value, to: aside }
    return index === undefined || write.indirect === undefined
      ? [value]
      : [value, { value: write.indirect.at, to: index }]
  })
  const last = moves.flatMap(({ write, aside, index }): Each[] => {
    if (aside === undefined) return []
    const reads = [aside, ...(index === undefined ? [] : [index])].map(from => read(from))
    const to: Write = { ...write, value: 0, ...(write.indirect && { indirect: { ...write.indirect, at: 1 } }) }
    return [each(hint, domain, reads, [to])]
  })
  return [...before, ...groups(program, writes, most).map(g => each(hint, domain, program, g)), ...last]
}

const each = (
  hint: string,
  domain: readonly Dim[],
  program: readonly Instruction[],
  writes: readonly Write[],
): Each => ({
  kind: 'each',
  hint,
  ...collapseMap({ domain, ...pruned(program, writes) }),
})

const refsOf = (w: Write): Ref[] => [w.value, ...(w.indirect === undefined ? [] : [w.indirect.at])]

const laidOut = (buffer: Buffer, domain: readonly Dim[]): Operand => ({
  buffer,
  offset: constant(0),
  strides: rowMajor(domain),
})

/** The buffers that the computation of some values reads. */
function readsIn(program: readonly Instruction[], refs: readonly Ref[]): ReadonlySet<Buffer> {
  const needed = neededFor(program, refs)
  return new Set(program.flatMap((i, ref) => (i.kind === 'read' && needed.has(ref) ? [i.from.buffer] : [])))
}

/** The buffers that a task reads or writes. */
function touched(task: Task): ReadonlySet<Buffer> {
  const writes = task.kind === 'each' ? task.writes.map(w => w.to) : [task.to]
  return new Set([...readsIn(task.program, [...task.program.keys()]), ...writes.map(o => o.buffer)])
}

/** Groups writes that together touch few enough buffers. */
function groups(program: readonly Instruction[], writes: readonly Write[], most: number): Write[][] {
  const made: Write[][] = []
  const size = (group: readonly Write[]): number =>
    new Set([...readsIn(program, group.flatMap(refsOf)), ...group.map(w => w.to.buffer)]).size
  for (const write of writes) {
    const group = made.find(g => size([...g, write]) <= most)
    if (group === undefined) made.push([write])
    else group.push(write)
  }
  return made
}

/** Computes parts of the program in advance, so that each of some values reads `most` buffers at the most. */
function slimmed(
  { domain, hint, program: whole }: Pick<Task, 'domain' | 'hint' | 'program'>,
  refs: readonly Ref[],
  most: number,
  fresh: FreshBuffer,
): { before: Each[]; program: readonly Instruction[] } {
  const before: Each[] = []
  let program = whole
  for (;;) {
    const heavy = refs.find(ref => readsIn(program, [ref]).size > most)
    if (heavy === undefined) return { before, program }
    const sizes = program.map((_, ref) => readsIn(program, [ref]).size)
    const inside = [...neededFor(program, [heavy])].filter(ref => sizes[ref] > 1 && sizes[ref] <= most)
    const part = inside.reduce((a, b) => (sizes[b] > sizes[a] ? b : a))
    const to = laidOut(fresh(product(domain), hint), domain)
    before.push(each(hint, domain, program, [{ value: part, to }]))
    program = program.with(part, read(to))
  }
}
