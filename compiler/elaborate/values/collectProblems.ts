// Collects errors: one failure does not stop the next check, and each mistake is reported once.
import { type Diagnostic, RnnError } from '../../../dsl/diagnostics.ts'

/** Thrown where an error was already reported: whoever collects diagnostics ignores it. */
export class Reported extends Error {}

/** Thrown without any error: the requested value depends on something that only a use of the unit gives. */
export class Waits extends Reported {}

/** Gives the result of `run`, or undefined if it fails: its diagnostics go to `problems`, an exception without any to `silent`. */
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

/** Throws one of the exceptions that ended several checks without a diagnostic: `Waits` only if all of them wait. */
export function throwSilent(silent: readonly Reported[]): void {
  if (silent.length > 0) throw silent.find(s => !(s instanceof Waits)) ?? silent[0]
}

/** Gives the result of `run`, or `meanwhile` if that throws Waits. */
export function unlessWaiting<T>(run: () => T, meanwhile: T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Waits) return meanwhile
    throw error
  }
}

/** Gives `found`; if it is undefined, throws Reported, as the error was reported before. */
export function known<T>(found: T | undefined): T {
  if (found === undefined) throw new Reported()
  return found
}

/** Applies `f` to each item; a failure of one does not hide those of the others. */
export function each<T, R>(items: readonly T[], f: (item: T) => R): R[] {
  const problems: Diagnostic[] = []
  const silent: Reported[] = []
  const results = items.flatMap(item => attempt(problems, () => [f(item)], silent) ?? [])
  throwAll(problems)
  throwSilent(silent)
  return results
}

/** Throws all problems together if any of them is an error. */
export function throwAll(problems: readonly Diagnostic[]): void {
  if (problems.some(d => d.severity === 'error')) throw new RnnError(distinct(problems))
}

/** Keeps each mistake once, however many expansions of a unit met it, sorted by file and place; the file `first` comes first. */
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
