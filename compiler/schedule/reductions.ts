// Schedules a reduction: along the rows of memory by vectors, several columns at once, or one by one.
import { apply, bind, constant, int, lane, loop, read, set, store, when } from '../code/build.ts'
import type { Expr, Local, Statement } from '../code/code.ts'
import { asNumber, constant as dimOf } from '../ir/dim.ts'
import { programReads } from '../plan/operands.ts'
import type { Monoid, Operand, ReduceKernel } from '../plan/plan.ts'
import { collapseReduce } from './collapse.ts'
import { hasLanes, liesTogether } from './lanewise.ts'
import { byVectors } from './maps.ts'
import { createNest, type Nest, type Value } from './nest.ts'
import { combined, type Partial, partialResult, type Result, resultOf } from './results.ts'
import { lanesOf } from './target.ts'
import type { Writer } from './writer.ts'

/** The statements of a reduction. */
export function reduceStatements(kernel: ReduceKernel, writer: Writer): readonly Statement[] {
  const reduction = collapseReduce(kernel)
  const { combine, over } = reduction
  const none = (): readonly Statement[] => startStatements(reduction, writer)
  if (over.some(d => asNumber(d) === 0)) return none()
  const some = over.filter(d => asNumber(d) === undefined).map(d => apply('lt', [int(0), writer.size(d)]))
  const all =
    combine === 'argmax'
      ? argmaxStatements(reduction, writer)
      : sumsColumns(reduction, writer)
        ? columnStatements(reduction, combine, writer)
        : rowStatements(reduction, combine, writer)
  return some.length === 0
    ? all
    : [
        when(
          some.reduce((x, y) => apply('and', [x, y])),
          all,
          none(),
        ),
      ]
}

/** Stores what a reduction starts from. */
function startStatements({ domain, to, combine }: ReduceKernel, writer: Writer): readonly Statement[] {
  const nest = createNest(writer, domain)
  const start = combine === 'argmax' ? 0 : combine.start
  const type = to.buffer.dtype === 'real' ? writer.shared.target.real : 'i32'
  const body = nest.inside(false, () => nest.add(store(nest.place(to).address, constant(type, start))))
  const { depth, indices } = nest
  return nest.close(depth === 0 ? body : [loop(indices[depth - 1], int(0), writer.size(domain[depth - 1]), body)])
}

const number = ({ number }: Value): Expr => {
  if (number === undefined) throw new Error('a term differs from lane to lane')
  return number
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
  const result = resultOf(combine, kernel.to.buffer.dtype, writer)
  const padded = kernel.over.length === 0 ? program.map(i => widened(i)) : program
  nest.before[outer].push(bind(result.local, constant(result.local.type, combine.start)))
  const one = (): readonly Statement[] =>
    nest.inside(false, () => nest.add(result.add(number(nest.compute(padded)[value]))))
  const end = writer.size(over[over.length - 1])
  const address = nest.place(within({ ...kernel, over })).address
  const body = goesByVectors(kernel, writer)
    ? lanewise(nest, kernel, combine, { writer, result, end, one })
    : [loop(nest.indices[last], int(0), end, one())]
  nest.after[outer].push(store(address, result.value))
  return nest.close(body)
}

/** An instruction over one more dimension, of size 1. */
function widened<I extends ReduceKernel['program'][number]>(i: I): ReduceKernel['program'][number] {
  return i.kind === 'read' ? { ...i, from: { ...i.from, strides: [...i.from.strides, dimOf(0)] } } : i
}

function goesByVectors({ domain, over, program, value }: ReduceKernel, { shared: { target } }: Writer): boolean {
  const dim = domain.length + over.length - 1
  const { count } = lanesOf(target)
  return (
    over.length > 0 &&
    program[value].dtype === 'real' &&
    (asNumber(over[over.length - 1]) ?? count) >= count &&
    hasLanes(program, dim) &&
    liesTogether(program, dim)
  )
}

interface Row {
  readonly writer: Writer
  readonly result: Result
  readonly end: Expr
  readonly one: () => readonly Statement[]
}

