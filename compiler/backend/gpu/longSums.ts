// Splits long folds of few results, which leave most of a device idle, into folds of parts and a fold of their results.
import { add, constant, evaluate, multiply, product, rowMajor, type Sizes } from '../../ir/dim.ts'
import type { FreshBuffer } from '../../plan/freshBuffers.ts'
import { read } from '../../plan/instructions.ts'
import type { Instruction, Operand } from '../../plan/plan.ts'
import type { Fold } from './tasks.ts'

/** Fewest terms that a thread combines. */
const fewestTerms = 64

/** Number of threads that is enough to keep a device busy. */
const enough = 2 ** 14

/** Fewest parts that make up for combining them. */
const fewestParts = 8

/** Gives the fold, or several that in sequence do the same at given sizes. */
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
  // Interleaves the parts: of n parts, each takes every n-th place. Where places are adjacent in memory, so are the threads of the parts.
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

/** The number of equal parts for a length, `most` at the most: as many as leave no rest, if that is at least half of it. */
function partsOf(length: number, most: number): number {
  const end = Math.min(length, most)
  for (let parts = end; 2 * parts >= end && parts > 0; parts--) if (length % parts === 0) return parts
  return end
}
