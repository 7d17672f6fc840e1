// What was made for the sizes of the last runs, to be used again: making it takes far longer than a run.
import type { Sizes } from '../../ir/dim.ts'

export interface Recent<T> {
  /** What was made for these sizes, or what `make` makes; the oldest of more than there may be is freed. */
  at(sizes: Sizes, make: () => T): T
  /** Frees all. */
  clear(): void
}

export function createRecent<T>(most: number, free: (made: T) => void): Recent<T> {
  const known = new Map<string, { readonly made: T }>()
  return {
    at: (sizes, make) => {
      const key = JSON.stringify(Object.entries(sizes).sort())
      const entry = known.get(key) ?? { made: make() }
      known.delete(key)
      known.set(key, entry)
      for (const [oldest, { made }] of known) {
        if (known.size <= most) break
        known.delete(oldest)
        free(made)
      }
      return entry.made
    },
    clear: () => {
      for (const { made } of known.values()) free(made)
      known.clear()
    },
  }
}
