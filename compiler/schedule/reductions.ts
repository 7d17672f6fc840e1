// Schedules a reduction: along the rows of memory by vectors, several columns at once, or one by one.
import { apply, bind, constant, int, lane, loop, read, set, store, when } from '../code/build.ts'
import type { Expr, Local, Statement } from '../code/code.ts'
import { asNumber, constant as dimOf } from '../ir/dim.ts'
import { combinesColumns } from '../plan/combinesColumns.ts'
import type { Monoid, Operand, ReduceKernel } from '../plan/plan.ts'
import { type Accumulator, accumulatorOf, combined, type VectorAccumulator, vectorAccumulator } from './accumulators.ts'
import { placeOf } from './addresses.ts'
import { collapseReduce } from './collapse.ts'
import { compute, vectorValue } from './compute.ts'
import { byVectors } from './maps.ts'
import { addTo, close, closePlain, createNest, inside, type Nest, name, whereSome } from './nest.ts'
import { lanesOf, scalarOf, type Target } from './target.ts'
import { numberOf } from './values.ts'
import { canVectorize, isVectorized } from './vectorizable.ts'
import type { Writer } from './writer.ts'

/** The statements of a reduction. */
export function reduceStatements(kernel: ReduceKernel, writer: Writer): readonly Statement[] {
  const reduction = collapseReduce(kernel)
  const { combine, over } = reduction
  const all =
    combine === 'argmax'
      ? argmaxStatements(reduction, writer)
      : isVectorizedByColumns(reduction, writer.shared.target)
        ? columnStatements(reduction, combine, writer)
        : rowStatements(reduction, combine, writer)
  return whereSome(over, writer, all, startStatements(reduction, writer))
}

/** Stores what a reduction starts from. */
function startStatements({ domain, to, combine }: ReduceKernel, writer: Writer): readonly Statement[] {
  const nest = createNest(writer, domain)
  const start = combine === 'argmax' ? 0 : combine.start
  const type = scalarOf(writer.shared.target, to.buffer.dtype)
  const body = inside(nest, false, () => addTo(nest, store(placeOf(nest, to).address, constant(type, start))))
  return closePlain(nest, body)
}

/** The place of a result, beside the dimensions that are combined. */
const within = ({ to, over }: ReduceKernel): Operand => ({
  ...to,
  strides: [...to.strides, ...over.map(() => dimOf(0))],
})

/** One result after the other. */
function rowStatements(kernel: ReduceKernel, combine: Monoid, writer: Writer): readonly Statement[] {
  const { domain, program, value } = kernel
  // A result of no dimension at all is one of a single term.
  const over = kernel.over.length === 0 ? [dimOf(1)] : kernel.over
  const nest = createNest(writer, [...domain, ...over])
  const outer = domain.length
  const last = nest.depth - 1
  const result = accumulatorOf(combine, kernel.to.buffer.dtype, writer)
  const padded = kernel.over.length === 0 ? program.map(i => widened(i)) : program
  nest.before[outer].push(bind(result.local, constant(result.local.type, combine.start)))
  const one = (): readonly Statement[] =>
    inside(nest, false, () => addTo(nest, result.add(numberOf(compute(nest, padded)[value]))))
  const end = writer.size(over[over.length - 1])
  const address = placeOf(nest, within({ ...kernel, over })).address
  const body = isRowVectorized(kernel, writer.shared.target)
    ? rowByVectors(nest, kernel, combine, { writer, result, end, one })
    : [loop(nest.indices[last], int(0), end, one())]
  nest.after[outer].push(store(address, result.value))
  return close(nest, body)
}

/** An instruction over one more dimension, of size 1. */
function widened<I extends ReduceKernel['program'][number]>(i: I): ReduceKernel['program'][number] {
  return i.kind === 'read' ? { ...i, from: { ...i.from, strides: [...i.from.strides, dimOf(0)] } } : i
}

function isRowVectorized({ domain, over, program, value }: ReduceKernel, target: Target): boolean {
  const last = over.at(-1)
  if (last === undefined || program[value].dtype !== 'real') return false
  return isVectorized(program, domain.length + over.length - 1, last, target)
}

interface Row {
  readonly writer: Writer
  readonly result: Accumulator
  readonly end: Expr
  readonly one: () => readonly Statement[]
}

