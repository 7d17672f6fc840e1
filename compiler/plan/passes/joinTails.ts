// Joins an elementwise kernel to the product whose result it alone reads, as its epilogue; the sums then need no buffer of their own.
import { type Dim, equal, product, rowMajor, sameShape } from '../../ir/dim.ts'
import { pruned, read } from '../instructions.ts'
import { factorsOf, isApart, isDense, reachOf, sameOperand } from '../operands.ts'
import type { Buffer, GemmKernel, MapKernel, Operand, Plan, Step, Write } from '../plan.ts'
import { portBuffers } from '../ports.ts'
import { mapBodies, readsOf, touched, writesOf } from '../steps.ts'
import type { PlanPass } from './planPass.ts'

export const joinTails: PlanPass = {
  name: 'join-tails',
  contract:
    'an elementwise kernel that is the only reader of a product, and overwrites none of its factors, is its tail',
  run: joined,
}

/**
 * Makes such pairs one kernel: the elementwise program becomes the product's tail. The sums need no memory of their own where the tail
 * writes to a place that neither of the two reads; a tail that only moves them there is dropped.
 */
function joined(plan: Plan): Plan {
  const ports = portBuffers(plan)
  const reads = Map.groupBy(plan.steps.flatMap(readsOf), o => o.buffer)
  const writes = Map.groupBy(plan.steps.flatMap(writesOf), o => o.buffer)
  /** Tells whether a buffer is not a port, and is written by one operand and read by one. */
  const between = (buffer: Buffer): boolean =>
    !ports.has(buffer) && writes.get(buffer)?.length === 1 && reads.get(buffer)?.length === 1
  const steps = joinedIn(plan.steps, between)
  const used = new Set(steps.flatMap(touched))
  return { ...plan, steps, buffers: plan.buffers.filter(b => ports.has(b) || used.has(b)) }
}

function joinedIn(steps: readonly Step[], between: (buffer: Buffer) => boolean): Step[] {
  const left: Step[] = []
  for (const step of steps) {
    const before = left.at(-1)
    if (step.kind === 'map' && before?.kind === 'gemm' && endsIn(before, step, between)) {
      left[left.length - 1] = withTail(before, step)
    } else left.push(mapBodies(step, inner => joinedIn(inner, between)))
  }
  return left
}

/** Tells whether a kernel reads, point by point, the result of the product before it, which nothing else reads. */
const endsIn = (gemm: GemmKernel, map: MapKernel, between: (buffer: Buffer) => boolean): boolean =>
  gemm.tail === undefined &&
  between(gemm.c.buffer) &&
  leavesFactors(gemm, map) &&
  map.program.some(i => {
    if (i.kind !== 'read' || i.indirect !== undefined || i.from.buffer !== gemm.c.buffer) return false
    const read = over(i.from, map, gemm)
    return read !== undefined && sameOperand(read, gemm.c)
  })

/** Tells whether the kernel overwrites no factor of the product, so that it may run on some points before the product is complete. */
function leavesFactors(gemm: GemmKernel, { domain, writes }: MapKernel): boolean {
  const factors = factorsOf(gemm)
  return writes.every(({ to, indirect }) => factors.every(f => isApart(f, reachOf(to, domain, indirect))))
}

const points = ({ batch, m, n }: GemmKernel): Dim[] => [...batch, m, n]

/** An operand of a kernel as an operand over the product's points; undefined if the domains do not correspond. */
function over(operand: Operand, { domain }: MapKernel, gemm: GemmKernel): Operand | undefined {
  const own = points(gemm)
  if (sameShape(domain, own)) return operand
  if (!isDense(operand, domain) || !equal(product(domain), product(own))) return undefined
  return { ...operand, strides: rowMajor(own) }
}

function withTail(gemm: GemmKernel, map: MapKernel): GemmKernel {
  const sum = map.program.findIndex(i => i.kind === 'read' && i.from.buffer === gemm.c.buffer)
  const landing = landingOf(gemm, map, sum)
  const labels = { hint: map.hint || gemm.hint, ...(map.span && { span: map.span }) }
  const { domain, program, writes } = map
  if (landing === undefined) return { ...gemm, ...labels, tail: { domain, program, writes } }
  const { write, c } = landing
  const moved = program.with(sum, read(write.to))
  const rest = writes.filter(w => w !== write || w.value !== sum)
  return { ...gemm, c, ...labels, ...(rest.length > 0 && { tail: { domain, ...pruned(moved, rest) } }) }
}

/** Finds a place where the sums may lie until the tail has run, preferably where the tail would move them anyway. */
function landingOf(
  gemm: GemmKernel,
  map: MapKernel,
  sum: number,
): { readonly write: Write; readonly c: Operand } | undefined {
  const reads = map.program.flatMap(i => (i.kind === 'read' ? [reachOf(i.from, map.domain, i.indirect)] : []))
  const kept = [...factorsOf(gemm), ...reads]
  /** Tells whether sums may be written to a place before the kernel has run for other points. */
  const isFree = (to: Operand): boolean => kept.every(o => isApart(o, reachOf(to, map.domain)))
  const found = map.writes.flatMap(write => {
    const { to, indirect, accumulate } = write
    const alone = map.writes.every(w => w === write || w.to.buffer !== to.buffer) && isFree(to)
    const c = over(to, map, gemm)
    const fits = alone && c !== undefined && to.buffer.dtype === 'real' && indirect === undefined && accumulate !== true
    return fits ? [{ write, c }] : []
  })
  return found.find(({ write }) => write.value === sum) ?? found[0]
}
