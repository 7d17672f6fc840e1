// Writes the statements of one thread of a kernel for gpu.js: the instructions of a task, and the loops of a fold.
import { opOf } from '../../ir/builder.ts'
import { type Dim, evaluate, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { newContext } from '../../ir/ops/index.ts'
import { isSum } from '../../plan/operands.ts'
import type { Instruction, Operand, Ref } from '../../plan/plan.ts'
import { leaf, print } from '../expression.ts'
import { indent } from './axisLoops.ts'
import { kernelAlgebra } from './kernelAlgebra.ts'
import { type Fold, neededFor, type Task } from './tasks.ts'

const context = newContext()

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

/** A value that a thread writes. */
export interface Result {
  readonly to: Operand
  /** A computed index: the value is written `index` times `by` further on, and only if 0 <= index < size. */
  readonly indirect?: { readonly index: string; readonly by: number; readonly size: number }
  readonly value: string
}

/** Gives the statements and results of a thread at its point of the domain, which lies at the indices `outer`. */
export function threadCode(
  task: Task,
  sizes: Sizes,
  outer: readonly string[],
  names: Names,
): { lines: string[]; results: Result[] } {
  const lines: string[] = []
  const extents = [...task.domain, ...(task.kind === 'fold' ? task.over : [])].map(d => evaluate(d, sizes))
  let count = 0

  /** One element of an operand, at the indices and the terms `further` behind them, which add `most` at the most. */
  function element(operand: Operand, indices: readonly string[], further: readonly string[] = [], most = 0): string {
    const far = [...operand.strides.map((s, d) => evaluate(s, sizes) * Math.max(0, extents[d] - 1)), most]
    const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0)
    const [array, start] = names.read(operand, [sum(far.filter(n => n < 0)), sum(far.filter(n => n > 0))])
    return `${array}[${[start, ...terms(operand, indices, sizes), ...further].join(' + ')}]`
  }

  /** Writes statements for the instructions `which` into `into`, and adds their values to `values`. */
  function compute(
    program: readonly Instruction[],
    which: ReadonlySet<Ref>,
    indices: readonly string[],
    values: Map<Ref, string>,
    into: string[],
  ): void {
    const define = (text: string): string => {
      if (/^\w+$/.test(text) && !/^\d/.test(text)) return text
      const name = `v${count++}`
      into.push(`const ${name} = ${text};`)
      return name
    }
    const text = (i: Instruction): string => {
      const at = (ref: Ref): string => values.get(ref) ?? missing(ref)
      switch (i.kind) {
        case 'constant':
          return constant(i.value)
        case 'size':
          // Passes a size that contains a loop's index as an argument: it differs between steps.
          return symbolsOf(i.dim).every(name => Object.hasOwn(sizes, name))
            ? constant(evaluate(i.dim, sizes))
            : define(`0.0 + ${names.number(i.dim)}`)
        case 'position':
          return define(`0.0 + ${indices[i.dim]}`)
        case 'read': {
          if (i.indirect === undefined) return define(element(i.from, indices))
          // Reads the first place for an index that is out of range, and ignores the value.
          const index = define(`0.0 + ${at(i.indirect.at)}`)
          const size = evaluate(i.indirect.size, sizes)
          const exists = `${index} >= 0 && ${index} < ${size}`
          const inside = define(`${exists} ? ${index} : 0`)
          const by = evaluate(i.indirect.stride, sizes)
          const further = `whole(${inside})${times(by)}`
          const value = define(element(i.from, indices, [further], by * Math.max(0, size - 1)))
          return define(`${exists} ? ${value} : 0`)
        }
        case 'apply': {
          const { formula } = opOf(context, i.op)
          if (formula === undefined) throw new Error(`${i.op} is not pointwise`)
          const args = i.args.map(a => leaf(at(a)))
          const made = print(formula(kernelAlgebra, args), define)
          return /^[\w.]+$/.test(made) ? made : define(made)
        }
      }
    }
    program.forEach((instruction, ref) => {
      if (which.has(ref) && !values.has(ref)) values.set(ref, text(instruction))
    })
  }

  if (task.kind === 'fold') return { lines, results: [{ to: task.to, value: folded(task) }] }
  const values = new Map<Ref, string>()
  const needed = neededFor(
    task.program,
    task.writes.flatMap(w => [w.value, ...(w.indirect === undefined ? [] : [w.indirect.at])]),
  )
  compute(task.program, needed, outer, values, lines)
  const at = (ref: Ref): string => values.get(ref) ?? missing(ref)
  const results = task.writes.map(({ value, to, indirect }): Result => {
    if (indirect === undefined) return { to, value: at(value) }
    const by = evaluate(indirect.stride, sizes)
    return { to, value: at(value), indirect: { index: at(indirect.at), by, size: evaluate(indirect.size, sizes) } }
  })
  return { lines, results }

  function folded(task: Fold): string {
    const { program, value, combine, to } = task
    const over = task.over.map(d => evaluate(d, sizes))
    const levels = levelsOf(task)
    const needed = neededFor(program, [value])
    const within = (level: number): ReadonlySet<Ref> => new Set([...needed].filter(r => levels[r] <= level))
    const values = new Map<Ref, string>()
    compute(program, within(0), outer, values, lines)
    const depth = over.length
    const last = over.at(-1) ?? 1
    const sums = isSum(task) && last >= 8 ? 4 : 1
    const results = Array.from({ length: sums }, (_, i) => `r${i}`)
    const start = combine === 'argmax' ? '0' : constant(combine.start)
    for (const r of results) lines.push(`let ${r} = ${start};`)
    if (combine === 'argmax') lines.push('let best = 0;')

    /** The statements at one place of the innermost dimension. */
    const inner = (indices: readonly string[], above: ReadonlyMap<Ref, string>, into: string): string[] => {
      const body: string[] = []
      const own = new Map(above)
      compute(program, needed, [...outer, ...indices], own, body)
      const v = own.get(value) ?? missing(value)
      if (combine !== 'argmax') {
        const next = kernelAlgebra[combine.op](leaf(into), leaf(v))
        body.push(`${into} = ${print(next, text => define(body, text))};`)
      } else {
        const place = define(body, `0.0 + ${indices[0] ?? '0'}`)
        body.push(`if (${place} === 0 || ${v} > best) {`, `  best = 0.0 + ${v};`, `  ${into} = 0.0 + ${place};`, '}')
      }
      return body
    }
    const define = (into: string[], text: string): string => {
      const name = `v${count++}`
      into.push(`const ${name} = ${text};`)
      return name
    }
    const loops = (level: number, indices: readonly string[], above: ReadonlyMap<Ref, string>): string[] => {
      if (level === depth) return inner(indices, above, results[0])
      const k = `k${level}`
      if (level < depth - 1) {
        const body: string[] = []
        const own = new Map(above)
        compute(program, within(level + 1), [...outer, ...indices, k], own, body)
        body.push(...loops(level + 1, [...indices, k], own))
        return [`for (let ${k} = 0; ${k} < ${over[level]}; ${k}++) {`, ...indent(body), '}']
      }
      if (sums === 1)
        return [
          `for (let ${k} = 0; ${k} < ${last}; ${k}++) {`,
          ...indent(inner([...indices, k], above, results[0])),
          '}',
        ]
      const rounds = Math.floor(last / sums)
      const body = results.flatMap((r, i) => inner([...indices, `(${k} * ${sums} + ${i})`], above, r))
      const rest = Array.from({ length: last - rounds * sums }, (_, i) =>
        inner([...indices, String(rounds * sums + i)], above, results[i]),
      )
      return [`for (let ${k} = 0; ${k} < ${rounds}; ${k}++) {`, ...indent(body), '}', ...rest.flat()]
    }
    lines.push(...(over.includes(0) ? [] : loops(0, [], values)))
    const sum = results.length === 1 ? 'r0' : '((r0 + r1) + (r2 + r3))'
    return task.add ? `${element(to, outer)} + ${sum}` : sum
  }
}

const constant = (value: number): string => kernelAlgebra.constant(value).text([])

const missing = (ref: Ref): never => {
  throw new Error(`instruction ${ref} has no value`)
}

/** Counts the loops around each instruction of a fold. */
function levelsOf({ program, domain, over }: Fold): number[] {
  const outer = domain.length
  const levels: number[] = []
  for (const i of program) {
    switch (i.kind) {
      case 'constant':
      case 'size':
        levels.push(0)
        break
      case 'position':
        levels.push(Math.max(0, i.dim - outer + 1))
        break
      case 'read': {
        const moving = i.from.strides.flatMap((s, d) => (s.terms.length === 0 ? [] : [d - outer + 1]))
        levels.push(Math.max(0, ...moving, i.indirect === undefined ? 0 : levels[i.indirect.at]))
        break
      }
      case 'apply':
        levels.push(Math.max(0, ...i.args.map(a => levels[a])))
    }
  }
  return levels.map(l => Math.min(l, over.length))
}
