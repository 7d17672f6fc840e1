// Walks over steps: the kernels inside them, what these read and write, and changes to all of it.
import { programReads } from './instructions.ts'
import type { Buffer, Instruction, Kernel, Operand, Pointwise, Step } from './plan.ts'

/** The lists of steps inside a step: a loop has one, a choice two, a kernel none. */
export function bodiesOf(step: Step): readonly (readonly Step[])[] {
  if (step.kind === 'loop') return [step.steps]
  return step.kind === 'choice' ? step.ways : []
}

/** Changes each list of steps inside a step; a kernel stays as it is. */
export function mapBodies(step: Step, change: (steps: readonly Step[]) => readonly Step[]): Step {
  if (step.kind === 'loop') return { ...step, steps: change(step.steps) }
  if (step.kind !== 'choice') return step
  const [first, second] = step.ways
  return { ...step, ways: [change(first), change(second)] }
}

/** The kernels of a step, including those in loops and choices inside it. */
export const kernelsOf = (step: Step): Kernel[] =>
  step.kind === 'loop' || step.kind === 'choice' ? bodiesOf(step).flat().flatMap(kernelsOf) : [step]

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
    case 'choice':
      return mapBodies(step, steps => steps.map(s => mapOperands(s, change)))
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
