// How threads run a plan together: which piece of each kernel is whose, and where they wait for each other.
import { asNumber, constant, type Dim } from '../../ir/dim.ts'
import type { Packing, Packings } from '../../plan/packings.ts'
import type { GemmKernel, Kernel, Loop, Plan, Pointwise, Step } from '../../plan/plan.ts'
import { type Access, accessesOfMap, accessesOfPacking, accessesOfProduct, accessesOfReduction } from './accesses.ts'
import { choosePartition, type Part, type Placed } from './choosePartition.ts'
import type { Partition } from './pieces.ts'
import { type Action, placeBarriers } from './placeBarriers.ts'
import { createShares, manyElements, type Share } from './shares.ts'

/** What may be shared out, or have a barrier before it: a step, the tail of a product, an operand that is packed. */
export type Site = Step | Pointwise | Packing

export interface Team {
  readonly shares: readonly Share[]
  /** How a kernel is shared out: a product without its tail, oriented as it is computed. */
  partitionOf(site: Kernel | Pointwise): Partition
  /** How the columns of an operand are shared out as it is packed. */
  partitionOfPacking(packing: Packing): Partition
  /** Whether the threads have to wait for each other before something. */
  needsBarrierBefore(site: Site): boolean
}

export interface TeamOptions {
  readonly packings: Packings
  /** The names of the indices of all loops. */
  readonly indices: ReadonlySet<string>
  /** Gives a product as it is computed. */
  readonly orient: (product: GemmKernel) => GemmKernel
}

interface SitedPart extends Placed {
  readonly site: Kernel | Pointwise
}

/** Plans the work of a team. */
export function createTeam(plan: Plan, { packings, indices, orient }: TeamOptions): Team {
  const placed = plan.steps.flatMap(s => placedIn(s, false, orient))
  const choose = choosePartition(placed, indices)
  const shares = createShares()
  const partition = (size: Dim | undefined, dim: number | undefined): Partition =>
    size === undefined || dim === undefined ? { share: shares.of(constant(1)) } : { share: shares.of(size), dim }
  const partitions = new Map(
    placed.map(p => {
      const chosen = choose(p)
      return [p.site, partition(chosen?.size, chosen?.dim)] as const
    }),
  )
  const partitionOf = (site: Kernel | Pointwise): Partition => partitions.get(site) ?? unknown()
  const partitionOfPacking = ({ kernel: { n } }: Packing): Partition =>
    (asNumber(n) ?? 0) >= manyElements ? partition(n, 0) : partition(undefined, undefined)
  const accesses = (site: Kernel | Pointwise, part: Part): readonly Access[] => {
    if (part.kind === 'map') return accessesOfMap(part.map, partitionOf(site))
    if (part.kind === 'reduce') return accessesOfReduction(part.reduce, partitionOf(site))
    return accessesOfProduct(part.product, partitionOf(site), packed(site))
  }
  const packed = (site: Kernel | Pointwise) =>
    'kind' in site && site.kind === 'gemm' ? packings.products.get(site)?.to.buffer : undefined
  const packsBefore = (place: Loop | Plan): readonly Action<Site>[] =>
    (packings.before.get(place) ?? []).map(site => {
      return { kind: 'part', site, accesses: accessesOfPacking(site, partitionOfPacking(site)) }
    })
  const actionsOf = (step: Step): readonly Action<Site>[] => {
    switch (step.kind) {
      case 'loop':
        return [...packsBefore(step), { kind: 'loop', site: step, body: step.steps.flatMap(actionsOf) }]
      case 'choice':
        return [{ kind: 'choice', ways: step.ways.map(way => way.flatMap(actionsOf)) }]
      default:
        return partsOf(step, orient).map(({ site, part }) => ({ kind: 'part', site, accesses: accesses(site, part) }))
    }
  }
  const barriers = placeBarriers([...packsBefore(plan), ...plan.steps.flatMap(actionsOf)])
  return { shares: shares.all, partitionOf, partitionOfPacking, needsBarrierBefore: site => barriers.has(site) }
}

function unknown(): never {
  throw new Error('a kernel is not known to the team')
}

/** The parts of a kernel, each with what stands for it. */
function partsOf(
  kernel: Kernel,
  orient: TeamOptions['orient'],
): readonly { readonly site: Kernel | Pointwise; readonly part: Part }[] {
  switch (kernel.kind) {
    case 'map':
      return [{ site: kernel, part: { kind: 'map', map: kernel } }]
    case 'reduce':
      return [{ site: kernel, part: { kind: 'reduce', reduce: kernel } }]
    case 'gemm': {
      const { tail } = kernel
      const product = { site: kernel, part: { kind: 'product', product: orient(kernel) } } as const
      return tail === undefined ? [product] : [product, { site: tail, part: { kind: 'map', map: tail } }]
    }
  }
}

/** All parts of a step, in loops and choices too. */
function placedIn(step: Step, inLoop: boolean, orient: TeamOptions['orient']): readonly SitedPart[] {
  switch (step.kind) {
    case 'loop':
      return step.steps.flatMap(s => placedIn(s, true, orient))
    case 'choice':
      return step.ways.flat().flatMap(s => placedIn(s, inLoop, orient))
    default:
      return partsOf(step, orient).map(p => ({ ...p, inLoop }))
  }
}
