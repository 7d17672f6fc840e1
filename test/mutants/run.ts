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
  /** The mutants of these names alone, or all. */
  readonly only?: (name: string) => boolean
  /** Those that are not drawn programs of their own. */
  readonly except?: (name: string) => boolean
  /** Ends before the next program. */
  readonly until?: () => boolean
  /** The share of the programs for all that are done. */
  readonly onProgress?: (done: number, fates: readonly Fate[]) => void
}

/** Counts of differing results, without an objection by the quick checks, at which the whole fuzzer is asked. */
const askAgain: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128]

const drawDrafts = ({ seed, drawn }: Pick<RunOptions, 'seed' | 'drawn'>): readonly Draft[] =>
  fc.sample(drafts(), { seed, numRuns: drawn })

/** Programs one after the other: the same seed gives the same. */
export const programs = (options: Pick<RunOptions, 'seed' | 'drawn'>): readonly FuzzCase[] =>
  drawDrafts(options).map(printDraft)

/**
 * Judges every mutant that the programs reach. First come programs of a single operation, which are not counted, then random ones. A mutant
 * that lives when they are through is drawn programs of its own, as many as are left to it: variations of those in which the compiler
 * emitted something else, or that reached it at least.
 */
export function runMutants(options: RunOptions): readonly Fate[] {
  const fates = new Map<string, Fate>()
  const near = new Map<string, readonly Near[]>()
  const stop = (): boolean => options.until?.() === true
  const lives = (fate: Fate): boolean => fate.killer === undefined && fate.programs < options.drawn
  const alone = singles(options.seed)
  const all = [...alone, ...drawDrafts(options)]
  for (const [i, draft] of all.entries()) {
    if (stop()) break
    // A single operation is tried on three batches: in one, all its conditions may come out alike.
    const batches = i < alone.length ? [0, 1, 2] : [0]
    const bouts = batches.map(more => bout({ ...draft, data: draft.data + more }))
    for (const name of bouts[0]().lineup.reached) {
      if (options.only?.(name) === false) continue
      const fate = fates.get(name) ?? { name, programs: 0, changed: 0, differed: 0 }
      fates.set(name, fate)
      if (fate.killer !== undefined) continue
      const changed = tell(fate, bouts)
      if (i < alone.length) fate.programs = 0
      near.set(name, nearest([...(near.get(name) ?? []), { draft, changed }]))
    }
    options.onProgress?.((i + 1) / all.length, [...fates.values()])
  }
  // Half of the programs left to each are its own: variations of others reach it without being near it.
  const shared = new Map([...fates].map(([name, { programs }]) => [name, (programs + options.drawn) / 2]))
  for (const fate of fates.values()) {
    if (options.except?.(fate.name) === true) continue
    const own = Math.floor(random(options.seed, fate.name)() * 2 ** 31)
    while (lives(fate) && !stop()) {
      const of = near.get(fate.name) ?? []
      const [draft] = fc.sample(variations(of[fate.programs % of.length].draft), {
        seed: own + fate.programs,
        numRuns: 1,
      })
      // Gives each program three batches: one may be empty, or of lengths that leave nothing for the last round of a loop.
      const batches = fc.sample(drafts(), { seed: own + fate.programs, numRuns: 2 })
      const bouts = [draft, ...batches.map(({ sizes, data }) => ({ ...draft, sizes, data }))].map(bout)
      const { reached } = bouts[0]().lineup
      if (!reached.has(fate.name)) fate.programs++
      // Puts other living mutants that it reaches to it as well, up to their shared half.
      for (const other of fates.values()) {
        if (!lives(other) || !reached.has(other.name)) continue
        if (other !== fate && other.programs >= (shared.get(other.name) ?? 0)) continue
        other.own = true
        const changed = tell(other, bouts)
        near.set(other.name, nearest([...(near.get(other.name) ?? []), { draft, changed }]))
      }
    }
    options.onProgress?.(1, [...fates.values()])
  }
  return [...fates.values()]
}

/** A program that reached a mutant, and whether the compiler emitted something else. */
interface Near {
  readonly draft: Draft
  readonly changed: boolean
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

const bout = (draft: Draft): (() => Bout) =>
  once(() => {
    const fuzzCase = printDraft(draft)
    return { fuzzCase, lineup: lineUp(fuzzCase) }
  })

/** Judges a mutant by a program that reaches it, with one batch after the other; tells whether the compiler emitted something else. */
function tell(fate: Fate, bouts: readonly (() => Bout)[]): boolean {
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
      if (askAgain.includes(fate.differed)) fate.killer = killer(fate.name, fuzzCase)
    }
    if (fate.killer !== undefined) break
  }
  if (changed) fate.changed++
  return changed
}
