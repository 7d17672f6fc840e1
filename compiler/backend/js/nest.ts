// Writes nested loops: every line stands at the outermost level at which all that it uses is known.

import { asNumber, type Dim } from '../../ir/dim.ts'
import { applyFormula } from '../../ir/ops/applyFormula.ts'
import type { Indirect, Instruction, Operand, Ref } from '../../plan/plan.ts'
import { leaf, literal, print } from '../expression.ts'
import type { Writer } from './writer.ts'

/** An expression, and the number of loops that it stands inside. */
export interface Placed {
  readonly text: string
  readonly level: number
}

export interface Nest {
  readonly depth: number
  /** The loop variables, outermost first. */
  readonly indices: readonly string[]
  /** Lines inside the first `level` loops, before the next loop. */
  readonly before: string[][]
  /** Lines inside the first `level` loops, after the next loop. */
  readonly after: string[][]
  /** The address of an operand's element in its buffer. */
  address(operand: Operand): Placed
  /** The address of an element whose index `at` is data, in an operand at `place`, and the test that the index is in range. */
  indirect(by: Indirect, at: Placed, place: Placed): { readonly exists: string; readonly there: string }
  /** Computes a program, and gives the value of each instruction; `wishes` are preferred names of results. */
  compute(program: readonly Instruction[], wishes: ReadonlyMap<Ref, string>): readonly Placed[]
  lines(): string[]
}

/** Loops over `domain`, outermost first. */
export function createNest(writer: Writer, domain: readonly Dim[]): Nest {
  const before: string[][] = [[], ...domain.map((): string[] => [])]
  const after: string[][] = [[], ...domain.map((): string[] => [])]
  const indices = domain.map(() => writer.local(...'ijklmnpq'))
  const scopes: Scopes = { writer, indices, before, known: new Map() }
  const ends = domain.map(dim => named(scopes, 0, writer.size(dim), 'end'))
  const from = (level: number): string[] => {
    const inner = level < domain.length ? loop(level) : []
    return [...before[level], ...inner, ...after[level]]
  }
  const loop = (level: number): string[] => {
    const i = indices[level]
    return [`for (let ${i} = 0; ${i} < ${ends[level]}; ${i}++) {`, ...from(level + 1).map(l => `  ${l}`), '}']
  }
  return {
    depth: domain.length,
    indices,
    before,
    after,
    address: operand => address(scopes, operand),
    indirect: (by, at, place) => indirect(scopes, by, at, place),
    compute: (program, wishes) => compute(scopes, program, wishes),
    lines: () => from(0),
  }
}

/** The loops as scopes of names: what is named at a level is known at the inner ones. */
interface Scopes extends Pick<Nest, 'indices' | 'before'> {
  readonly writer: Writer
  /** The names of expressions, by level and text. */
  readonly known: Map<string, string>
}

/** Names an expression at a level; the same expression gets the same name. */
function named({ writer, before, known }: Scopes, level: number, text: string, wish: string): string {
  if (/^[\w$]+$/.test(text)) return text
  const key = `${level} ${text}`
  const name = known.get(key) ?? writer.local(wish)
  if (!known.has(key)) before[level].push(`const ${name} = ${text}`)
  known.set(key, name)
  return name
}

function address(scopes: Scopes, { offset, strides }: Operand): Placed {
  const { writer, indices } = scopes
  const moving = strides.flatMap((stride, d) => (asNumber(stride) === 0 ? [] : [d]))
  let text = asNumber(offset) === 0 ? '' : named(scopes, 0, writer.size(offset), 'start')
  let level = 0
  for (const d of moving) {
    const stride = strides[d]
    const term = asNumber(stride) === 1 ? indices[d] : `${indices[d]} * ${writer.factor(stride)}`
    text = text === '' ? term : `${text} + ${term}`
    level = d + 1
    if (d !== moving.at(-1)) text = named(scopes, level, text, 'row')
  }
  return { text: text === '' ? '0' : text, level }
}

function indirect(
  scopes: Scopes,
  { stride, size }: Indirect,
  at: Placed,
  place: Placed,
): { exists: string; there: string } {
  const { writer } = scopes
  const end = writer.factor(size)
  const outer = (text: string, wish: string): string =>
    at.level < place.level ? named(scopes, at.level, text, wish) : text
  const exists = outer(`${at.text} >= 0 && ${at.text} < ${end}`, 'exists')
  const shift = asNumber(stride) === 1 ? at.text : outer(`${at.text} * ${writer.factor(stride)}`, 'shift')
  return { exists, there: place.text === '0' ? shift : `${place.text} + ${shift}` }
}

function compute(scopes: Scopes, program: readonly Instruction[], wishes: ReadonlyMap<Ref, string>): readonly Placed[] {
  const values: Placed[] = []
  program.forEach((instruction, ref) => {
    values.push(resultOf(scopes, instruction, values, wishes.get(ref)))
  })
  return values
}

/** Computes an instruction from the values before it; the result gets the name `wish`, if there is one. */
function resultOf(scopes: Scopes, instruction: Instruction, values: readonly Placed[], wish?: string): Placed {
  const { writer, indices, before } = scopes
  const define = (level: number, text: string, otherwise: string): Placed => {
    const name = writer.local(wish ?? otherwise)
    before[level].push(`const ${name} = ${text}`)
    return { text: name, level }
  }
  switch (instruction.kind) {
    case 'constant':
      return { text: literal(instruction.value), level: 0 }
    case 'size':
      return { text: named(scopes, 0, writer.size(instruction.dim), 'count'), level: 0 }
    case 'position':
      return { text: indices[instruction.dim], level: instruction.dim + 1 }
    case 'read': {
      const { from, indirect: by } = instruction
      const buffer = writer.buffer(from.buffer)
      const place = address(scopes, from)
      const usual = `${buffer}_${place.level === 0 ? 0 : indices[place.level - 1]}`
      if (by === undefined) return define(place.level, `${buffer}[${place.text}]`, usual)
      const at = values[by.at]
      const level = Math.max(place.level, at.level)
      const { exists, there } = indirect(scopes, by, at, place)
      return define(level, `${exists} ? ${buffer}[${there}] : 0`, usual)
    }
    case 'apply': {
      const args = instruction.args.map(arg => values[arg])
      const level = Math.max(0, ...args.map(a => a.level))
      const bind = (text: string): string => {
        const name = writer.local(instruction.op)
        before[level].push(`const ${name} = ${text}`)
        return name
      }
      const leaves = args.map(a => leaf(a.text))
      const text = print(applyFormula(instruction.op, writer.algebra, leaves), bind)
      return args.find(a => a.text === text) ?? define(level, text, instruction.op)
    }
  }
}
