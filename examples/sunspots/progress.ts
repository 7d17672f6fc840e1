// A bar on stderr for work that takes longer than two seconds, with the time that is left.
import cliProgress from 'cli-progress'
import { duration } from '../../cli/progress.ts'

export interface Progress {
  /** `done` from 0 to 1; `text` says what is going on. */
  update(done: number, text: string): void
  /** Clears the bar, before something else is printed; the next update shows it again. */
  hide(): void
}

/** Nothing is shown before, in ms. */
const patience = 2000

export function createProgress(): Progress {
  const start = performance.now()
  let bar: cliProgress.SingleBar | undefined
  return {
    update: (done, text) => {
      const elapsed = performance.now() - start
      if (elapsed < patience || done === 0) return
      const left = `about ${duration(((elapsed / done) * (1 - done)) / 1000)} left`
      if (bar === undefined) {
        bar = createBar()
        bar.start(1000, Math.round(done * 1000), { left, text })
      } else bar.update(Math.round(done * 1000), { left, text })
    },
    hide: () => {
      bar?.stop()
      bar = undefined
    },
  }
}

const createBar = (): cliProgress.SingleBar =>
  new cliProgress.SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}%  {text}  {left}',
    barsize: 24,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: false,
    gracefulExit: false,
    clearOnComplete: true,
    // Where stderr is a file or a pipe, a line now and then.
    noTTYOutput: true,
    notTTYSchedule: 5000,
  })
