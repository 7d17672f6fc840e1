// A bar of progress that redraws its line on a terminal.

export interface Bar {
  /** Shows the fraction of the work that is done, from 0 to 1, and a text; at most ten times a second. */
  update(done: number, text: string): void
  /** Leaves the line empty. */
  clear(): void
}

/** Characters of the bar. */
const width = 24
/** Shortest time between two drawings, in ms. */
const interval = 100
/** Moves to the beginning of the line; erases from there to its end. */
const [toStart, erase] = ['\r', '\u001b[K']

export function createBar(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>): Bar {
  let drawn = Number.NEGATIVE_INFINITY
  return {
    update: (done, text) => {
      const now = performance.now()
      if (now - drawn < interval) return
      drawn = now
      const full = Math.round(done * width)
      const line = `${'\u2588'.repeat(full)}${'\u2591'.repeat(width - full)} ${Math.floor(done * 100)}%  ${text}`
      // A line that is too long would go on in the next one, which is not erased.
      stream.write(`${toStart}${line.slice(0, (stream.columns ?? 80) - 1)}${erase}`)
    },
    clear: () => void stream.write(`${toStart}${erase}`),
  }
}
