// Loop fission: gives each long function of a map an innermost loop of its own, as the constants of several, inlined one
// after the other, do not fit in registers, and each is then twice as slow.
import { add, apply, bind, int, load, loop, mul, read, select, store, sub } from '../code/build.ts'
import type { Expr, Statement } from '../code/code.ts'
import { asNumber } from '../ir/dim.ts'
import { neededFor, writtenRefs } from '../plan/instructions.ts'
import type { Instruction, Pointwise, Ref } from '../plan/plan.ts'
import { bytesAlong } from './addresses.ts'
import { compute, type Part, vectorValue } from './compute.ts'
import { inlines } from './functions.ts'
import { addTo, inside, type Nest } from './nest.ts'
import type { Target } from './target.ts'
import { operationsOf, varying } from './vectorizable.ts'

/** Elements that go through all loops before the next: what is saved between the loops stays in the first cache. */
const chunk = 256

/** Fewest elements along the innermost dimension for which several loops are worth their beginnings. */
const least = 32

/** The instructions that have loops of their own: all long functions but the last, which stays with what uses it. */
export function fissionedRefs({ domain, program }: Pointwise, target: Target): readonly Ref[] {
  const dim = domain.length - 1
  const varies = varying(program, dim)
  const isLong = (i: Instruction, ref: Ref): boolean =>
    varies[ref] && i.kind === 'apply' && operationsOf(i).some(op => inlines(op, target.real))
  if ((asNumber(domain[dim]) ?? least) < least) return []
  return program.flatMap((i, ref) => (isLong(i, ref) ? [ref] : [])).slice(0, -1)
}

interface Fission {
  /** The instructions that have loops of their own. */
  readonly refs: readonly Ref[]
  /** Where the last whole vector ends. */
  readonly whole: Expr
  /** The body of the last loop. */
  readonly last: (part: Part) => readonly Statement[]
}

/** The loops over all whole vectors: each saves its results for the later ones, and for `last`, the loop that writes. */
export function fissionedLoops(nest: Nest, { program, writes }: Pointwise, { refs, whole, last }: Fission): Statement {
  const { writer, lanes, axis, indices } = nest
  const bytes = 16 / lanes.count
  const [from, to] = ['from', 'to'].map(wish => writer.fresh(wish, 'i32'))
  const rooms = refs.map((_, k) => writer.fresh(`saved${k}`, 'i32'))
  const placeOf = (k: number): Expr => add(read(rooms[k]), bytesAlong(nest, bytes))
  const partOf = (asked: readonly Ref[], before: number): Part => {
    const earlier = refs.slice(0, before)
    const saved = new Map(earlier.map((ref, k) => [ref, () => load(lanes.real, placeOf(k))] as const))
    return { wanted: neededFor(program, asked, earlier), saved }
  }
  const bodyOf = (ref: Ref, k: number): readonly Statement[] =>
    inside(nest, true, () => {
      const values = compute(nest, program, { part: partOf([ref], k) })
      addTo(nest, store(placeOf(k), vectorValue(nest, values[ref])))
    })
  const bodies = [...refs.map(bodyOf), last(partOf(writtenRefs(writes), refs.length))]
  const end = add(read(from), int(chunk))
  // A place is saved at the room's start plus what it lies behind the chunk's start.
  const starts = rooms.map(l => bind(l, sub(writer.room(l.name, chunk * bytes), mul(read(from), int(bytes)))))
  const loops = bodies.map(body => loop(indices[axis], read(from), read(to), body, lanes.count))
  const body = [bind(to, select(end, whole, apply('lt', [end, whole]))), ...starts, ...loops]
  return loop(from, int(0), whole, body, chunk)
}
