// Collecting what is wrong: one failure does not stop the next check, and each mistake is reported once.
import { type Diagnostic, RnnError } from '../../../dsl/diagnostics.ts'

/** Thrown where an error was already reported: whoever collects diagnostics ignores it. */
export class Reported extends Error {}

/** Thrown where nothing is wrong, and what is asked depends on what only a use of the unit gives. */
export class Waits extends Reported {}

/** The result of `run`; what it reports goes to `problems`, and what ended it without a report to `silent`. */
export function attempt<T>(problems: Diagnostic[], run: () => T, silent: Reported[] = []): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof RnnError) {
      for (const d of error.diagnostics) problems.push(d)
    } else if (error instanceof Reported) silent.push(error)
    else throw error
    return undefined
  }
}

/** Throws what ended several checks without a report: they wait if all of them do. */
export function throwSilent(silent: readonly Reported[]): void {
  if (silent.length > 0) throw silent.find(s => !(s instanceof Waits)) ?? silent[0]
}

/** The result of `run`, or where that waits, what stands for it meanwhile. */
export function unlessWaiting<T>(run: () => T, meanwhile: T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Waits) return meanwhile
    throw error
  }
}

/** What was found; where it is missing, that was reported. */
export function known<T>(found: T | undefined): T {
  if (found === undefined) throw new Reported()
  return found
}

/** `f` of each item; a failure of one does not hide those of the others. */
export function each<T, R>(items: readonly T[], f: (item: T) => R): R[] {
  const problems: Diagnostic[] = []
  const silent: Reported[] = []
  const results = items.flatMap(item => attempt(problems, () => [f(item)], silent) ?? [])
  throwAll(problems)
  throwSilent(silent)
  return results
}

/** Throws unless nothing is wrong. */
export function throwAll(problems: readonly Diagnostic[]): void {
  if (problems.some(d => d.severity === 'error')) throw new RnnError(distinct(problems))
}

/** Each mistake once, however many expansions of a unit met it, in the order of the text; `first` is the file that was given. */
export function distinct(diagnostics: readonly Diagnostic[], first?: string): Diagnostic[] {
  const byPlace = new Map<string, Diagnostic>()
  for (const d of diagnostics) {
    const key = `${d.code} ${d.span === undefined ? d.message : `${d.span.file} ${d.span.start} ${d.span.end}`}`
    if (!byPlace.has(key)) byPlace.set(key, d)
  }
  const files = [...new Set([first, ...diagnostics.map(d => d.span?.file)])]
  const places = new Map(files.map((file, place) => [file, place]))
  const place = (d: Diagnostic): number => places.get(d.span?.file) ?? 0
  return [...byPlace.values()].sort((a, b) => place(a) - place(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0))
}
