// Finds the mutants that the fuzzer kills: each program is put to those alive that it reaches.
import fc from 'fast-check'
import { once } from '../../runtime/once.ts'
import { random } from '../../runtime/random.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import type { Draft } from '../../trust/fuzz/generate/draft.ts'
import { drafts, singles, variations } from '../../trust/fuzz/generate/index.ts'
import { printDraft } from '../../trust/fuzz/generate/printDraft.ts'
import { killer, type Lineup, lineUp } from './lineup.ts'

export interface Fate {
  readonly name: string
  /** Number of programs that it was put to, up to its death: those of all that reached it, and then its own. */
  programs: number
  /** Number of them in which the compiler emitted something else, and in which that gave other results. */
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
  /** The mutants at these sites alone, or all. */
  readonly at?: (site: string) => boolean
  /** The mutants of these names alone, or all. */
  readonly only?: (name: string) => boolean
  /** Those that are put to a few programs for all alone. */
  readonly except?: (name: string) => boolean
  /** Ends before the next program. */
  readonly until?: () => boolean
  /** Called after each program for all, with the share of them that is done, and after each mutant that took programs of its own. */
  readonly onProgress?: (done: number, fates: readonly Fate[]) => void
}

/** Counts of differing results, without an objection by the quick checks, at which the whole fuzzer is asked. */
const askAgain: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]

/** Number of changed programs after which a mutant that is called equivalent is believed to be. */
const enough = 16

const drawDrafts = ({ seed, drawn }: Pick<RunOptions, 'seed' | 'drawn'>): readonly Draft[] =>
  fc.sample(drafts(), { seed, numRuns: drawn })

/** Programs one after the other: the same seed gives the same. */
export const programs = (options: Pick<RunOptions, 'seed' | 'drawn'>): readonly FuzzCase[] =>
  drawDrafts(options).map(printDraft)

/** A mutant, and the last programs that came near to killing it. */
interface Hunt {
  readonly fate: Fate
  near: readonly Near[]
}

/** A program that reached a mutant, and whether the compiler emitted something else. */
interface Near {
  readonly draft: Draft
  readonly changed: boolean
}

/**
 * Judges every mutant that the programs reach. First come programs of a single operation, which are not counted, then random ones. A mutant
 * that lives when they are through is drawn programs of its own, as many as are left to it: variations of those in which the compiler
 * emitted something else, or that reached it at least. What becomes of a mutant does not depend on the others.
 */
export function runMutants(options: RunOptions): readonly Fate[] {
  const stop = (): boolean => options.until?.() === true
  const hunts = new Map<string, Hunt>()
  const fates = (): readonly Fate[] => [...hunts.values()].map(h => h.fate)
  const alone = singles(options.seed)
  const all = [...alone, ...drawDrafts(options).map(draft => [draft])]
  for (const [i, batches] of all.entries()) {
    if (stop()) break
    const isAlone = i < alone.length
    const bouts = boutsOf(batches)
    for (const name of bouts[0]().lineup.reached(options.at)) {
      if (options.only?.(name) === false) continue
      const hunt = hunts.get(name) ?? { fate: { name, programs: 0, changed: 0, differed: 0 }, near: [] }
      hunts.set(name, hunt)
      if (hunt.fate.killer !== undefined || (hunt.fate.changed >= enough && options.except?.(name))) continue
      tell(hunt, batches[0], bouts)
      if (isAlone) hunt.fate.programs = 0
    }
    options.onProgress?.((i + 1) / all.length, fates())
  }
  for (const hunt of hunts.values()) {
    const { fate } = hunt
    if (fate.killer !== undefined || options.except?.(fate.name) === true) continue
    drawOwn(hunt, options, stop)
    options.onProgress?.(1, fates())
  }
  return fates()
}

/** Draws programs near a mutant until it dies or has had its share. */
function drawOwn(hunt: Hunt, { seed, drawn }: RunOptions, stop: () => boolean): void {
  const { fate } = hunt
  const own = Math.floor(random(seed, fate.name)() * 2 ** 31)
  fate.own = true
  while (fate.killer === undefined && fate.programs < drawn && !stop()) {
    const { near } = hunt
    const { draft: of } = near[fate.programs % near.length]
    const [draft] = fc.sample(variations(of), { seed: own + fate.programs, numRuns: 1 })
    // Gives each program three batches: one may be empty, or of lengths that leave nothing for the last round of a loop.
    const batches = fc.sample(drafts(), { seed: own + fate.programs, numRuns: 2 })
    const bouts = boutsOf([draft, ...batches.map(({ sizes, data }) => ({ ...draft, sizes, data }))])
    if (bouts[0]().lineup.reaches(fate.name)) tell(hunt, draft, bouts)
    else fate.programs++
  }
}

/** The last few of those that changed something, or of all where none did. */
function nearest(all: readonly Near[]): readonly Near[] {
  const changed = all.filter(n => n.changed)
  return (changed.length > 0 ? changed : all).slice(-8)
}

/** Program with a batch, and the lineup of all mutants before it. */
interface Bout {
  readonly fuzzCase: FuzzCase
  readonly lineup: Lineup
}

const boutsOf = (drafts: readonly Draft[]): readonly (() => Bout)[] =>
  drafts.map(draft =>
    once(() => {
      const fuzzCase = printDraft(draft)
      return { fuzzCase, lineup: lineUp(fuzzCase) }
    }),
  )

/** Judges a mutant by a program that reaches it, with one batch after the other, and notes how near it came. */
function tell(hunt: Hunt, draft: Draft, bouts: readonly (() => Bout)[]): void {
  const { fate } = hunt
  fate.programs++
  let changed = false
  for (const made of bouts) {
    const { lineup, fuzzCase } = made()
    const found = lineup.judge(fate.name)
    if (found.kind === 'unchanged') break
    changed = true
    if (found.kind === 'killed') fate.killer = found.by
    if (found.kind === 'doubtful') {
      fate.differed++
      if (askAgain.includes(fate.differed)) {
        const by = killer(fate.name, fuzzCase)
        if (by !== undefined) fate.killer = by
      }
    }
    if (fate.killer !== undefined) break
  }
  if (changed) fate.changed++
  hunt.near = nearest([...hunt.near, { draft, changed }])
}
