// A bar on stderr for work that takes longer than two seconds, with the time that is left at most.
import { type Options, Presets, SingleBar } from 'cli-progress'

export interface Progress {
  /** `done` from 0 to 1; `text` says what is going on. */
  update(done: number, text: string): void
  /** Clears the bar, before something else is printed; the next update shows it again. */
  hide(): void
}

const options: Options = {
  stream: process.stderr,
  format: '{bar} {percentage}% | {left} | {text}',
  clearOnComplete: true,
  hideCursor: true,
  // Where stderr is a file or a pipe, a line now and then.
  noTTYOutput: true,
  notTTYSchedule: 5000,
}

/** @param patience how long nothing is shown, in ms. */
export function createProgress(patience = 2000): Progress {
  const start = performance.now()
  let bar: SingleBar | undefined
  return {
    update: (done, text) => {
      const elapsed = performance.now() - start
      if (elapsed < patience || done === 0) return
      const left = `at most ${timeText((elapsed / done) * (1 - done))} left`
      if (bar === undefined) {
        bar = new SingleBar(options, Presets.shades_classic)
        bar.start(1, done, { left, text })
      } else bar.update(done, { left, text })
    },
    hide: () => {
      bar?.stop()
      bar = undefined
    },
  }
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
