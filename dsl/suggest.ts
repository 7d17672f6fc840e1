// "did you mean …?": finds the most similar of the allowed names.

/** Limits on the length of a name, and on the number of candidates, to bound the time for a message. */
const longestName = 100
const mostCandidates = 2000

/** The candidate that is at most two typing errors away from `name`, if there is one. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined
  const limit = name.length < 3 ? 1 : name.length < 6 ? 2 : 3
  const written = name.toLowerCase()
  let best: string | undefined
  let least = limit + 1
  let compared = 0
  for (const candidate of candidates) {
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
