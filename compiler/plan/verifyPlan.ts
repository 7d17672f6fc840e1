// Checks the invariants of plans after each pass, so that an error names the pass that broke one.
import { messageOf } from '../../dsl/messageOf.ts'
import { types } from '../ir/algebra.ts'
import { type Context, opOf } from '../ir/builder.ts'
import { type Dim, sameShape, symbolsOf } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import { dimsOf } from './dimsOf.ts'
import { argsOf, programReads } from './instructions.ts'
import { factorsOf, isApart, type Reach, reachOf, sameOperand } from './operands.ts'
import type {
  Buffer,
  GemmKernel,
  Indirect,
  Instruction,
  Kernel,
  Operand,
  Plan,
  Pointwise,
  ReduceKernel,
  Step,
} from './plan.ts'
import { inputBuffers } from './ports.ts'
import { bodiesOf, touched, writesOf } from './steps.ts'
import { storedInputs } from './storedInputs.ts'

/**
 * Throws an Error that names the kernel unless: each buffer is listed once, and written before it is read; each instruction has the type
 * that its operation gives, and refers to earlier ones; operands have a stride for each dimension; written values have the type of their
 * buffer; no kernel reads an element that it writes at another point; the tail of a product leaves the product's operands alone; and the
 * index of a loop occurs only inside it.
 */
export function verifyPlan(context: Context, plan: Plan): void {
  const listed = new Set(plan.buffers)
  check(listed.size === plan.buffers.length, 'a buffer is listed twice')
  check(new Set(plan.buffers.map(b => b.id)).size === listed.size, 'two buffers have one number')
  const known = (buffer: Buffer): void => check(listed.has(buffer), `${nameOf(buffer)} is not listed`)
  for (const { operand, shape } of [...plan.inputs, ...plan.outputs]) {
    known(operand.buffer)
    check(operand.strides.length === shape.length, 'a port has a stride too many or too few')
  }
  storedInputs(plan)
  verifySteps(context, plan.steps, [], allIndices(plan.steps), known)
  const written = verifyOrder(plan.steps, new Set(inputBuffers(plan)))
  for (const { name, operand } of plan.outputs) check(written.has(operand.buffer), `output ${name} is never written`)
}

const nameOf = ({ hint, id }: Buffer): string => hint || `buffer ${id}`

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

const allIndices = (steps: readonly Step[]): string[] =>
  steps.flatMap(step => [...(step.kind === 'loop' ? [step.index] : []), ...bodiesOf(step).flatMap(allIndices)])

/** `open` are the indices of the enclosing loops, `indices` those of all loops. */
function verifySteps(
  context: Context,
  steps: readonly Step[],
  open: readonly string[],
  indices: readonly string[],
  known: (buffer: Buffer) => void,
): void {
  for (const step of steps) {
    try {
      for (const symbol of ownDims(step).flatMap(symbolsOf))
        check(open.includes(symbol) || !indices.includes(symbol), `${symbol} is the index of another loop`)
      if (step.kind === 'loop') {
        check(!open.includes(step.index), `${step.index} is the index of a loop around it as well`)
        verifySteps(context, step.steps, [...open, step.index], indices, known)
      } else if (step.kind === 'choice') {
        for (const way of step.ways) verifySteps(context, way, open, indices, known)
      } else {
        touched(step).forEach(known)
        verifyKernel(context, step)
      }
    } catch (error) {
      throw new Error(`${step.kind} ${step.hint}: ${messageOf(error)}`)
    }
  }
}

const ownDims = (step: Step): readonly Dim[] => {
  if (step.kind === 'loop') return [step.length]
  return step.kind === 'choice' ? [step.less, step.than] : dimsOf(step)
}

function verifyKernel(context: Context, kernel: Kernel): void {
  switch (kernel.kind) {
    case 'map':
      verifyPointwise(context, kernel, true)
      break
    case 'reduce':
      verifyReduce(context, kernel)
      break
    case 'gemm':
      verifyProduct(context, kernel)
  }
}

/** `ordered` says whether points that share an element run one after the other, in row-major order. */
function verifyPointwise(context: Context, kernel: Pointwise, ordered: boolean): void {
  const { domain, program, writes } = kernel
  verifyProgram(context, program, domain.length)
  for (const { value, to, indirect, accumulate } of writes) {
    const made = program[value]
    check(made !== undefined, `%${value} is not there to be written`)
    check(
      made.dtype === to.buffer.dtype,
      `${made.dtype} is written to ${nameOf(to.buffer)}, which holds ${to.buffer.dtype}`,
    )
    check(accumulate !== true || made.dtype !== 'bool', 'truth is added up')
    verifyRank(to, domain.length)
    if (indirect !== undefined) verifyIndirect(program, indirect)
  }
  for (const [from, to] of conflicts(kernel, ordered))
    check(isApart(from, to), `${nameOf(to.operand.buffer)} is read and written at other points`)
}

/**
 * Pairs of a read and a write in one buffer that are not the same element at the same point. Of points in order that data send to one
 * element, each may read what those before it have written there.
 */
