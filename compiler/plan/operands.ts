// Helpers on operands and kernels, for the planner and the backends.
import {
  add,
  asNumber,
  constant,
  type Dim,
  endToEnd,
  equal,
  isNeverNegative,
  multiply,
  product,
  rowMajor,
  subtract,
  symbol,
} from '../ir/dim.ts'
import type {
  Buffer,
  GemmKernel,
  Indirect,
  Instruction,
  Kernel,
  Operand,
  Plan,
  Pointwise,
  Port,
  Reduction,
  Step,
} from './plan.ts'

/** The whole of a buffer as an array of a shape. */
export const whole = (buffer: Buffer, shape: readonly Dim[]): Operand => ({
  buffer,
  offset: constant(0),
  strides: rowMajor(shape),
})

/** Tells whether the elements provably lie row-major without gaps. The stride of a dimension of size 1 does not matter. */
export function isDense(operand: Operand, shape: readonly Dim[]): boolean {
  const packed = rowMajor(shape)
  return operand.strides.every((stride, d) => asNumber(shape[d]) === 1 || equal(stride, packed[d]))
}

export const sameOperand = (a: Operand, b: Operand): boolean =>
  a.buffer === b.buffer &&
  equal(a.offset, b.offset) &&
  a.strides.length === b.strides.length &&
  a.strides.every((stride, d) => equal(stride, b.strides[d]))

/** The elements that an access may touch: an operand over dims. */
export interface Reach {
  readonly operand: Operand
  readonly dims: readonly Dim[]
}

/** The elements that an access over a domain may touch: where data choose the place, all that they could choose. */
export const reachOf = (operand: Operand, domain: readonly Dim[], indirect?: Indirect): Reach =>
  indirect === undefined
    ? { operand, dims: domain }
    : { operand: { ...operand, strides: [...operand.strides, indirect.stride] }, dims: [...domain, indirect.size] }

/** The elements of a product's factors. */
export const factorsOf = ({ batch, m, n, k, a, b }: GemmKernel): readonly Reach[] => [
  reachOf(a, [...batch, m, k]),
  reachOf(b, [...batch, k, n]),
]

/** Tells whether two accesses provably have no element in common. */
export function isApart(a: Reach, b: Reach): boolean {
  if (a.operand.buffer !== b.operand.buffer) return true
  const [x, y] = [rangeOf(a), rangeOf(b)]
  return isNeverNegative(subtract(y.start, x.end)) || isNeverNegative(subtract(x.start, y.end))
}

/** The range from the first element to one past the last; strides are never negative. */
const rangeOf = ({ operand: { offset, strides }, dims }: Reach) => ({
  start: offset,
  end: strides
    .map((stride, d) => multiply(subtract(dims[d], constant(1)), stride))
    .reduce(add, add(offset, constant(1))),
})

/** Operands that a program reads. */
export const programReads = (program: readonly Instruction[]): Operand[] =>
  program.flatMap(i => (i.kind === 'read' ? [i.from] : []))

/** The kernels of a step, including those in loops and choices inside it. */
export function kernelsOf(step: Step): Kernel[] {
  switch (step.kind) {
    case 'loop':
      return step.steps.flatMap(kernelsOf)
    case 'choice':
      return step.ways.flat().flatMap(kernelsOf)
    default:
      return [step]
  }
}

/** Tells whether a reduction adds up. */
export const isSum = ({ combine }: Pick<Reduction, 'combine'>): boolean => combine !== 'argmax' && combine.op === 'add'

/** The name of a reduction's result: `sum`, `max`. */
export const reductionName = ({ combine }: Pick<Reduction, 'combine'>): string =>
  combine === 'argmax' ? combine : { add: 'sum', mul: 'product', max: 'max', min: 'min' }[combine.op]

/** The instructions of a kernel; of a product, those of its tail. */
export const programOf = (kernel: Kernel): readonly Instruction[] =>
  kernel.kind === 'gemm' ? (kernel.tail?.program ?? []) : kernel.program

