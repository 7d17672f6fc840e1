// Questions about operands and kernels that the planner and the backends ask.
import { add, asNumber, constant, type Dim, equal, product, rowMajor } from '../ir/dim.ts'
import type { Buffer, Instruction, Operand, Plan, Port, Step } from './plan.ts'

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

/** What a step reads, in the loops inside it too. */
export function readsOf(step: Step): Operand[] {
  switch (step.kind) {
    case 'loop':
      return step.steps.flatMap(readsOf)
    case 'choice':
      return step.ways.flat().flatMap(readsOf)
    case 'gemm':
      return [step.a, step.b]
    case 'map':
    case 'reduce':
      return programReads(step.program)
  }
}

/** What a step writes, in the loops inside it too. */
export function writesOf(step: Step): Operand[] {
  switch (step.kind) {
    case 'loop':
      return step.steps.flatMap(writesOf)
    case 'choice':
      return step.ways.flat().flatMap(writesOf)
    case 'gemm':
      return [step.c]
    case 'map':
      return step.writes.map(w => w.to)
    case 'reduce':
      return [step.to]
  }
}

/** The step with every operand changed, in the loops inside it too. */
export function mapOperands(step: Step, change: (operand: Operand) => Operand): Step {
  const program = (list: readonly Instruction[]): Instruction[] =>
    list.map(i => (i.kind === 'read' ? { ...i, from: change(i.from) } : i))
  switch (step.kind) {
    case 'loop':
      return { ...step, steps: step.steps.map(s => mapOperands(s, change)) }
    case 'choice': {
      const [first, second] = step.ways.map(steps => steps.map(s => mapOperands(s, change)))
      return { ...step, ways: [first, second] }
    }
    case 'gemm':
      return { ...step, a: change(step.a), b: change(step.b), c: change(step.c) }
    case 'map':
      return {
        ...step,
        program: program(step.program),
        writes: step.writes.map(w => ({ ...w, to: change(w.to) })),
      }
    case 'reduce':
      return { ...step, program: program(step.program), to: change(step.to) }
  }
}

/** The inputs of a plan by the buffer that they lie in, those of one buffer in the order in which they lie. */
export function storedInputs(plan: Plan): ReadonlyMap<Buffer, readonly Port[]> {
  const groups = Map.groupBy(plan.inputs, port => port.operand.buffer)
  return new Map([...groups].map(([buffer, ports]) => [buffer, endToEnd(ports)]))
}

function endToEnd(ports: readonly Port[]): readonly Port[] {
  const left = [...ports]
  const ordered: Port[] = []
  let end = constant(0)
  while (left.length > 0) {
    const place = left.findIndex(port => equal(port.operand.offset, end))
    if (place < 0) throw new Error(`no input of ${left[0].operand.buffer.hint} begins where the one before it ends`)
    const [next] = left.splice(place, 1)
    ordered.push(next)
    end = add(end, product(next.shape))
  }
  return ordered
}
