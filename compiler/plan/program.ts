// A kernel's program under construction: equal instructions are one, and what is never written is left out at the end.
import { type Dim, format } from '../ir/dim.ts'
import type { Instruction, Operand, Ref, Write } from './plan.ts'

export interface ProgramBuilder {
  readonly instructions: readonly Instruction[]
  /** The number of an instruction equal to this one, which is new if there was none. */
  add(instruction: Instruction): Ref
}

export function createProgram(): ProgramBuilder {
  const instructions: Instruction[] = []
  const known = new Map<string, Ref>()
  return {
    instructions,
    add: instruction => {
      const key = keyOf(instruction)
      const before = known.get(key)
      if (before !== undefined) return before
      known.set(key, instructions.length)
      return instructions.push(instruction) - 1
    },
  }
}

/** The instruction with its references renamed. */
export function renamed(instruction: Instruction, name: (ref: Ref) => Ref): Instruction {
  switch (instruction.kind) {
    case 'read': {
      const { indirect } = instruction
      return indirect === undefined ? instruction : { ...instruction, indirect: { ...indirect, at: name(indirect.at) } }
    }
    case 'apply':
      return { ...instruction, args: instruction.args.map(name) }
    case 'position':
    case 'constant':
    case 'size':
      return instruction
  }
}

/** The write with its references renamed. */
export const renamedWrite = (write: Write, name: (ref: Ref) => Ref): Write => ({
  ...write,
  value: name(write.value),
  ...(write.indirect && { indirect: { ...write.indirect, at: name(write.indirect.at) } }),
})

/** The earlier instructions that one refers to. */
export function argsOf(instruction: Instruction): readonly Ref[] {
  if (instruction.kind === 'apply') return instruction.args
  return instruction.kind === 'read' && instruction.indirect !== undefined ? [instruction.indirect.at] : []
}

/** The program without the instructions that no write needs. */
export function pruned(
  program: readonly Instruction[],
  writes: readonly Write[],
): { program: Instruction[]; writes: Write[] } {
  const needed = new Set<Ref>()
  const need = (ref: Ref): void => {
    if (needed.has(ref)) return
    needed.add(ref)
    argsOf(program[ref]).forEach(need)
  }
  for (const w of writes) {
    need(w.value)
    if (w.indirect !== undefined) need(w.indirect.at)
  }
  const kept = program.map((_, ref) => ref).filter(ref => needed.has(ref))
  const places = new Map(kept.map((ref, place) => [ref, place]))
  const name = (ref: Ref): Ref => places.get(ref) ?? ref
  return {
    program: kept.map(ref => renamed(program[ref], name)),
    writes: writes.map(w => renamedWrite(w, name)),
  }
}

const dimsKey = (dims: readonly Dim[]): string => dims.map(d => format(d)).join()

const operandKey = ({ buffer, offset, strides }: Operand): string =>
  `${buffer.id}@${format(offset)}[${dimsKey(strides)}]`

function keyOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'read': {
      const { from, indirect } = instruction
      return `${operandKey(from)}${indirect ? `${indirect.at}*${dimsKey([indirect.stride, indirect.size])}` : ''}`
    }
    case 'position':
      return `position ${instruction.dim}`
    case 'constant':
      return `constant ${Object.is(instruction.value, -0) ? '-0' : instruction.value}`
    case 'size':
      return `size ${format(instruction.dim)}`
    case 'apply':
      return `${instruction.op} ${instruction.args.join()}`
  }
}
