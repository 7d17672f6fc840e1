// Long folds of few results, in which most of a device would be idle, as folds of parts whose results are then combined.
import { add, constant, evaluate, multiply, product, rowMajor, type Sizes } from '../../ir/dim.ts'
import { read } from '../../plan/instructions.ts'
import type { Instruction, Operand } from '../../plan/plan.ts'
import type { FreshBuffer } from './splitTask.ts'
import type { Fold } from './tasks.ts'

/** A thread combines at least so many things. */
const fewestTerms = 64

/** So many threads are enough. */
const enough = 2 ** 14

/** Fewer parts than these do not make up for combining them. */
const fewestParts = 8

/** The fold, or several that do the same at given sizes, one after the other. */
export function splitLong(task: Fold, sizes: Sizes, fresh: FreshBuffer): readonly Fold[] {
  const { scatter: _, ...plain } = task
  const { domain, over, program, combine, hint } = plain
  const lengths = over.map(d => evaluate(d, sizes))
  const [results, terms] = [evaluate(product(domain), sizes), lengths.reduce((n, l) => n * l, 1)]
  const longest = Math.max(...lengths)
  const along = lengths.indexOf(longest)
  const dim = domain.length + along
  const counted = program.some(i => i.kind === 'position' && i.dim === dim)
  const parts = partsOf(longest, Math.floor(Math.min(terms / fewestTerms, enough / Math.max(1, results))))
  if (combine === 'argmax' || counted || parts < fewestParts) return [task]
  const each = Math.floor(longest / parts)
  const left = longest - parts * each
  const slots = constant(parts + Math.sign(left))
  // A part has every so-manieth place. Where these are neighbours in memory, the threads of the parts are neighbours too.
  const at = program.some(i => i.kind === 'read' && evaluate(i.from.strides[dim], sizes) === 1) ? domain.length : 0
  const shape = domain.toSpliced(at, 0, slots)
  const partial: Operand = {
    buffer: fresh(product(shape), hint),
    offset: constant(0),
    strides: rowMajor(shape),
  }
  const [slot, inSlot] = [partial.strides[at], partial.strides.toSpliced(at, 1)]
  const changed = (change: (i: Instruction & { kind: 'read' | 'position' }) => Instruction): Instruction[] =>
    program.map(i => (i.kind === 'read' || i.kind === 'position' ? change(i) : i))
  const first: Fold = {
    ...plain,
    domain: domain.toSpliced(at, 0, constant(parts)),
    over: over.with(along, constant(each)),
    program: changed(i => {
      if (i.kind === 'position') return { ...i, dim: i.dim < at ? i.dim : i.dim + 1 }
      const { strides } = i.from
      const apart = strides.with(dim, multiply(constant(parts), strides[dim]))
      return { ...i, from: { ...i.from, strides: apart.toSpliced(at, 0, strides[dim]) } }
    }),
    to: partial,
    add: false,
  }
  const rest: Fold = {
    ...plain,
    over: over.with(along, constant(left)),
    program: changed(i => {
      if (i.kind === 'position') return i
      const before = multiply(constant(parts * each), i.from.strides[dim])
      return { ...i, from: { ...i.from, offset: add(i.from.offset, before) } }
    }),
    to: { ...partial, offset: multiply(constant(parts), slot), strides: inSlot },
    add: false,
  }
  const whole: Fold = {
    ...plain,
    over: [slots],
    program: [read({ ...partial, strides: [...inSlot, slot] })],
    value: 0,
  }
  return [first, ...(left === 0 ? [] : [rest]), whole]
}

/** How many parts of one length, `most` at the most, a length is cut into: as many as leave no rest, if that is at least half of it. */
function partsOf(length: number, most: number): number {
  const end = Math.min(length, most)
  for (let parts = end; 2 * parts >= end && parts > 0; parts--) if (length % parts === 0) return parts
  return end
}
