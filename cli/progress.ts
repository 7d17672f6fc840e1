// Shows the progress of training: by a bar that redraws itself on a terminal, else by a line now and then.
import type { EpochReport, StepReport } from '../runtime/train.ts'
import { figure, figures, type Output } from './output.ts'

export interface Progress {
  step(report: StepReport): void
  epoch(report: EpochReport): void
  /** Leaves the terminal as it was. */
  stop(): void
}

/** Shortest time between two lines, in ms: shorter work is not reported. */
const patience = 2000
/** Time without a line after which a step within an epoch is reported, in ms. */
const longEpoch = 10_000

/** Shows progress on stderr, with the loss, the metrics of the last epoch, and the time left. */
export const createProgress = async (output: Output): Promise<Progress> =>
  output.terminal === undefined ? createLines(output) : await createBar(output.terminal)

async function createBar(stream: NodeJS.WriteStream): Promise<Progress> {
  // Loaded only where there is a bar to show.
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage}%  epoch {epoch}  loss {loss}{validation}  {left}',
    barsize: 24,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: false,
    clearOnComplete: true,
    gracefulExit: false,
    fps: 10,
    stream,
  })
  const started = performance.now()
  let validation = ''
  bar.start(1000, 0, { epoch: 1, loss: '-', validation, left: '' })
  return {
    step: ({ done, epoch, loss }) =>
      bar.update(Math.round(done * 1000), { epoch, loss: figure(loss), validation, left: timeLeft(started, done) }),
    epoch: report => {
      if (report.validation !== undefined) validation = `  validation ${figures(report.validation)}`
    },
    stop: () => bar.stop(),
  }
}

function createLines(output: Output): Progress {
  const started = performance.now()
  let written = started
  let done = 0
  const write = (line: string): void => {
    written = performance.now()
    output.note(`${line}  ${timeLeft(started, done)}`)
  }
  return {
    step: report => {
      done = report.done
      if (performance.now() - written < longEpoch) return
      write(`epoch ${report.epoch}, step ${report.step}: loss ${figure(report.loss)}`)
    },
    epoch: ({ epoch, training, validation }) => {
      if (performance.now() - written < patience) return
      write(`epoch ${epoch}: ${figures(training)}${validation ? `; validation: ${figures(validation)}` : ''}`)
    },
    stop: () => {},
  }
}

/** Reports every two seconds, from its first call on, the fraction of some work that is done. */
export function createMeter(output: Output, work: string): (done: number) => void {
  let first: { readonly at: number; readonly done: number } | undefined
  let written = 0
  return done => {
    const now = performance.now()
    if (first === undefined) {
      first = { at: now, done }
      written = now
    }
    if (now - written < patience) return
    written = now
    const left = timeLeft(first.at, (done - first.done) / (1 - first.done))
    output.note(`${work}: ${Math.floor(done * 100)} %  ${left}`)
  }
}

/** Reports every two seconds how much of a file is read: a fraction where its size is known, which that of a pipe is not. */
export function createReadMeter(output: Output, work: string): (read: number, size: number | undefined) => void {
  const meter = createMeter(output, work)
  let written = performance.now()
  return (read, size) => {
    if (size !== undefined) return meter(read / size)
    if (performance.now() - written < patience) return
    written = performance.now()
    output.note(`${work}: ${Math.floor(read / 1e6)} MB`)
  }
}

/** Estimates the time left from the fraction done so far. */
function timeLeft(started: number, done: number): string {
  if (done <= 0) return ''
  const seconds = ((performance.now() - started) / 1000 / done) * (1 - done)
  return `${duration(seconds)} left`
}

/** Writes a duration: `5 days`, `1 h 05 min`, `2 min 03 s`, `4 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  if (whole >= 360_000) return `${Math.round(whole / 86_400)} days`
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s` : `${whole} s`
}
