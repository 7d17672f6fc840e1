// Chooses the dimension of each kernel that the threads share out.
import { asNumber, type Dim, format, symbolsOf } from '../../ir/dim.ts'
import { parallelMapDims } from '../../plan/parallelDims.ts'
import type { GemmKernel, Pointwise, ReduceKernel } from '../../plan/plan.ts'
import { manyElements } from './shares.ts'

/** Constant dimensions of fewer elements stay whole. */
const leastElements = 8

/** A dimension of a kernel that may be shared out. */
export interface Candidate {
  readonly dim: number
  readonly size: Dim
}

/** What is shared out as one. The tail of a product is a part of its own. */
export type Part =
  | { readonly kind: 'map'; readonly map: Pointwise }
  | { readonly kind: 'reduce'; readonly reduce: ReduceKernel }
  | { readonly kind: 'product'; readonly product: GemmKernel }

/** A kernel's part, and whether a loop is around it. */
export interface Placed {
  readonly part: Part
  readonly inLoop: boolean
}

/**
 * The dimensions that may be shared out without any result changing, the outermost first. `indices` are those of loops, on which no piece
 * may depend.
 */
function candidates(part: Part, indices: ReadonlySet<string>): readonly Candidate[] {
  const fixed = ({ size }: Candidate): boolean => symbolsOf(size).every(s => !indices.has(s))
  // A dimension of a few elements would leave threads without any.
  const isLong = ({ size }: Candidate): boolean => (asNumber(size) ?? leastElements) >= leastElements
  return parallelCandidates(part).filter(c => fixed(c) && isLong(c))
}

/** The dimensions along which no result depends on another. */
function parallelCandidates(part: Part): readonly Candidate[] {
  switch (part.kind) {
    case 'map':
      return parallelMapDims(part.map).map(dim => ({ dim, size: part.map.domain[dim] }))
    case 'reduce':
      return part.reduce.domain.map((size, dim) => ({ dim, size }))
    case 'product': {
      const { batch, m, n } = part.product
      const rows = [...batch, m].map((size, dim) => ({ dim, size }))
      // A piece has whole vectors of columns: each is computed by the same instructions as by one thread, to the last bit.
      return (asNumber(n) ?? 0) >= manyElements ? [...rows, { dim: rows.length, size: n }] : rows
    }
  }
}

/** Gives what chooses for each part of a plan. */
export function choosePartition(parts: readonly Placed[], indices: ReadonlySet<string>) {
  const votes = votesIn(parts, indices)
  return ({ part, inLoop }: Placed): Candidate | undefined => {
    const found = candidates(part, indices)
    if (inLoop) return best(found, c => votes.get(format(c.size)) ?? 0)
    if (part.kind === 'product') return best(found, c => asNumber(c.size) ?? Number.POSITIVE_INFINITY)
    // Batches before weights, and those batches that loops go through as well.
    return best(found, c => (asNumber(c.size) === undefined ? (votes.get(format(c.size)) ?? 0) : 0))
  }
}

/** How many kernels in loops may share out a dimension: where all choose the same, none waits for another. */
function votesIn(parts: readonly Placed[], indices: ReadonlySet<string>): ReadonlyMap<string, number> {
  const votes = new Map<string, number>()
  for (const { part, inLoop } of parts) {
    if (!inLoop) continue
    const sizes = new Set(candidates(part, indices).map(c => format(c.size)))
    for (const size of sizes) votes.set(size, (votes.get(size) ?? 0) + 1)
  }
  return votes
}

/** The first of those with the greatest score. */
const best = (list: readonly Candidate[], score: (c: Candidate) => number): Candidate | undefined =>
  list.reduce<Candidate | undefined>((a, b) => (a === undefined || score(b) > score(a) ? b : a), undefined)