/** Combines lanes side by side, then the rest one by one, and at last the lanes. */
function lanewise(
  nest: Nest,
  kernel: ReduceKernel,
  combine: Monoid,
  { writer, result, end, one }: Row,
): readonly Statement[] {
  const { program, value, domain } = kernel
  const part = partialResult(combine, writer)
  const outer = domain.length
  for (const p of part.locals) nest.before[outer].push(bind(p, writer.constant(p.type, combine.start)))
  const vectors = (): readonly Statement[] =>
    nest.inside(true, () => {
      for (const s of part.add(nest.vector(nest.compute(program)[value]))) nest.add(s)
    })
  const { count } = lanesOf(writer.shared.target)
  const body = byVectors(nest, count, end, vector => (vector ? vectors() : one()))
  for (const p of part.locals) {
    for (let k = 0; k < (p.type === 'f32x4' ? 4 : 2); k++) {
      const both = combined(combine, read(result.local), lane(read(p), k))
      nest.after[outer].push(set(result.local, both))
    }
  }
  return body
}

/** Whether neighbours in memory belong to different results. */
function sumsColumns({ domain, over, program, to, value }: ReduceKernel, { shared: { target } }: Writer): boolean {
  const column = domain.length - 1
  const { count } = lanesOf(target)
  if (column < 0 || over.length === 0 || program[value].dtype !== 'real') return false
  if ((asNumber(domain[column]) ?? count) < count || asNumber(to.strides[column]) !== 1) return false
  const strides = programReads(program).map(({ strides: s }) => [s[column], s[s.length - 1]].map(asNumber))
  return (
    hasLanes(program, column) && strides.some(([along]) => along === 1) && strides.every(([, across]) => across !== 1)
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
  const many = nest.name(0, 'many', apply('and', [end, int(-wide * count)]))
  const whole = nest.name(0, 'whole', apply('and', [end, int(-count)]))
  return nest.close([
    loop(index, int(0), many, block(wide), wide * count),
    loop(index, many, whole, block(1), count),
    loop(index, whole, end, block(0)),
  ])
}

interface Block {
  readonly nest: Nest
  readonly writer: Writer
  /** How many vectors of columns; 0 for a single column. */
  readonly vectors: number
}

/** The results of one block of columns. */
function columns(kernel: ReduceKernel, combine: Monoid, { nest, writer, vectors }: Block): readonly Statement[] {
  const { program, value, domain } = kernel
  const level = domain.length
  const bytes = 16
  const begin = (locals: readonly Local[]): void => {
    for (const l of locals) nest.before[level].push(bind(l, writer.constant(l.type, combine.start)))
  }
  return nest.inside(vectors > 0, () => {
    const { address } = nest.place(within(kernel))
    if (vectors === 0) {
      const result = resultOf(combine, 'real', writer)
      begin([result.local])
      nest.add(result.add(number(nest.compute(program)[value])))
      nest.after[level].push(store(address, result.value))
      return
    }
    const parts: Partial[] = Array.from({ length: vectors }, () => partialResult(combine, writer))
    parts.forEach((part, shift) => {
      begin(part.locals)
      for (const s of part.add(nest.vector(nest.compute(program, shift)[value]))) nest.add(s)
      nest.after[level].push(store(address, part.value, bytes * shift))
    })
  })
}

function argmaxStatements(kernel: ReduceKernel, writer: Writer): readonly Statement[] {
  const { domain, over, program, value } = kernel
  const nest = createNest(writer, [...domain, ...over])
  const outer = domain.length
  const type = program[value].dtype === 'real' ? writer.shared.target.real : 'i32'
  const [best, at] = [writer.fresh('best', type), writer.fresh('result', 'i32')]
  nest.before[outer].push(bind(best, constant(type, 0)), bind(at, int(0)))
  const { address } = nest.place(within(kernel))
  const index = nest.indices[outer]
  const body = nest.inside(false, () => {
    const term = number(nest.compute(program)[value])
    const better = apply('or', [apply('eq', [read(index), int(0)]), apply('lt', [read(best), term])])
    nest.add(when(better, [set(best, term), set(at, read(index))]))
  })
  nest.after[outer].push(store(address, read(at)))
  return nest.close([loop(index, int(0), writer.size(over[0]), body)])
}
