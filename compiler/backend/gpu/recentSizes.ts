// Caches objects for the sizes of the last runs: making one takes far longer than a run.
import type { Sizes } from '../../ir/dim.ts'

export interface Recent<T> {
  /** Gives the object for these sizes, made by `make` if there is none; frees the least recently used one of too many. */
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
