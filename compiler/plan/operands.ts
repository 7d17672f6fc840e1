// Questions about operands and kernels that the planner and the backends ask.
import { asNumber, constant, type Dim, endToEnd, equal, product, rowMajor } from '../ir/dim.ts'
import type { Buffer, Instruction, Kernel, Operand, Plan, Pointwise, Port, Step } from './plan.ts'

/** The whole of a buffer as an array of a shape. */
export const whole = (buffer: Buffer, shape: readonly Dim[]): Operand => ({
  buffer,
  offset: constant(0),
  strides: rowMajor(shape),
})

/** Whether the elements provably lie row-major without gaps. The stride of a dimension of size 1 is of no account. */
export function isDense(operand: Operand, shape: readonly Dim[]): boolean {
  const packed = rowMajor(shape)
  return operand.strides.every((stride, d) => asNumber(shape[d]) === 1 || equal(stride, packed[d]))
}

export const sameOperand = (a: Operand, b: Operand): boolean =>
  a.buffer === b.buffer &&
  equal(a.offset, b.offset) &&
  a.strides.length === b.strides.length &&
  a.strides.every((stride, d) => equal(stride, b.strides[d]))

/** What a program reads. */
export const programReads = (program: readonly Instruction[]): Operand[] =>
  program.flatMap(i => (i.kind === 'read' ? [i.from] : []))

/** The kernels of a step, in the loops and choices inside it too. */
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

/** The instructions of a kernel, those of a product's tail too. */
export const programOf = (kernel: Kernel): readonly Instruction[] =>
  kernel.kind === 'gemm' ? (kernel.tail?.program ?? []) : kernel.program

/** What a step reads. */
export const readsOf = (step: Step): Operand[] =>
  kernelsOf(step).flatMap(k => [...(k.kind === 'gemm' ? [k.a, k.b] : []), ...programReads(programOf(k))])

/** What a step writes. */
export const writesOf = (step: Step): Operand[] =>
  kernelsOf(step).flatMap(k => {
    if (k.kind === 'reduce') return [k.to]
    const writes = (k.kind === 'map' ? k : k.tail)?.writes ?? []
    return [...(k.kind === 'gemm' ? [k.c] : []), ...writes.map(w => w.to)]
  })

/** The buffers that a step reads or writes. */
export const touched = (step: Step): Buffer[] => [...readsOf(step), ...writesOf(step)].map(o => o.buffer)

/** The step with every operand changed, in the loops inside it too. */
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

/** The inputs of a plan by the buffer that they lie in, those of one buffer in the order in which they lie. */
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