/** Operands that a step reads. */
export const readsOf = (step: Step): Operand[] =>
  kernelsOf(step).flatMap(k => [...(k.kind === 'gemm' ? [k.a, k.b] : []), ...programReads(programOf(k))])

/** Operands that a step writes. */
export const writesOf = (step: Step): Operand[] =>
  kernelsOf(step).flatMap(k => {
    if (k.kind === 'reduce') return [k.to]
    const writes = (k.kind === 'map' ? k : k.tail)?.writes ?? []
    return [...(k.kind === 'gemm' ? [k.c] : []), ...writes.map(w => w.to)]
  })

/** The buffers that a step reads or writes. */
export const touched = (step: Step): Buffer[] => [...readsOf(step), ...writesOf(step)].map(o => o.buffer)

/** Applies `change` to every operand of a step, in loops and choices inside it too. */
export function mapOperands(step: Step, change: (operand: Operand) => Operand): Step {
  const program = (list: readonly Instruction[]): Instruction[] =>
    list.map(i => (i.kind === 'read' ? { ...i, from: change(i.from) } : i))
  const elementwise = <K extends Pointwise>(kernel: K): K => ({
    ...kernel,
    program: program(kernel.program),
    writes: kernel.writes.map(w => ({ ...w, to: change(w.to) })),
  })
  switch (step.kind) {
    case 'loop':
      return { ...step, steps: step.steps.map(s => mapOperands(s, change)) }
    case 'choice': {
      const [first, second] = step.ways.map(steps => steps.map(s => mapOperands(s, change)))
      return { ...step, ways: [first, second] }
    }
    case 'gemm':
      return {
        ...step,
        a: change(step.a),
        b: change(step.b),
        c: change(step.c),
        ...(step.tail && { tail: elementwise(step.tail) }),
      }
    case 'map':
      return elementwise(step)
    case 'reduce':
      return { ...step, program: program(step.program), to: change(step.to) }
  }
}

/** The inputs of a plan by buffer, those of one buffer in order of their offsets. */
export function storedInputs(plan: Plan): ReadonlyMap<Buffer, readonly Port[]> {
  const groups = Map.groupBy(plan.inputs, port => port.operand.buffer)
  const place = ({ operand, shape }: Port) => ({ start: operand.offset, size: product(shape) })
  return new Map(
    [...groups].map(([buffer, ports]) => {
      const ordered = endToEnd(ports, place, buffer.size)
      if (ordered?.length !== ports.length) throw new Error(`the inputs in ${buffer.hint} do not lie end to end`)
      return [buffer, ordered]
    }),
  )
}

/** The sizes, offsets and strides of a step and the steps inside it. */
export function dimsOf(step: Step): Dim[] {
  switch (step.kind) {
    case 'loop':
      return [symbol(step.index), step.length, ...step.steps.flatMap(dimsOf)]
    case 'choice':
      return [step.less, step.than, ...step.ways.flat().flatMap(dimsOf)]
    case 'gemm':
      return [
        ...[...step.batch, step.m, step.n, step.k, ...[step.a, step.b, step.c].flatMap(operandDims)],
        ...(step.tail === undefined ? [] : elementwiseDims(step.tail)),
      ]
    case 'map':
      return elementwiseDims(step)
    case 'reduce':
      return [...step.domain, ...step.over, ...step.program.flatMap(instructionDims), ...operandDims(step.to)]
  }
}

const elementwiseDims = ({ domain, program, writes }: Pointwise): Dim[] => [
  ...domain,
  ...program.flatMap(instructionDims),
  ...writes.flatMap(writeDims),
]

const operandDims = (o: Operand): Dim[] => [o.offset, ...o.strides]

const indirectDims = (i: Indirect | undefined): Dim[] => (i === undefined ? [] : [i.stride, i.size])

const writeDims = (w: { to: Operand; indirect?: Indirect }): Dim[] => [
  ...operandDims(w.to),
  ...indirectDims(w.indirect),
]

function instructionDims(i: Instruction): Dim[] {
  if (i.kind === 'size') return [i.dim]
  return i.kind === 'read' ? [...operandDims(i.from), ...indirectDims(i.indirect)] : []
}
