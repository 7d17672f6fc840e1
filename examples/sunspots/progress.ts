// A bar on stderr for work that takes longer than two seconds, with the time that is left.
import { createBar } from '../../cli/bar.ts'
import { duration } from '../../cli/progress.ts'

export interface Progress {
  /** `done` from 0 to 1; `text` says what is going on. */
  update(done: number, text: string): void
  /** Clears the bar, before something else is printed; the next update shows it again. */
  hide(): void
}

/** Nothing is shown before, in ms. */
const patience = 2000
/** Time between two lines where stderr is a file or a pipe, in ms. */
const interval = 5000

export function createProgress(): Progress {
  const start = performance.now()
  const bar = process.stderr.isTTY ? createBar(process.stderr) : undefined
  let written = start + patience - interval
  let shown = false
  return {
    update: (done, text) => {
      const now = performance.now()
      const elapsed = now - start
      if (elapsed < patience || done === 0) return
      const about = `${text}  about ${duration(((elapsed / done) * (1 - done)) / 1000)} left`
      shown = true
      bar?.update(done, about)
      if (bar !== undefined || now - written < interval) return
      written = now
      process.stderr.write(`${Math.floor(done * 100)}%  ${about}\n`)
    },
    hide: () => {
      if (shown) bar?.clear()
      shown = false
    },
  }
}
