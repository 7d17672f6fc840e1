// Writes the statements of one thread of a kernel for gpu.js: the instructions of a task, and the loops of a fold.

import { evaluate, type Sizes } from '../../ir/dim.ts'
import { neededFor } from '../../plan/instructions.ts'
import type { Operand, Ref } from '../../plan/plan.ts'
import { foldedValue } from './foldLoops.ts'
import type { Task } from './tasks.ts'
import { compute, type Names, nameOf, type Thread } from './threadStatements.ts'

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
  const extents = [...task.domain, ...(task.kind === 'fold' ? task.over : [])].map(d => evaluate(d, sizes))
  let count = 0
  const thread: Thread = { sizes, names, extents, variable: () => `v${count++}` }
  const lines: string[] = []
  if (task.kind === 'fold') return { lines, results: [{ to: task.to, value: foldedValue(thread, task, outer, lines) }] }
  const values = new Map<Ref, string>()
  const needed = neededFor(
    task.program,
    task.writes.flatMap(w => [w.value, ...(w.indirect === undefined ? [] : [w.indirect.at])]),
  )
  compute(thread, { program: task.program, needed }, outer, { values, lines })
  const results = task.writes.map(({ value, to, indirect }): Result => {
    if (indirect === undefined) return { to, value: nameOf(values, value) }
    const [by, size] = [evaluate(indirect.stride, sizes), evaluate(indirect.size, sizes)]
    return { to, value: nameOf(values, value), indirect: { index: nameOf(values, indirect.at), by, size } }
  })
  return { lines, results }
}
