// Writes nested loops: every line stands at the outermost level at which all that it uses is known.

import { opOf } from '../../ir/builder.ts'
import { asNumber, type Dim } from '../../ir/dim.ts'
import { newContext } from '../../ir/ops/index.ts'
import type { Indirect, Instruction, Operand, Ref } from '../../plan/plan.ts'
import { leaf, literal, print } from '../expression.ts'
import type { Frame } from './frame.ts'

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

const context = newContext()

/** Loops over `domain`, outermost first. */
export function createNest(frame: Frame, domain: readonly Dim[]): Nest {
  const before: string[][] = [[], ...domain.map((): string[] => [])]
  const after: string[][] = [[], ...domain.map((): string[] => [])]
  const known = new Map<string, string>()
  const indices = domain.map(() => frame.local(...'ijklmnpq'))

  /** Names an expression at a level; the same expression gets the same name. */
  function named(level: number, text: string, wish: string): string {
    if (/^[\w$]+$/.test(text)) return text
    const key = `${level} ${text}`
    const name = known.get(key) ?? frame.local(wish)
    if (!known.has(key)) before[level].push(`const ${name} = ${text}`)
    known.set(key, name)
    return name
  }

  const ends = domain.map(dim => named(0, frame.size(dim), 'end'))

  function address({ offset, strides }: Operand): Placed {
    const moving = strides.flatMap((stride, d) => (asNumber(stride) === 0 ? [] : [d]))
    let text = asNumber(offset) === 0 ? '' : named(0, frame.size(offset), 'start')
    let level = 0
    for (const d of moving) {
      const stride = strides[d]
      const term = asNumber(stride) === 1 ? indices[d] : `${indices[d]} * ${frame.factor(stride)}`
      text = text === '' ? term : `${text} + ${term}`
      level = d + 1
      if (d !== moving.at(-1)) text = named(level, text, 'row')
    }
    return { text: text === '' ? '0' : text, level }
  }

  function indirect({ stride, size }: Indirect, at: Placed, place: Placed): { exists: string; there: string } {
    const end = frame.factor(size)
    const outer = (text: string, wish: string): string => (at.level < place.level ? named(at.level, text, wish) : text)
    const exists = outer(`${at.text} >= 0 && ${at.text} < ${end}`, 'exists')
    const shift = asNumber(stride) === 1 ? at.text : outer(`${at.text} * ${frame.factor(stride)}`, 'shift')
    return { exists, there: place.text === '0' ? shift : `${place.text} + ${shift}` }
  }

  function compute(program: readonly Instruction[], wishes: ReadonlyMap<Ref, string>): readonly Placed[] {
    const values: Placed[] = []
    const define = (ref: Ref, level: number, text: string, wish: string): Placed => {
      const name = frame.local(wishes.get(ref) ?? wish)
      before[level].push(`const ${name} = ${text}`)
      return { text: name, level }
    }
    program.forEach((instruction, ref) => {
      values.push(value(instruction, ref))
    })
    return values

    function value(instruction: Instruction, ref: Ref): Placed {
      switch (instruction.kind) {
        case 'constant':
          return { text: literal(instruction.value), level: 0 }
        case 'size':
          return { text: named(0, frame.size(instruction.dim), 'count'), level: 0 }
        case 'position':
          return { text: indices[instruction.dim], level: instruction.dim + 1 }
        case 'read': {
          const { from, indirect: by } = instruction
          const buffer = frame.buffer(from.buffer)
          const place = address(from)
          const wish = `${buffer}_${place.level === 0 ? 0 : indices[place.level - 1]}`
          if (by === undefined) return define(ref, place.level, `${buffer}[${place.text}]`, wish)
          const at = values[by.at]
          const level = Math.max(place.level, at.level)
          const { exists, there } = indirect(by, at, place)
          return define(ref, level, `${exists} ? ${buffer}[${there}] : 0`, wish)
        }
        case 'apply': {
          const { formula } = opOf(context, instruction.op)
          if (formula === undefined) throw new Error(`${instruction.op} is not pointwise`)
          const args = instruction.args.map(arg => values[arg])
          const level = Math.max(0, ...args.map(a => a.level))
          const bind = (text: string): string => {
            const name = frame.local(instruction.op)
            before[level].push(`const ${name} = ${text}`)
            return name
          }
          const text = print(
            formula(
              frame.algebra,
              args.map(a => leaf(a.text)),
            ),
            bind,
          )
          return args.find(a => a.text === text) ?? define(ref, level, text, instruction.op)
        }
      }
    }
  }

  function lines(): string[] {
    const from = (level: number): string[] => {
      const inner = level < domain.length ? loop(level) : []
      return [...before[level], ...inner, ...after[level]]
    }
    const loop = (level: number): string[] => {
      const i = indices[level]
      return [`for (let ${i} = 0; ${i} < ${ends[level]}; ${i}++) {`, ...from(level + 1).map(l => `  ${l}`), '}']
    }
    return from(0)
  }

  return { depth: domain.length, indices, before, after, address, indirect, compute, lines }
}
