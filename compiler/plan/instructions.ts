// Builds a kernel's program: equal instructions are merged, and those that no write needs are pruned at the end.
import { type Algebra, algebraBy, typeOf } from '../ir/algebra.ts'
import { type Dim, format } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import type { PlainOp } from '../ir/ops/schemas.ts'
import type { Indirect, Instruction, Operand, Read, Ref, Write } from './plan.ts'

export interface ProgramBuilder {
  readonly instructions: readonly Instruction[]
  /** Returns the number of an equal instruction, adding it if there is none. */
  add(instruction: Instruction): Ref
  read(from: Operand, indirect?: Indirect): Ref
  position(dim: number): Ref
  size(dim: Dim): Ref
  /** Adds a pointwise op of the op table, which need not be an operation of the algebra. */
  apply(op: PlainOp, dtype: DType, args: readonly Ref[]): Ref
  /** The scalar algebra whose operations add instructions. */
  readonly algebra: Algebra<Ref>
}

/** Creates a program, empty or continuing `start`. */
export function createProgram(start: readonly Instruction[] = []): ProgramBuilder {
  const instructions: Instruction[] = [...start]
  const known = new Map(start.map((instruction, ref) => [keyOf(instruction), ref] as const).toReversed())
  const add = (instruction: Instruction): Ref => {
    const key = keyOf(instruction)
    const before = known.get(key)
    if (before !== undefined) return before
    known.set(key, instructions.length)
    return instructions.push(instruction) - 1
  }
  const apply: ProgramBuilder['apply'] = (op, dtype, args) => add({ kind: 'apply', dtype, op, args })
  return {
    instructions,
    add,
    read: (from, indirect) => add(read(from, indirect)),
    position: dim => add({ kind: 'position', dtype: 'int', dim }),
    size: dim => add({ kind: 'size', dtype: 'int', dim }),
    apply,
    algebra: algebraBy(
      {
        constant: value => add({ kind: 'constant', dtype: 'real', value }),
        integer: value => add({ kind: 'constant', dtype: 'int', value }),
      },
      op =>
        (...args) =>
          apply(
            op,
            typeOf(
              op,
              args.map(ref => instructions[ref].dtype),
            ),
            args,
          ),
    ),
  }
}

/** Reads an element. */
export const read = (from: Operand, indirect?: Indirect): Read => ({
  kind: 'read',
  dtype: from.buffer.dtype,
  from,
  ...(indirect && { indirect }),
})

/** The constant 0 in the type of an operand's buffer. */
export const zero = ({ buffer: { dtype } }: Operand): Instruction => ({ kind: 'constant', dtype, value: 0 })

/** Renames the references of an instruction. */
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

/** Renames the references of a write. */
export const renamedWrite = (write: Write, name: (ref: Ref) => Ref): Write => ({
  ...write,
  value: name(write.value),
  ...(write.indirect && { indirect: { ...write.indirect, at: name(write.indirect.at) } }),
})

/** Operands that a program reads. */
export const programReads = (program: readonly Instruction[]): Operand[] =>
  program.flatMap(i => (i.kind === 'read' ? [i.from] : []))

/** The earlier instructions that an instruction refers to. */
export function argsOf(instruction: Instruction): readonly Ref[] {
  if (instruction.kind === 'apply') return instruction.args
  return instruction.kind === 'read' && instruction.indirect !== undefined ? [instruction.indirect.at] : []
}

/** The instructions that some values depend on, these included; those on which `known` ones depend are not needed. */
export function neededFor(
  program: readonly Instruction[],
  refs: readonly Ref[],
  known: readonly Ref[] = [],
): ReadonlySet<Ref> {
  const needed = new Set<Ref>()
  const need = (ref: Ref): void => {
    if (needed.has(ref)) return
    needed.add(ref)
    if (!known.includes(ref)) argsOf(program[ref]).forEach(need)
  }
  refs.forEach(need)
  return needed
}

/** The values that writes read. */
export const writtenRefs = (writes: readonly Write[]): readonly Ref[] =>
  writes.flatMap(w => (w.indirect === undefined ? [w.value] : [w.value, w.indirect.at]))

/** The program without the instructions that no write needs. */
export function pruned(
  program: readonly Instruction[],
  writes: readonly Write[],
): { program: Instruction[]; writes: Write[] } {
  const needed = neededFor(program, writtenRefs(writes))
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

/** A key that is equal for instructions that compute the same in the same type. */
function keyOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'read': {
      const { from, indirect } = instruction
      return `${operandKey(from)}${indirect ? `${indirect.at}*${dimsKey([indirect.stride, indirect.size])}` : ''}`
    }
    case 'position':
      return `position ${instruction.dim}`
    case 'constant': {
      const { value, dtype } = instruction
      return `${dtype} ${Object.is(value, -0) ? '-0' : value}`
    }
    case 'size':
      return `size ${format(instruction.dim)}`
    case 'apply':
      return `${instruction.dtype} ${instruction.op} ${instruction.args.join()}`
  }
}
