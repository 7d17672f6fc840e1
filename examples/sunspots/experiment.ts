// What `main.ts` and `choose.ts` share: the record of sunspots as a program reads it, and training on it with several seeds.
import {
  type EpochReport,
  type Fit,
  fit,
  inverse,
  type LoadedData,
  loadData,
  loadInputs,
  type Model,
  predict,
  type ReadFile,
} from '../../runtime/index.ts'

/** Consecutive rows of the file: from `start` up to and without `end`. */
export interface Rows {
  readonly start: number
  readonly end: number
}

/** One figure for each row of the file, and what the program makes of it. */
export interface Record {
  readonly data: LoadedData
  readonly figures: readonly number[]
  /** The figures on the scale that the model works in. */
  readonly scaled: readonly number[]
  /** From that scale back to sunspots. */
  readonly unscale: (value: number) => number
  /** How many rows the model sees before the one that it predicts. */
  readonly window: number
  readonly validation: Rows
  readonly test: Rows
  /** What a trained model predicts for each row, from the true rows before it; the first `window` rows have no prediction. */
  readonly predict: (trained: Fit) => readonly number[]
}

export interface Source {
  readonly read: ReadFile
  /** A file in place of the one that the program names. */
  readonly path?: string
}

export async function openRecord(model: Model, { read, path }: Source): Promise<Record> {
  const data = await loadData(model, { read, path })
  const { fitted } = data
  const inputs = await loadInputs({ model, fitted }, { read, path })
  // Every window of the whole series, each one row later than the one before.
  const pasts = inputs.part.ports.past.map(example => [...example.values])
  const window = pasts[0].length
  const scaled = [...pasts[0], ...pasts.slice(1).flatMap(past => past.slice(-1))]
  const unscale = (value: number): number => Number(inverse(fitted, 'next', [value])[0])
  const rows = scaled.length
  // Windows are cut inside each part of the split, so a part of n rows has n - window examples.
  const sizeOf = (examples: number | undefined): number => (examples === undefined ? 0 : examples + window)
  const testStart = rows - sizeOf(data.test?.count)
  return {
    data,
    figures: scaled.map(unscale),
    scaled,
    unscale,
    window,
    validation: { start: testStart - sizeOf(data.validation?.count), end: testStart },
    test: { start: testStart, end: rows },
    predict: trained => {
      const answers = predict(trained, inputs).next.map(Number)
      return [...Array.from({ length: window }, () => Number.NaN), ...answers.slice(0, rows - window)]
    },
  }
}

/** A model that was trained with one seed. */
export interface Run {
  readonly seed: number
  readonly result: Fit
  /** For each row of the file. */
  readonly predictions: readonly number[]
}

export interface Watch {
  /** After each epoch: the fraction of all seeds that is done, if nothing gets better from here on. */
  readonly onProgress?: (done: number, text: string) => void
  readonly onRun?: (run: Run) => void
  readonly signal?: AbortSignal
}

/** Trains once for each seed; after an abort, the runs that were complete. */
export async function trainSeeds(
  model: Model,
  record: Record,
  seeds: readonly number[],
  { onProgress, onRun, signal }: Watch = {},
): Promise<Run[]> {
  const { epochs = 10, patience = epochs } = model.settings
  const runs: Run[] = []
  let before = 0
  for (const [i, seed] of seeds.entries()) {
    let best = { loss: Number.POSITIVE_INFINITY, epoch: 0 }
    const onEpoch = ({ epoch, training, validation = training }: EpochReport): void => {
      if (validation.loss < best.loss) best = { loss: validation.loss, epoch }
      const length = Math.min(epochs, best.epoch + patience)
      const left = length - epoch + (seeds.length - i - 1) * length
      onProgress?.((before + epoch) / (before + epoch + left), `seed ${seed}, epoch ${epoch}`)
    }
    const result = await fit(model, record.data, { seed, signal, onEpoch })
    if (result.ended === 'aborted') break
    before += result.history.length
    const run = { seed, result, predictions: record.predict(result) }
    runs.push(run)
    onRun?.(run)
  }
  return runs
}

/** The mean absolute error of predictions in sunspots, over some rows. */
export function meanAbsoluteError(predictions: readonly number[], figures: readonly number[], { start, end }: Rows) {
  let sum = 0
  for (let row = start; row < end; row++) sum += Math.abs(predictions[row] - figures[row])
  return sum / (end - start)
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** The standard deviation of a sample (n - 1); 0 for a single value. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, x) => sum + (x - center) ** 2, 0) / (values.length - 1))
}