/** Combines lanes side by side, then the rest one by one, and at last the lanes. */
function rowByVectors(
  nest: Nest,
  kernel: ReduceKernel,
  combine: Monoid,
  { writer, result, end, one }: Row,
): readonly Statement[] {
  const { program, value, domain } = kernel
  const part = vectorAccumulator(combine, writer)
  const outer = domain.length
  for (const p of part.locals) nest.before[outer].push(bind(p, writer.constant(p.type, combine.start)))
  const vectors = (): readonly Statement[] =>
    inside(nest, true, () => {
      for (const s of part.add(vectorValue(nest, compute(nest, program)[value]))) addTo(nest, s)
    })
  const body = byVectors(nest, end, vector => (vector ? vectors() : one()))
  for (const p of part.locals) {
    for (let k = 0; k < (p.type === 'f32x4' ? 4 : 2); k++) {
      const both = combined(combine, read(result.local), lane(read(p), k))
      nest.after[outer].push(set(result.local, both))
    }
  }
  return body
}

/** Whether columns are combined by vectors. */
function isVectorizedByColumns(kernel: ReduceKernel, target: Target): boolean {
  if (!combinesColumns(kernel)) return false
  const { domain, program, to, value } = kernel
  const column = domain.length - 1
  const { count } = lanesOf(target)
  return (
    program[value].dtype === 'real' &&
    (asNumber(domain[column]) ?? count) >= count &&
    asNumber(to.strides[column]) === 1 &&
    canVectorize(program, column)
  )
}

/** How many vectors of columns are combined side by side. */
const wide = 4

/** Combines columns side by side, going through the rows for each block of them; the last columns one by one. */
function columnStatements(kernel: ReduceKernel, combine: Monoid, writer: Writer): readonly Statement[] {
  const { domain, over } = kernel
  const column = domain.length - 1
  const { count } = lanesOf(writer.shared.target)
  const nest = createNest(writer, [...domain, ...over], column)
  const end = writer.size(domain[column])
  const index = nest.indices[column]
  const block = (vectors: number): readonly Statement[] => columns(kernel, combine, { nest, writer, vectors })
  const many = name(nest, 0, 'many', apply('and', [end, int(-wide * count)]))
  const whole = name(nest, 0, 'whole', apply('and', [end, int(-count)]))
  return close(nest, [
    loop(index, int(0), many, block(wide), wide * count),
    loop(index, many, whole, block(1), count),
    loop(index, whole, end, block(0)),
  ])
}

interface ColumnBlock {
  readonly nest: Nest
  readonly writer: Writer
  /** How many vectors of columns; 0 for a single column. */
  readonly vectors: number
}

/** The results of one block of columns. */
function columns(kernel: ReduceKernel, combine: Monoid, { nest, writer, vectors }: ColumnBlock): readonly Statement[] {
  const { program, value, domain } = kernel
  const level = domain.length
  const bytes = 16
  const begin = (locals: readonly Local[]): void => {
    for (const l of locals) nest.before[level].push(bind(l, writer.constant(l.type, combine.start)))
  }
  return inside(nest, vectors > 0, () => {
    const { address } = placeOf(nest, within(kernel))
    if (vectors === 0) {
      const result = accumulatorOf(combine, 'real', writer)
      begin([result.local])
      addTo(nest, result.add(numberOf(compute(nest, program)[value])))
      nest.after[level].push(store(address, result.value))
      return
    }
    const parts: VectorAccumulator[] = Array.from({ length: vectors }, () => vectorAccumulator(combine, writer))
    parts.forEach((part, shift) => {
      begin(part.locals)
      for (const s of part.add(vectorValue(nest, compute(nest, program, { shift })[value]))) addTo(nest, s)
      nest.after[level].push(store(address, part.value, bytes * shift))
    })
  })
}

function argmaxStatements(kernel: ReduceKernel, writer: Writer): readonly Statement[] {
  const { domain, over, program, value } = kernel
  const nest = createNest(writer, [...domain, ...over])
  const outer = domain.length
  const type = scalarOf(writer.shared.target, program[value].dtype)
  const [best, at] = [writer.fresh('best', type), writer.fresh('result', 'i32')]
  nest.before[outer].push(bind(best, constant(type, 0)), bind(at, int(0)))
  const { address } = placeOf(nest, within(kernel))
  const index = nest.indices[outer]
  const body = inside(nest, false, () => {
    const term = numberOf(compute(nest, program)[value])
    const better = apply('or', [apply('eq', [read(index), int(0)]), apply('lt', [read(best), term])])
    addTo(nest, when(better, [set(best, term), set(at, read(index))]))
  })
  nest.after[outer].push(store(address, read(at)))
  return close(nest, [loop(index, int(0), writer.size(over[0]), body)])
}
