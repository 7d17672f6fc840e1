// Which mutants the fuzzer kills: program by program, those alive that the program reaches.
import fc from 'fast-check'
import { compile } from '../../compiler/index.ts'
import type { FuzzCase } from '../../runtime/fuzz/case.ts'
import type { Check } from '../../runtime/fuzz/check.ts'
import { allAtOnce } from '../../runtime/fuzz/checks/index.ts'
import { secondGradient } from '../../runtime/fuzz/checks/twice.ts'
import { runCase } from '../../runtime/fuzz/fuzz.ts'
import { fuzzCases } from '../../runtime/fuzz/generate/index.ts'
import type { UnderTest } from '../../runtime/fuzz/trial.ts'
import { listener, mutant, watchedOps, watchedPipeline } from './instrument.ts'

export interface Fate {
  readonly name: string
  /** How many programs reached it, up to its death. */
  programs: number
  /** The check that failed; absent while it lives. */
  killer?: string
}

export interface RunOptions {
  readonly seed: number
  readonly programs: number
  /** The mutants of these names alone, or all. */
  readonly only?: (name: string) => boolean
  /** Ends before the next program. */
  readonly until?: () => boolean
  readonly onProgress?: (done: number, fates: readonly Fate[]) => void
}

export const isDerivative = (name: string): boolean => /^\S+\.vjp/.test(name)

/** The compiler with that mutant in it. */
export function withMutant(name: string): UnderTest {
  if (isDerivative(name)) return { ops: watchedOps(mutant(name)), pipelines: [] }
  const pipeline = watchedPipeline(mutant(name))
  return { pipeline, pipelines: [pipeline] }
}

/**
 * A wrong rule has to be found without the right one at hand, so agreement with the compiler's own gradient has no say
 * there; a wrong pass is found by what it changes, so agreement comes first.
 */
const [cheap, dear] = [['agreement', 'derivatives'], allAtOnce.map(c => c.name)].map(names =>
  // No check by turns: a mutant has only so many programs.
  allAtOnce.filter(c => names.includes(c.name)),
)
const checksFor = (name: string, all: readonly Check[]): readonly Check[] =>
  isDerivative(name)
    ? all.filter(c => c.name !== 'agreement')
    : all.toSorted((a, b) => Number(b.name === 'agreement') - Number(a.name === 'agreement'))

/** The check that kills a mutant on one program, if any does. */
export function killer(name: string, fuzzCase: FuzzCase, all = false): string | undefined {
  try {
    const { outcome, check } = runCase(fuzzCase, withMutant(name), checksFor(name, all ? dear : cheap))
    return outcome.failure === undefined ? undefined : check
  } catch (error) {
    if (error instanceof RangeError) return 'stack'
    throw error
  }
}

/** The mutants that a program reaches: those that its gradient is compiled with. */
export function reached({ source }: FuzzCase): ReadonlySet<string> {
  const names = new Set<string>()
  const watch = listener(names)
  const model = compile(source, { ops: watchedOps(watch) })
  const pipeline = watchedPipeline(watch)
  model.gradient({ inputs: true, pipeline })
  // Rules of ops that a backward pass alone emits are reached by the check that differentiates twice.
  secondGradient(model, pipeline)
  return names
}

/** Programs one after the other: the same seed gives the same. */
export const programs = ({ seed, programs: numRuns }: Pick<RunOptions, 'seed' | 'programs'>): readonly FuzzCase[] =>
  fc.sample(fuzzCases({ kinks: 'some' }), { seed, numRuns })

/** Every mutant that the programs reach, and what became of it. */
export function runMutants(options: RunOptions): readonly Fate[] {
  const fates = new Map<string, Fate>()
  for (const [i, fuzzCase] of programs(options).entries()) {
    if (options.until?.()) break
    for (const name of reached(fuzzCase)) {
      if (options.only?.(name) === false) continue
      const fate = fates.get(name) ?? { name, programs: 0 }
      fates.set(name, fate)
      if (fate.killer !== undefined) continue
      fate.programs++
      // The whole list is for what has survived a while.
      fate.killer = killer(name, fuzzCase, fate.programs > 5)
    }
    options.onProgress?.(i + 1, [...fates.values()])
  }
  return [...fates.values()]
}
