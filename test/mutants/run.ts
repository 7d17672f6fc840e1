// Which mutants the fuzzer kills: program by program, those alive that the program reaches.
import fc from 'fast-check'
import type { FuzzCase } from '../../runtime/fuzz/case.ts'
import { fuzzCases } from '../../runtime/fuzz/generate/index.ts'
import { killer, lineUp } from './lineup.ts'

export interface Fate {
  readonly name: string
  /** How many programs reached it, up to its death. */
  programs: number
  /** In how many of them the compiler emitted something else, and in how many that gave something else. */
  changed: number
  differed: number
  /** The check that failed, and how many programs had been drawn then; absent while it lives. */
  killer?: string
  after?: number
}

export interface RunOptions {
  readonly seed: number
  /** How many programs are drawn. */
  readonly drawn: number
  /** How many of those that reach it a mutant may live through. */
  readonly programs: number
  /** The mutants of these names alone, or all. */
  readonly only?: (name: string) => boolean
  /** Ends before the next program. */
  readonly until?: () => boolean
  readonly onProgress?: (done: number, fates: readonly Fate[]) => void
}

/** Where results differ and the quick checks do not object, the whole fuzzer is asked at these times. */
const askAgain: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]

/** Programs one after the other: the same seed gives the same. */
export const programs = ({ seed, drawn }: Pick<RunOptions, 'seed' | 'drawn'>): readonly FuzzCase[] =>
  fc.sample(fuzzCases({ kinks: 'some' }), { seed, numRuns: drawn })

/** Every mutant that the programs reach, and what became of it. */
export function runMutants(options: RunOptions): readonly Fate[] {
  const fates = new Map<string, Fate>()
  for (const [i, fuzzCase] of programs(options).entries()) {
    if (options.until?.()) break
    const { reached, judge } = lineUp(fuzzCase)
    for (const name of reached) {
      if (options.only?.(name) === false) continue
      const fate = fates.get(name) ?? { name, programs: 0, changed: 0, differed: 0 }
      fates.set(name, fate)
      if (fate.killer !== undefined || fate.programs >= options.programs) continue
      fate.programs++
      const found = judge(name)
      if (found.kind !== 'unchanged') fate.changed++
      if (found.kind === 'killed') fate.killer = found.by
      if (found.kind === 'doubtful') {
        fate.differed++
        if (askAgain.includes(fate.differed)) fate.killer = killer(name, fuzzCase)
      }
      if (fate.killer !== undefined) fate.after = i + 1
    }
    options.onProgress?.(i + 1, [...fates.values()])
  }
  return [...fates.values()]
}