const conflicts = ({ domain, program, writes }: Pointwise, ordered: boolean): (readonly [Reach, Reach])[] =>
  writes.flatMap(({ to, indirect }) =>
    program.flatMap(i => {
      if (i.kind !== 'read' || i.from.buffer !== to.buffer) return []
      const direct = i.indirect === undefined && indirect === undefined
      const together = ordered && sameIndirect(i.indirect, indirect)
      const aligned = (direct || together) && sameOperand(i.from, to)
      return aligned ? [] : [[reachOf(i.from, domain, i.indirect), reachOf(to, domain, indirect)] as const]
    }),
  )

const sameIndirect = (a: Indirect | undefined, b: Indirect | undefined): boolean =>
  a !== undefined && a.at === b?.at && sameShape([a.stride, a.size], [b.stride, b.size])

function verifyReduce(context: Context, kernel: ReduceKernel): void {
  const { domain, over, program, value, combine, to } = kernel
  verifyProgram(context, program, domain.length + over.length)
  verifyRank(to, domain.length)
  check(program[value] !== undefined, `%${value} is not there to be combined`)
  const { dtype } = program[value]
  check(dtype !== 'bool', 'truth is combined')
  check(combine !== 'argmax' || over.length === 1, 'a place is one of several dimensions')
  const made = combine === 'argmax' ? 'int' : dtype
  check(made === to.buffer.dtype, `${made} is written to ${nameOf(to.buffer)}, which holds ${to.buffer.dtype}`)
  check(!programReads(program).some(o => o.buffer === to.buffer), `${nameOf(to.buffer)} is read and written`)
}

function verifyProduct(context: Context, kernel: GemmKernel): void {
  const { batch, m, n, a, b, c, tail } = kernel
  for (const operand of [a, b, c]) {
    verifyRank(operand, batch.length + 2)
    check(operand.buffer.dtype === 'real', `${nameOf(operand.buffer)} is no real`)
  }
  const untouched = (to: Reach): void => {
    for (const factor of factorsOf(kernel))
      check(isApart(factor, to), `${nameOf(to.operand.buffer)} is a factor, and written`)
  }
  untouched(reachOf(c, [...batch, m, n]))
  if (tail === undefined) return
  verifyPointwise(context, tail, false)
  for (const { to, indirect } of tail.writes) untouched(reachOf(to, tail.domain, indirect))
}

function verifyProgram(context: Context, program: readonly Instruction[], rank: number): void {
  program.forEach((instruction, ref) => {
    for (const arg of argsOf(instruction)) check(arg >= 0 && arg < ref, `%${ref} refers to %${arg}`)
    const type = typeOf(context, program, instruction, rank)
    check(type === instruction.dtype, `%${ref} is ${type}, recorded is ${instruction.dtype}`)
  })
}

/** Infers the type of an instruction's result. */
function typeOf(context: Context, program: readonly Instruction[], i: Instruction, rank: number): DType {
  switch (i.kind) {
    case 'read':
      verifyRank(i.from, rank)
      if (i.indirect !== undefined) verifyIndirect(program, i.indirect)
      return i.from.buffer.dtype
    case 'position':
      check(i.dim >= 0 && i.dim < rank, `there is no dimension ${i.dim}`)
      return 'int'
    case 'size':
      return 'int'
    case 'constant':
      check(i.dtype !== 'int' || Number.isInteger(i.value), `${i.value} is no int`)
      check(i.dtype !== 'bool' || i.value === 0 || i.value === 1, `${i.value} is no bool`)
      return i.dtype
    case 'apply': {
      const { formula } = opOf(context, i.op)
      check(formula !== undefined, `${i.op} is not pointwise`)
      return formula(
        types,
        i.args.map(arg => program[arg].dtype),
      )
    }
  }
}

function verifyIndirect(program: readonly Instruction[], { at }: Indirect): void {
  check(program[at]?.dtype === 'int', `%${at} is no place`)
}

const verifyRank = ({ buffer, strides }: Operand, rank: number): void =>
  check(strides.length === rank, `${nameOf(buffer)} has ${strides.length} strides over ${rank} dimensions`)

/** The buffers written after some steps. Writes in loops and in both ways of a choice count: a run that skips them needs none of them. */
function verifyOrder(steps: readonly Step[], before: ReadonlySet<Buffer>): ReadonlySet<Buffer> {
  const written = new Set(before)
  for (const step of steps) {
    if (step.kind === 'loop') verifyOrder(step.steps, written)
    else if (step.kind === 'choice') for (const way of step.ways) verifyOrder(way, written)
    else {
      const read =
        step.kind === 'gemm' ? [step.a, step.b, ...programReads(step.tail?.program ?? [])] : programReads(step.program)
      const own = step.kind === 'gemm' ? [step.c.buffer] : []
      for (const { buffer } of read)
        check(
          written.has(buffer) || own.includes(buffer),
          `${step.kind} ${step.hint}: ${nameOf(buffer)} is read before it is written`,
        )
    }
    for (const { buffer } of writesOf(step)) written.add(buffer)
  }
  return written
}
