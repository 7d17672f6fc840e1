// The log of a training (`--log run.jsonl`): a line of JSON for each epoch, and for every so many steps.
import { closeSync, openSync, writeSync } from 'node:fs'
import { readFile, rename, stat } from 'node:fs/promises'
import { fail } from '../dsl/diagnostics.ts'
import { isObject } from '../runtime/json.ts'
import { reasonOf, writeBytes } from '../runtime/node/index.ts'
import type { EpochReport, Moment, StepReport, WatchedReport } from '../runtime/train.ts'
import type { TrainingState } from '../runtime/trainingState.ts'
import type { Output } from './output.ts'
import { withWord } from './outputFile.ts'

export interface TrainingLog {
  step(report: StepReport): void
  epoch(report: EpochReport, moment: Moment): void
  close(): void
}

export interface LogOptions {
  /** How many steps lie between two lines for a step; none are written if left out. */
  readonly steps?: number
  /** The state that the training goes on from: the log goes on behind its last line. */
  readonly from?: TrainingState
}

/** Opens a log. An earlier one is kept as NAME.previous.jsonl, unless the training goes on. RNN503 if it cannot be written, then or later. */
export async function openLog(path: string, { steps, from }: LogOptions, output: Output): Promise<TrainingLog> {
  if (from === undefined) await keepEarlier(path, output)
  else await cutBehind(path, from)
  const refuse = (error: unknown): never => fail('RNN503', { path, reason: reasonOf(error) })
  const file = attempt(() => openSync(path, 'a'), refuse)
  const write = (line: object): void => attempt(() => writeAll(file, `${JSON.stringify(line)}\n`), refuse)
  return {
    step: ({ step, epoch, loss, ...rest }) => {
      if (steps !== undefined && step % steps === 0) write({ at: 'step', step, epoch, loss, ...measured(rest) })
    },
    epoch: ({ epoch, training: { loss, ...metrics }, validation, ...watched }, { step, seconds }) =>
      write({
        ...{ at: 'epoch', step, epoch, loss, ...metrics },
        ...(validation && { validation }),
        ...measured({ ...watched, seconds }),
      }),
    close: () => closeSync(file),
  }
}

/** A number that is not known is null; so JSON writes one that is not finite. */
const measured = ({
  rate = Number.NaN,
  gradientNorm = Number.NaN,
  seconds,
}: WatchedReport & Pick<Moment, 'seconds'>) => ({
  rate,
  gradient_norm: gradientNorm,
  seconds: Math.round(seconds * 1000) / 1000,
})

function attempt<T>(run: () => T, refuse: (error: unknown) => never): T {
  try {
    return run()
  } catch (error) {
    return refuse(error)
  }
}

function writeAll(file: number, text: string): void {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

async function keepEarlier(path: string, output: Output): Promise<void> {
  const there = await stat(path).catch(() => undefined)
  if (!there?.isFile() || there.size === 0) return
  const previous = withWord(path, 'previous')
  try {
    await rename(path, previous)
  } catch (error) {
    fail('RNN503', { path: previous, reason: reasonOf(error) })
  }
  output.note(`${path} contains an earlier log, which is kept as ${previous}`)
}

/** Removes the lines behind a state: they were written after it was saved, and will be written again. */
async function cutBehind(path: string, { steps, history }: TrainingState): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const isBefore = (line: string): boolean => {
    const found = parsed(line)
    if (!isObject(found)) return false
    return found.at === 'epoch' ? Number(found.epoch) <= history.length : Number(found.step) <= steps
  }
  const kept = text.split('\n').filter(line => line !== '' && isBefore(line))
  const whole = kept.map(line => `${line}\n`).join('')
  if (whole !== text) await writeBytes(path, new TextEncoder().encode(whole))
}

/** A process that is killed may leave half a line. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
