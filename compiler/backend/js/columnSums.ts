// Sums over the rows of row-major data: all columns are added up side by side, in the order of memory, not one by one.
import { add, asNumber, constant, multiply } from '../../ir/dim.ts'
import { combinesColumns } from '../../plan/combinesColumns.ts'
import type { Instruction, Operand, ReduceKernel } from '../../plan/plan.ts'
import { isSum } from '../../plan/reductions.ts'
import { createNest } from './nest.ts'
import type { Writer } from './writer.ts'

/** Fewest columns that are summed side by side; fewer are as fast one by one. */
const leastColumns = 4

/** Most columns whose sums are local variables, if their number is known and little is computed for each. */
const mostVariables = 12

/** Tells whether the columns of a sum are added up side by side. */
export function sumsColumns(kernel: ReduceKernel): boolean {
  if (!isSum(kernel) || !combinesColumns(kernel)) return false
  return (asNumber(kernel.domain[kernel.domain.length - 1]) ?? leastColumns) >= leastColumns
}

/** Gives the lines that sum columns side by side. */
export function columnSumLines(kernel: ReduceKernel, writer: Writer): string[] {
  const { domain, over } = kernel
  const count = asNumber(domain[domain.length - 1])
  if (count !== undefined && count <= mostVariables && kernel.program.length <= 2)
    return fewSumLines(kernel, count, writer)
  const column = domain.length - 1
  /** Moves the last dimension of the domain to the end, inside those that are summed over. */
  const moved = <T>(list: readonly T[]): T[] => [...list.toSpliced(column, 1), list[column]]
  const place = (dim: number): number => moved([...domain, ...over].map((_, d) => d)).indexOf(dim)
  const operand = (o: Operand): Operand => ({ ...o, strides: moved(o.strides) })

  const nest = createNest(writer, moved([...domain, ...over]))
  const values = nest.compute(
    kernel.program.map(i => {
      if (i.kind === 'read') return { ...i, from: operand(i.from) }
      return i.kind === 'position' ? { ...i, dim: place(i.dim) } : i
    }),
    new Map(),
  )
  const sums = writer.local('sums')
  const i = nest.indices[nest.depth - 1]
  const length = writer.size(domain[column])
  const to = nest.address({ ...kernel.to, strides: moved([...kernel.to.strides, ...over.map(() => constant(0))]) })
  nest.before[column].push(`const ${sums} = zeros(${length})`)
  nest.before[nest.depth].push(`${sums}[${i}] += ${values[kernel.value].text}`)
  const store = `${writer.buffer(kernel.to.buffer)}[${to.text}] = ${sums}[${i}]`
  nest.after[column].push(`for (let ${i} = 0; ${i} < ${length}; ${i}++) ${store}`)
  return nest.lines()
}

/** Loops over the rows, and adds up all columns in each iteration. */
function fewSumLines({ domain, over, program, value, to }: ReduceKernel, count: number, writer: Writer): string[] {
  const column = domain.length - 1
  const nest = createNest(writer, [...domain.slice(0, column), ...over])
  /** The operand restricted to one column. */
  const at = (o: Operand, j: number): Operand => ({
    ...o,
    offset: add(o.offset, multiply(o.strides[column], constant(j))),
    strides: o.strides.toSpliced(column, 1),
  })
  const ofColumn = (i: Instruction, j: number): Instruction => {
    if (i.kind === 'read') return { ...i, from: at(i.from, j) }
    if (i.kind !== 'position') return i
    if (i.dim === column) return { kind: 'constant', dtype: 'int', value: j }
    return { ...i, dim: i.dim > column ? i.dim - 1 : i.dim }
  }
  for (let j = 0; j < count; j++) {
    const sum = writer.local(`sum${j}`)
    const values = nest.compute(
      program.map(i => ofColumn(i, j)),
      new Map(),
    )
    nest.before[column].push(`let ${sum} = 0`)
    nest.before[nest.depth].push(`${sum} += ${values[value].text}`)
    nest.after[column].push(`${writer.buffer(to.buffer)}[${nest.address(at(to, j)).text}] = ${sum}`)
  }
  return nest.lines()
}

/** The text of `zeros`. */
export const zerosText = `\
// Room for sums in doubles, until the next call.
function zeros(count) {
  if (room.sums.length < count) room.sums = new Float64Array(count)
  return room.sums.fill(0, 0, count)
}

const room = { sums: new Float64Array(0) }
`

/** The names that the text defines. */
export const zerosNames: readonly string[] = ['zeros', 'room']
