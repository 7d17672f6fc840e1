// What `npm start` runs: trains the model of sunspots.rnn with three seeds, and compares it with simple baselines.
import { mkdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import type { TopLevelSpec } from 'vega-lite'
import { argumentError } from '../../cli/errors.ts'
import { catchInterrupt } from '../../cli/interrupt.ts'
import { processIo } from '../../cli/io.ts'
import { createOutput, reportError, table } from '../../cli/output.ts'
import { type CompiledModel, compile } from '../../runtime/index.ts'
import { checkWritable, readBytes, readerIn, writeBytes } from '../../runtime/node/index.ts'
import { autoregression, lastValue } from './baselines.ts'
import {
  deviation,
  mean,
  meanAbsoluteError,
  openRecord,
  type Record,
  type Rows,
  type Run,
  trainSeeds,
} from './experiment.ts'
import { forecastPlot, toSvg, trainingPlot } from './plots.ts'
import { createProgress } from './progress.ts'
import { readYears } from './years.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
const seeds = [1, 2, 3]

const args = process.argv.slice(2)
const output = createOutput(args.includes('--json'), processIo())
const options = new Command('npm start --')
  .description('Trains the sunspots example with three seeds and compares it with simple baselines.')
  .option('--json', 'write one JSON object to stdout, and all else to stderr')
  .option('--data <path>', 'read this file in place of sunspots.csv')
  .option('--out <folder>', 'where the plots go', join(folder, 'out'))
  .configureOutput({ outputError: () => {} })
  .exitOverride()

interface Scores {
  readonly mae: { readonly mean: number; readonly spread: number; readonly seeds: readonly number[] }
  readonly baselines: { readonly last: number; readonly ar9_raw: number; readonly ar9_scaled: number }
}

function scoresOf(record: Record, runs: readonly Run[]): Scores {
  const { figures, scaled, unscale, test } = record
  const error = (predictions: readonly number[]): number => meanAbsoluteError(predictions, figures, test)
  const maes = runs.map(run => error(run.predictions))
  return {
    mae: { mean: mean(maes), spread: deviation(maes), seeds: maes },
    baselines: {
      last: error(lastValue(figures)),
      ar9_raw: error(autoregression(figures, 9, test.start)),
      ar9_scaled: error(autoregression(scaled, 9, test.start).map(unscale)),
    },
  }
}

function summary({ mae, baselines }: Scores, testYears: string): string {
  const rows = [
    [
      'this model',
      mae.mean.toFixed(2),
      `± ${mae.spread.toFixed(2)}: standard deviation over seeds ${seeds.join(', ')}`,
    ],
    ['the last value', baselines.last.toFixed(2)],
    ['AR(9) on the raw figures', baselines.ar9_raw.toFixed(2)],
    ["AR(9) on the model's own scale", baselines.ar9_scaled.toFixed(2)],
  ]
  return [
    `Mean absolute error one year ahead, in sunspots, on the test years ${testYears}:`,
    '',
    table(rows, [1]),
    '',
    verdict('the last value', mae, baselines.last),
    verdict('AR(9) on the raw figures', mae, baselines.ar9_raw),
    verdict("AR(9) on the model's own scale", mae, baselines.ar9_scaled),
  ].join('\n')
}

function verdict(name: string, mae: Scores['mae'], other: number): string {
  const apart = Math.abs(mae.mean - other)
  const [better, worse] = mae.mean < other ? ['The model', name] : [capitalized(name), 'the model']
  const doubt = apart < mae.spread ? ': less than the spread, so no clear difference' : ''
  return `${better} beats ${worse} by ${apart.toFixed(2)}${doubt}.`
}

const capitalized = (text: string): string => text[0].toUpperCase() + text.slice(1)

interface Plots {
  readonly forecast: string
  readonly training: string
}

/** Where the plots go. RNN503 if they cannot be written, before the training and not after it. */
async function preparePlots(out: string): Promise<Plots> {
  const plots = { forecast: join(out, 'forecast.svg'), training: join(out, 'training.svg') }
  // If this fails, the check says why.
  await mkdir(out).catch(() => undefined)
  await checkWritable(plots.forecast)
  await checkWritable(plots.training)
  return plots
}

async function draw(plots: Plots, record: Record, runs: readonly Run[], years: readonly number[], { mae }: Scores) {
  const write = async (path: string, spec: TopLevelSpec): Promise<void> =>
    writeBytes(path, new TextEncoder().encode(await toSvg(spec)))
  const span = (rows: Rows): string => spanOf(years, rows)
  await write(plots.forecast, forecastPlot(record, runs, years, `${mae.mean.toFixed(2)} ± ${mae.spread.toFixed(2)}`))
  await write(plots.training, trainingPlot(record, runs, span))
}

const spanOf = (years: readonly number[], { start, end }: Rows): string => `${years[start]}–${years[end - 1]}`

async function main(data: string | undefined, out: string): Promise<void> {
  const model = await compileProgram()
  const path = data === undefined ? undefined : resolve(data)
  const record = await openRecord(model, { read: readerIn(folder), path })
  const years = readYears(await readBytes(path ?? join(folder, 'sunspots.csv')), path ?? 'sunspots.csv')
  const testYears = spanOf(years, record.test)
  const plots = await preparePlots(resolve(out))
  const progress = createProgress()
  const interrupt = catchInterrupt(() => output.note('Stopping …'))
  const { signal } = interrupt
  output.note(
    `Training on ${years[0]}–${years[record.validation.start - 1]}, validation ${spanOf(years, record.validation)}, test ${testYears}.`,
  )
  try {
    const runs = await trainSeeds(model, record, seeds, {
      signal,
      onProgress: progress.update,
      onRun: ({ seed, result, predictions }) => {
        progress.hide()
        const error = meanAbsoluteError(predictions, record.figures, record.test).toFixed(2)
        output.note(
          `Seed ${seed}: best of ${result.history.length} epochs is ${result.epoch}, test MAE ${error} (backend: ${result.backend}).`,
        )
      },
    })
    progress.hide()
    if (signal.aborted) {
      output.note('Stopped: nothing was written.')
      process.exitCode = 130
      return
    }
    const scores = scoresOf(record, runs)
    await draw(plots, record, runs, years, scores)
    const drawn = Object.values(plots).map(plot => relative('', plot))
    output.result(
      {
        test: { mae: scores.mae, years: testYears },
        baselines: scores.baselines,
        spread: 'standard deviation over seeds',
        backend: runs[0].result.backend,
        plots: { ...plots },
      },
      `\n${summary(scores, testYears)}\n\nPlots: ${drawn.join(', ')}`,
    )
  } finally {
    progress.hide()
    interrupt.release()
  }
}

async function compileProgram(): Promise<CompiledModel> {
  const file = relative('', join(folder, 'sunspots.rnn'))
  const source = await readFile(file, 'utf8')
  output.sources.set(file, source)
  return compile(source, { file })
}

try {
  options.parse(args, { from: 'user' })
  const { data, out } = options.opts<{ data?: string; out: string }>()
  await main(data, out)
} catch (error) {
  if (!(error instanceof CommanderError)) reportError(error, output)
  else if (error.exitCode !== 0) reportError(argumentError(error, options, args), output)
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 1
}
