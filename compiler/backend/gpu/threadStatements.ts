// Writes the instructions of a program as statements of a thread: a variable for each value that is no name or number.
import { type Dim, evaluate, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { applyFormula } from '../../ir/ops/applyFormula.ts'
import type { Instruction, Operand, Ref } from '../../plan/plan.ts'
import { leaf, print } from '../expression.ts'
import { kernelAlgebra } from './kernelAlgebra.ts'

export const times = (by: number): string => (by === 1 ? '' : ` * ${by}`)

/** The terms that some indices add to an operand's offset. */
export const terms = ({ strides }: Operand, indices: readonly string[], sizes: Sizes): string[] =>
  strides.flatMap((stride, d) => {
    const by = evaluate(stride, sizes)
    return by === 0 || indices[d] === '0' ? [] : [`${indices[d]}${times(by)}`]
  })

/** How far before and behind an offset a read may go. */
export type Reach = readonly [before: number, behind: number]

/** Gives names to the arguments of a kernel. */
export interface Names {
  /** The array that holds an operand, and the operand's offset in it. */
  read(operand: Operand, reach: Reach): readonly [array: string, start: string]
  /** A number that differs between the steps of a loop. */
  number(dim: Dim): string
}

/** A thread on its way to code. */
export interface Thread {
  readonly sizes: Sizes
  readonly names: Names
  /** The lengths of the loops around an instruction, those of the domain first. */
  readonly extents: readonly number[]
  /** Gives the name of a further variable. */
  readonly variable: () => string
}

/** Statements, and the names or numbers that stand for the values which they have computed. */
export interface Code {
  readonly lines: string[]
  readonly values: Map<Ref, string>
}

/** Instructions of a program, those that are to be computed. */
export interface Needed {
  readonly program: readonly Instruction[]
  readonly needed: ReadonlySet<Ref>
}

/** Adds the statements for instructions at some indices, but for those whose values are known. */
export function compute(thread: Thread, { program, needed }: Needed, indices: readonly string[], code: Code): void {
  program.forEach((instruction, ref) => {
    if (needed.has(ref) && !code.values.has(ref)) code.values.set(ref, textOf(thread, instruction, indices, code))
  })
}

/** The name or number of a value. Throws a plain Error where it is not computed yet. */
export function nameOf(values: ReadonlyMap<Ref, string>, ref: Ref): string {
  const found = values.get(ref)
  if (found === undefined) throw new Error(`instruction ${ref} has no value`)
  return found
}

/** Adds a variable for an expression, and gives its name. */
export function define(thread: Thread, lines: string[], text: string): string {
  const name = thread.variable()
  lines.push(`const ${name} = ${text};`)
  return name
}

/** The code of a number. */
export const numberText = (value: number): string => kernelAlgebra.constant(value).text([])

/** One element of an operand, at the indices and the terms `further` behind them, which add `most` at the most. */
export function elementText(
  { sizes, names, extents }: Thread,
  operand: Operand,
  indices: readonly string[],
  further: readonly string[] = [],
  most = 0,
): string {
  const far = [...operand.strides.map((s, d) => evaluate(s, sizes) * Math.max(0, extents[d] - 1)), most]
  const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0)
  const [array, start] = names.read(operand, [sum(far.filter(n => n < 0)), sum(far.filter(n => n > 0))])
  return `${array}[${[start, ...terms(operand, indices, sizes), ...further].join(' + ')}]`
}

/** The name or number of an instruction's value, after the statements that it needs. */
function textOf(thread: Thread, i: Instruction, indices: readonly string[], { lines, values }: Code): string {
  const { sizes, names } = thread
  const named = (text: string): string => (/^\w+$/.test(text) && !/^\d/.test(text) ? text : define(thread, lines, text))
  switch (i.kind) {
    case 'constant':
      return numberText(i.value)
    case 'size':
      // Passes a size that contains a loop's index as an argument: it differs between steps.
      return symbolsOf(i.dim).every(name => Object.hasOwn(sizes, name))
        ? numberText(evaluate(i.dim, sizes))
        : named(`0.0 + ${names.number(i.dim)}`)
    case 'position':
      return named(`0.0 + ${indices[i.dim]}`)
    case 'read': {
      if (i.indirect === undefined) return named(elementText(thread, i.from, indices))
      // Reads the first place for an index that is out of range, and ignores the value.
      const index = named(`0.0 + ${nameOf(values, i.indirect.at)}`)
      const size = evaluate(i.indirect.size, sizes)
      const exists = `${index} >= 0 && ${index} < ${size}`
      const inside = named(`${exists} ? ${index} : 0`)
      const by = evaluate(i.indirect.stride, sizes)
      const further = `whole(${inside})${times(by)}`
      const value = named(elementText(thread, i.from, indices, [further], by * Math.max(0, size - 1)))
      return named(`${exists} ? ${value} : 0`)
    }
    case 'apply': {
      const args = i.args.map(a => leaf(nameOf(values, a)))
      const made = print(applyFormula(i.op, kernelAlgebra, args), named)
      return /^[\w.]+$/.test(made) ? made : named(made)
    }
  }
}
