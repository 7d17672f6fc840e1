// "did you mean …?": finds what a name means elsewhere, or the most similar of the allowed names.
import { namesFor } from './borrowedWords.ts'

/** Limits on the length of a name, and on the number of candidates, to bound the time for a message. */
const longestName = 100
const mostCandidates = 2000

/** The candidate that `name` stands for in Keras, PyTorch or NumPy, or that is a few typing errors away from it, if there is one. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined
  const borrowed = namesFor(name)
  const limit = name.length < 5 ? 1 : name.length < 8 ? 2 : 3
  const written = name.toLowerCase()
  let best: string | undefined
  let least = limit + 1
  let compared = 0
  for (const candidate of candidates) {
    if (borrowed.includes(candidate)) return candidate
    // Skips a candidate whose length alone costs too many edits.
    if (candidate === name || Math.abs(candidate.length - name.length) >= least) continue
    if (++compared > mostCandidates) break
    const edits = distance(written, candidate.toLowerCase())
    if (edits < least && edits < Math.max(name.length, candidate.length)) {
      best = candidate
      least = edits
    }
  }
  return best
}

/** The help for a misspelled name: the nearest candidate, or all of them if there are few. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...new Set(candidates)]
  const nearest = suggest(name, all)
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`
  if (all.length === 0 || all.length > 16) return undefined
  return all.length === 1
    ? `the only choice is \`${all[0]}\``
    : `the choices are ${all.map(c => `\`${c}\``).join(', ')}`
}

/** Damerau–Levenshtein (optimal string alignment): letters inserted, deleted or replaced, or two neighbours exchanged. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      const exchanged =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : replaced
      row.push(Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced, exchanged))
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}
