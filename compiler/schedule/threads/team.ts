// How threads run a plan together: which piece of each kernel is whose, and where they meet.
import { asNumber, constant, type Dim } from '../../ir/dim.ts'
import type { Packing, Packings } from '../../plan/packings.ts'
import type { GemmKernel, Kernel, Loop, Plan, Pointwise, Step } from '../../plan/plan.ts'
import { type Access, accessesOfMap, accessesOfPacking, accessesOfProduct, accessesOfReduction } from './accesses.ts'
import { chooser, type Part, type Placed } from './cuts.ts'
import { type Doing, meetingsIn } from './meetings.ts'
import type { Cut } from './pieces.ts'
import { createShares, manyElements, type Share } from './shares.ts'

/** What may be shared out, or be met before: a step, the tail of a product, an operand that is packed. */
export type Mark = Step | Pointwise | Packing

export interface Team {
  readonly shares: readonly Share[]
  /** How a kernel is shared out: a product without its tail, its operands exchanged as it is computed. */
  cutOf(mark: Kernel | Pointwise): Cut
  /** How the columns of an operand are shared out as it is packed. */
  cutOfPacking(packing: Packing): Cut
  /** Whether the threads meet before something. */
  meetsBefore(mark: Mark): boolean
}

export interface TeamOptions {
  readonly packings: Packings
  /** The names of the indices of all loops. */
  readonly indices: ReadonlySet<string>
  /** A product as it is computed. */
  readonly computed: (product: GemmKernel) => GemmKernel
}

interface Marked extends Placed {
  readonly mark: Kernel | Pointwise
}

/** Plans the work of a team. */
export function createTeam(plan: Plan, { packings, indices, computed }: TeamOptions): Team {
  const placed = plan.steps.flatMap(s => placedIn(s, false, computed))
  const choose = chooser(placed, indices)
  const shares = createShares()
  const cut = (size: Dim | undefined, dim: number | undefined): Cut =>
    size === undefined || dim === undefined ? { share: shares.of(constant(1)) } : { share: shares.of(size), dim }
  const cuts = new Map(
    placed.map(p => {
      const chosen = choose(p)
      return [p.mark, cut(chosen?.size, chosen?.dim)] as const
    }),
  )
  const cutOf = (mark: Kernel | Pointwise): Cut => cuts.get(mark) ?? unknown()
  const cutOfPacking = ({ kernel: { n } }: Packing): Cut =>
    (asNumber(n) ?? 0) >= manyElements ? cut(n, 0) : cut(undefined, undefined)
  const accesses = (mark: Kernel | Pointwise, part: Part): readonly Access[] => {
    if (part.kind === 'map') return accessesOfMap(part.map, cutOf(mark))
    if (part.kind === 'reduce') return accessesOfReduction(part.reduce, cutOf(mark))
    return accessesOfProduct(part.product, cutOf(mark), packed(mark))
  }
  const packed = (mark: Kernel | Pointwise) =>
    'kind' in mark && mark.kind === 'gemm' ? packings.products.get(mark)?.to.buffer : undefined
  const packsBefore = (place: Loop | Plan): readonly Doing<Mark>[] =>
    (packings.before.get(place) ?? []).map(mark => {
      return { kind: 'part', mark, accesses: accessesOfPacking(mark, cutOfPacking(mark)) }
    })
  const doings = (step: Step): readonly Doing<Mark>[] => {
    switch (step.kind) {
      case 'loop':
        return [...packsBefore(step), { kind: 'loop', mark: step, body: step.steps.flatMap(doings) }]
      case 'choice':
        return [{ kind: 'choice', ways: step.ways.map(way => way.flatMap(doings)) }]
      default:
        return partsOf(step, computed).map(({ mark, part }) => ({ kind: 'part', mark, accesses: accesses(mark, part) }))
    }
  }
  const meetings = meetingsIn([...packsBefore(plan), ...plan.steps.flatMap(doings)])
  return { shares: shares.all, cutOf, cutOfPacking, meetsBefore: mark => meetings.has(mark) }
}

function unknown(): never {
  throw new Error('a kernel is not known to the team')
}

/** The parts of a kernel, each with what stands for it. */
function partsOf(
  kernel: Kernel,
  computed: TeamOptions['computed'],
): readonly { readonly mark: Kernel | Pointwise; readonly part: Part }[] {
  switch (kernel.kind) {
    case 'map':
      return [{ mark: kernel, part: { kind: 'map', map: kernel } }]
    case 'reduce':
      return [{ mark: kernel, part: { kind: 'reduce', reduce: kernel } }]
    case 'gemm': {
      const { tail } = kernel
      const product = { mark: kernel, part: { kind: 'product', product: computed(kernel) } } as const
      return tail === undefined ? [product] : [product, { mark: tail, part: { kind: 'map', map: tail } }]
    }
  }
}

/** All parts of a step, in loops and choices too. */
function placedIn(step: Step, inLoop: boolean, computed: TeamOptions['computed']): readonly Marked[] {
  switch (step.kind) {
    case 'loop':
      return step.steps.flatMap(s => placedIn(s, true, computed))
    case 'choice':
      return step.ways.flat().flatMap(s => placedIn(s, inLoop, computed))
    default:
      return partsOf(step, computed).map(p => ({ ...p, inLoop }))
  }
}
