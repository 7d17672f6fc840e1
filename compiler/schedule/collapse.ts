// Makes loops fewer and longer: drops dimensions of size 1, and merges neighbours over which every operand is contiguous.
import { asNumber, type Dim, equal, multiply } from '../ir/dim.ts'
import { programReads } from '../plan/instructions.ts'
import type { Instruction, Operand, Pointwise, ReduceKernel } from '../plan/plan.ts'

/** The old dimensions that each new one is made of. */
type Grouping = readonly (readonly number[])[]

/** Gives the same kernel over as few dimensions as its operands allow. */
export function collapseMap(kernel: Pointwise): Pointwise {
  const operands = [...programReads(kernel.program), ...kernel.writes.map(w => w.to)]
  const groups = grouping(kernel.domain, 0, operands, positionsIn(kernel.program))
  return {
    domain: sizes(kernel.domain, groups),
    program: kernel.program.map(i => regrouped(i, groups)),
    writes: kernel.writes.map(w => ({ ...w, to: merged(w.to, groups) })),
  }
}

/** Gives the same kernel over as few dimensions as its operands allow; an argmax keeps the dimension that it counts. */
export function collapseReduce(kernel: ReduceKernel): ReduceKernel {
  const rank = kernel.domain.length
  const reads = programReads(kernel.program)
  const fixed = positionsIn(kernel.program)
  const outer = grouping(kernel.domain, 0, [...reads, kernel.to], fixed)
  const inner =
    kernel.combine === 'argmax' ? kernel.over.map((_, d) => [rank + d]) : grouping(kernel.over, rank, reads, fixed)
  const all = [...outer, ...inner]
  return {
    ...kernel,
    domain: sizes(kernel.domain, outer),
    over: inner.map(group => group.map(d => kernel.over[d - rank]).reduce(multiply)),
    program: kernel.program.map(i => regrouped(i, all)),
    to: merged(kernel.to, outer),
  }
}

const positionsIn = (program: readonly Instruction[]): ReadonlySet<number> =>
  new Set(program.flatMap(i => (i.kind === 'position' ? [i.dim] : [])))

const sizes = (domain: readonly Dim[], groups: Grouping): Dim[] =>
  groups.map(group => group.map(d => domain[d]).reduce(multiply))

/** Groups dimensions `first`, `first + 1`, …, of sizes `domain`, into runs that loop as one; drops those of size 1. */
function grouping(
  domain: readonly Dim[],
  first: number,
  operands: readonly Operand[],
  fixed: ReadonlySet<number>,
): number[][] {
  const groups: number[][] = []
  domain.forEach((size, i) => {
    const d = first + i
    if (asNumber(size) === 1) return
    const before = groups.at(-1)?.at(-1)
    const joins =
      before !== undefined &&
      !fixed.has(before) &&
      !fixed.has(d) &&
      operands.every(o => equal(o.strides[before], multiply(o.strides[d], size)))
    if (joins) groups.at(-1)?.push(d)
    else groups.push([d])
  })
  return groups
}

const merged = (operand: Operand, groups: Grouping): Operand => ({
  ...operand,
  strides: groups.map(group => operand.strides[group[group.length - 1]]),
})

function regrouped(instruction: Instruction, groups: Grouping): Instruction {
  if (instruction.kind === 'read') return { ...instruction, from: merged(instruction.from, groups) }
  if (instruction.kind !== 'position') return instruction
  const dim = groups.findIndex(group => group.includes(instruction.dim))
  return dim < 0 ? { kind: 'constant', dtype: 'int', value: 0 } : { ...instruction, dim }
}
