// Constants, sizes and positions are computed inside the kernels that read them, and get memory only where that is impossible.
import { asNumber, type Dim } from '../ir/dim.ts'
import { createProgram, type ProgramBuilder, renamed } from './instructions.ts'
import type { Instruction, MapKernel, Operand, Read, Ref } from './plan.ts'

export interface Sources {
  /** The one-instruction kernel that would write each source's buffer, by the buffer's id. */
  readonly kernels: Map<number, MapKernel>
  /** The kernels that have to run, before everything else. */
  readonly needed: MapKernel[]
}

export const newSources = (): Sources => ({ kernels: new Map(), needed: [] })

/** Schedules the kernel that writes a source's buffer, if the operand lies in one. */
export function materialized({ kernels, needed }: Sources, operand: Operand): Operand {
  const source = kernels.get(operand.buffer.id)
  if (source !== undefined && !needed.includes(source)) needed.push(source)
  return operand
}

/** Adds the read of an element to a program; an element of a source is computed instead. */
export function addRead(sources: Sources, program: ProgramBuilder, instruction: Read): Ref {
  const { from, indirect } = instruction
  const source = sources.kernels.get(from.buffer.id)
  if (source === undefined) return program.add(instruction)
  if (indirect !== undefined) return program.add({ ...instruction, from: materialized(sources, from) })
  const [made] = source.program
  return made.kind === 'position' ? addressIn(program, from) : program.add(made)
}

/** Computes the address of an element in its buffer, which an element of iota equals. */
export function addressIn(
  { algebra: a, size, position }: ProgramBuilder,
  { offset, strides }: Pick<Operand, 'offset' | 'strides'>,
): Ref {
  const number = (dim: Dim): Ref => {
    const value = asNumber(dim)
    return value === undefined ? size(dim) : a.integer(value)
  }
  const terms = strides.flatMap((stride, dim): Ref[] => {
    if (asNumber(stride) === 0) return []
    return [asNumber(stride) === 1 ? position(dim) : a.mul(position(dim), number(stride))]
  })
  if (terms.length === 0 || asNumber(offset) !== 0) terms.push(number(offset))
  return terms.reduce((x, y) => a.add(x, y))
}

/** Replaces reads of sources in a program by computing them; `name` maps old references to new ones. */
export function resolved(
  sources: Sources,
  program: readonly Instruction[],
): { program: readonly Instruction[]; name: (ref: Ref) => Ref } {
  const builder = createProgram()
  const names: Ref[] = []
  const name = (ref: Ref): Ref => names[ref]
  for (const instruction of program) {
    const mine = renamed(instruction, name)
    names.push(mine.kind === 'read' ? addRead(sources, builder, mine) : builder.add(mine))
  }
  return { program: builder.instructions, name }
}
