// Which mutants the fuzzer kills: program by program, those alive that the program reaches.
import fc from 'fast-check'
import type { FuzzCase } from '../../runtime/fuzz/case.ts'
import type { Draft } from '../../runtime/fuzz/generate/draft.ts'
import { drafts, variations } from '../../runtime/fuzz/generate/index.ts'
import { printDraft } from '../../runtime/fuzz/generate/print.ts'
import { random } from '../../runtime/random.ts'
import { killer, type Lineup, lineUp } from './lineup.ts'

export interface Fate {
  readonly name: string
  /** How many programs it was put to, up to its death: those of all that reached it, and then its own. */
  programs: number
  /** In how many of them the compiler emitted something else, and in how many that gave something else. */
  changed: number
  differed: number
  /** The check that failed; absent while it lives. */
  killer?: string
  /** Whether it took programs of its own. */
  own?: true
}

export interface RunOptions {
  readonly seed: number
  /** How many programs are drawn for all of them, and how many each is put to at most. */
  readonly drawn: number
  /** The mutants of these names alone, or all. */
  readonly only?: (name: string) => boolean
  /** Those that are not drawn programs of their own. */
  readonly except?: (name: string) => boolean
  /** Ends before the next program. */
  readonly until?: () => boolean
  readonly onProgress?: (done: number, fates: readonly Fate[]) => void
}

/** Where results differ and the quick checks do not object, the whole fuzzer is asked at these times. */
const askAgain: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]

const drawDrafts = ({ seed, drawn }: Pick<RunOptions, 'seed' | 'drawn'>): readonly Draft[] =>
  fc.sample(drafts(), { seed, numRuns: drawn })

/** Programs one after the other: the same seed gives the same. */
export const programs = (options: Pick<RunOptions, 'seed' | 'drawn'>): readonly FuzzCase[] =>
  drawDrafts(options).map(printDraft)

/**
 * Every mutant that the programs reach, and what became of it. What lives when they are through is drawn programs of its own, as many as are
 * left to it: variations of those that reached it.
 */
export function runMutants(options: RunOptions): readonly Fate[] {
  const fates = new Map<string, Fate>()
  const reaching = new Map<string, Draft[]>()
  const stop = (): boolean => options.until?.() === true
  for (const [i, draft] of drawDrafts(options).entries()) {
    if (stop()) break
    const fuzzCase = printDraft(draft)
    const lineup = lineUp(fuzzCase)
    for (const name of lineup.reached) {
      if (options.only?.(name) === false) continue
      const fate = fates.get(name) ?? { name, programs: 0, changed: 0, differed: 0 }
      fates.set(name, fate)
      if (fate.killer !== undefined) continue
      tell(fate, lineup, fuzzCase)
      reaching.set(name, [...(reaching.get(name) ?? []), draft])
    }
    options.onProgress?.(i + 1, [...fates.values()])
  }
  for (const fate of fates.values()) {
    if (fate.killer !== undefined || options.except?.(fate.name) === true) continue
    for (const fuzzCase of ownPrograms(options, fate, reaching.get(fate.name) ?? [])) {
      if (stop() || fate.killer !== undefined) break
      fate.own = true
      tell(fate, lineUp(fuzzCase), fuzzCase)
    }
    options.onProgress?.(options.drawn, [...fates.values()])
  }
  return [...fates.values()]
}

/** Variations of the programs that reached a mutant, as many as are left to it. */
function ownPrograms({ seed, drawn }: RunOptions, { name, programs }: Fate, of: readonly Draft[]): readonly FuzzCase[] {
  const own = Math.floor(random(seed, name)() * 2 ** 31)
  const varied = fc.constantFrom(...of).chain(draft => variations(draft))
  return fc.sample(varied, { seed: own, numRuns: Math.max(0, drawn - programs) }).map(printDraft)
}

/** What becomes of a mutant by a program. */
function tell(fate: Fate, { reached, judge }: Lineup, fuzzCase: FuzzCase): void {
  fate.programs++
  if (!reached.has(fate.name)) return
  const found = judge(fate.name)
  if (found.kind !== 'unchanged') fate.changed++
  if (found.kind === 'killed') fate.killer = found.by
  if (found.kind !== 'doubtful') return
  fate.differed++
  if (askAgain.includes(fate.differed)) fate.killer = killer(fate.name, fuzzCase)
}
