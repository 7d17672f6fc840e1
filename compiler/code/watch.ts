// Watches what threads load and store between barriers, for the interpreter: no thread may touch what another stores.

/** Notes a load or a store of some bytes. Throws a plain Error where another thread is in its way. */
export type Touch = (at: number, bytes: number, stores: boolean) => void

export interface Watch {
  /** Notes for one thread. */
  touchOf(thread: number): Touch
  /** Forgets all, as threads do at a barrier. */
  meet(): void
}

/** What threads have done to a word of memory: the first that touched it, whether others did, and whether one stored. */
interface Word {
  readonly thread: number
  several: boolean
  stored: boolean
}

export function createWatch(): Watch {
  const words = new Map<number, Word>()
  return {
    touchOf: thread => (at, bytes, stores) => {
      for (let word = at >> 2; word < (at + bytes) >> 2; word++) {
        const known = words.get(word) ?? { thread, several: false, stored: false }
        known.several ||= known.thread !== thread
        known.stored ||= stores
        if (known.several && known.stored) throw new Error(`threads are in each other's way at byte ${4 * word}`)
        words.set(word, known)
      }
    },
    meet: () => words.clear(),
  }
}
