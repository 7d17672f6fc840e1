// Writes the loops of a fold: each instruction stands in the outermost loop in which its operands are known, and a long sum has four sums.

import { evaluate } from '../../ir/dim.ts'
import { neededFor } from '../../plan/instructions.ts'
import type { Instruction, Ref } from '../../plan/plan.ts'
import { isSum } from '../../plan/reductions.ts'
import { leaf, print } from '../expression.ts'
import { indent } from './axisLoops.ts'
import { kernelAlgebra } from './kernelAlgebra.ts'
import type { Fold } from './tasks.ts'
import { compute, define, elementText, nameOf, numberText, type Thread } from './threadStatements.ts'

/** A fold on its way to code. */
interface FoldCode {
  readonly thread: Thread
  readonly task: Fold
  /** The indices of the thread's point. */
  readonly outer: readonly string[]
  /** The lengths of the loops. */
  readonly over: readonly number[]
  /** The instructions with at most so many loops around them. */
  readonly within: (level: number) => { readonly program: readonly Instruction[]; readonly needed: ReadonlySet<Ref> }
  /** The variables that hold the sums: one, or four of which each takes every fourth term. */
  readonly sums: readonly string[]
}

/** Adds the loops to `lines`, and gives the expression of the result at the point `outer`. */
export function foldedValue(thread: Thread, task: Fold, outer: readonly string[], lines: string[]): string {
  const { program, combine } = task
  const over = task.over.map(d => evaluate(d, thread.sizes))
  const levels = levelsOf(task)
  const needed = neededFor(program, [task.value])
  const within = (level: number) => ({ program, needed: new Set([...needed].filter(r => levels[r] <= level)) })
  const values = new Map<Ref, string>()
  compute(thread, within(0), outer, { values, lines })
  const count = isSum(task) && (over.at(-1) ?? 1) >= 8 ? 4 : 1
  const sums = Array.from({ length: count }, (_, i) => `r${i}`)
  const start = combine === 'argmax' ? '0' : numberText(combine.start)
  for (const r of sums) lines.push(`let ${r} = ${start};`)
  if (combine === 'argmax') lines.push('let best = 0;')
  if (!over.includes(0)) lines.push(...loopsFrom({ thread, task, outer, over, within, sums }, [], values))
  const sum = sums.length === 1 ? 'r0' : '((r0 + r1) + (r2 + r3))'
  return task.add ? `${elementText(thread, task.to, outer)} + ${sum}` : sum
}

/** The loops inside those with these indices, which have computed the values `above`. */
function loopsFrom(fold: FoldCode, indices: readonly string[], above: ReadonlyMap<Ref, string>): string[] {
  const { over, sums } = fold
  const level = indices.length
  const k = `k${level}`
  if (level === over.length) return innermost(fold, indices, above, sums[0])
  const length = over[level]
  if (level < over.length - 1) {
    const [values, body] = [new Map(above), [] as string[]]
    compute(fold.thread, fold.within(level + 1), [...fold.outer, ...indices, k], { values, lines: body })
    body.push(...loopsFrom(fold, [...indices, k], values))
    return [`for (let ${k} = 0; ${k} < ${length}; ${k}++) {`, ...indent(body), '}']
  }
  if (sums.length === 1)
    return [
      `for (let ${k} = 0; ${k} < ${length}; ${k}++) {`,
      ...indent(innermost(fold, [...indices, k], above, sums[0])),
      '}',
    ]
  const count = sums.length
  const rounds = Math.floor(length / count)
  const body = sums.flatMap((r, i) => innermost(fold, [...indices, `(${k} * ${count} + ${i})`], above, r))
  const rest = Array.from({ length: length - rounds * count }, (_, i) =>
    innermost(fold, [...indices, String(rounds * count + i)], above, sums[i]),
  )
  return [`for (let ${k} = 0; ${k} < ${rounds}; ${k}++) {`, ...indent(body), '}', ...rest.flat()]
}

/** The statements that bring the term at one place of all loops into a result. */
function innermost(
  { thread, task, outer, over, within }: FoldCode,
  indices: readonly string[],
  above: ReadonlyMap<Ref, string>,
  into: string,
): string[] {
  const [values, body] = [new Map(above), [] as string[]]
  compute(thread, within(over.length), [...outer, ...indices], { values, lines: body })
  const v = nameOf(values, task.value)
  const { combine } = task
  if (combine !== 'argmax') {
    const next = kernelAlgebra[combine.op](leaf(into), leaf(v))
    body.push(`${into} = ${print(next, text => define(thread, body, text))};`)
  } else {
    const place = define(thread, body, `0.0 + ${indices[0] ?? '0'}`)
    body.push(`if (${place} === 0 || ${v} > best) {`, `  best = 0.0 + ${v};`, `  ${into} = 0.0 + ${place};`, '}')
  }
  return body
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
