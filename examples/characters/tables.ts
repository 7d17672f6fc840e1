// Prints what tables of counts need for a character, in bits, on the last tenth of a text: node examples/characters/tables.ts tinyshakespeare.txt
// A table of n characters counts in the first nine tenths how often each follows the n - 1 before it, mixed with the shorter tables as by
// Witten & Bell (1991): P(c | h) = (N(hc) + D(h) P(c | h')) / (N(h) + D(h)), where D(h) is how many different ones follow h.
import { readFileSync } from 'node:fs'

interface Followers {
  total: number
  readonly counts: Map<string, number>
}

/** Counts what follows each history of up to `longest - 1` characters. */
function countsOf(text: readonly string[], longest: number): ReadonlyMap<string, Followers> {
  const table = new Map<string, Followers>()
  text.forEach((character, at) => {
    for (let before = 0; before < longest && before <= at; before++) {
      const history = text.slice(at - before, at).join('')
      const followers = table.get(history) ?? { total: 0, counts: new Map() }
      followers.total++
      followers.counts.set(character, (followers.counts.get(character) ?? 0) + 1)
      table.set(history, followers)
    }
  })
  return table
}

/** Gives the bits a character of the last tenth for tables of 1, 2, … `longest` characters. */
export function bitsOfTables(text: string, longest: number): number[] {
  const all = [...text]
  const known = Math.round(0.9 * all.length)
  const table = countsOf(all.slice(0, known), longest)
  const different = new Set(all).size
  const bits = Array.from({ length: longest }, () => 0)
  for (let at = known; at < all.length; at++) {
    let probability = 1 / different
    for (let before = 0; before < longest; before++) {
      const followers = table.get(all.slice(at - before, at).join(''))
      if (followers !== undefined) {
        const { total, counts } = followers
        probability = ((counts.get(all[at]) ?? 0) + counts.size * probability) / (total + counts.size)
      }
      bits[before] -= Math.log2(probability)
    }
  }
  return bits.map(sum => sum / (all.length - known))
}

if (import.meta.main) {
  const bits = bitsOfTables(readFileSync(process.argv[2], 'utf8'), 5)
  for (const [i, each] of bits.entries()) console.log(`${i + 1}: ${each.toFixed(2)}`)
}
