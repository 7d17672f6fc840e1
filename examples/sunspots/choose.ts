// How the configuration in sunspots.rnn was chosen: candidates compared on years before the test years, which are never read.
// Run it with `node examples/sunspots/choose.ts`; it takes several minutes.
import { readFile } from 'node:fs/promises'
import { compile, RnnError } from 'rnnc'
import { autoregression, lastValue } from './baselines.ts'
import { deviation, mean, meanAbsoluteError, openRecord, type Rows, trainSeeds } from './experiment.ts'
import { createProgress } from './progress.ts'

/** The last 20 % of the 309 years, which nothing here may see. */
const testYears = 62
/** Years scored in each fold; as many before them end training (`patience`), all earlier ones train. */
const fold = 31
const folds = 3
const seeds = [1, 2, 3]

/** The program with some of its text changed: [what stands there, what is tried]. */
type Candidate = readonly (readonly [from: string, to: string])[]

const window = (n: number): Candidate => [
  ['T[12]', `T[${n}]`],
  ['windows(s, 12', `windows(s, ${n}`],
]
const scale = 'sqrt(csv("sunspots.csv").sunspots)'
const recurrent = '[past] |> Gated(units) |> last |> dense(1)'
const candidates: ReadonlyMap<string, Candidate> = new Map([
  ['as in sunspots.rnn', []],
  ['cell SimpleRNN', [['|> Gated(units)', '|> SimpleRNN(units)']]],
  ['cell LSTM', [['|> Gated(units)', '|> LSTM(units)']]],
  ['predict the change from the last year', [[recurrent, `last(past) + (${recurrent})`]]],
  ['9 years', window(9)],
  ['18 years', window(18)],
  ['24 years', window(24)],
  ['16 units', [['units = 32', 'units = 16']]],
  ['64 units', [['units = 32', 'units = 64']]],
  ['rate 0.001', [['Adam(0.003)', 'Adam(0.001)']]],
  ['rate 0.01', [['Adam(0.003)', 'Adam(0.01)']]],
  ['raw figures', [[scale, 'csv("sunspots.csv").sunspots']]],
  ['log(1 + x)', [[scale, 'log1p(csv("sunspots.csv").sunspots)']]],
])

const folder = new URL('./', import.meta.url)
const program = await readFile(new URL('sunspots.rnn', folder), 'utf8')
const lines = (await readFile(new URL('sunspots.csv', folder), 'utf8')).trim().split('\n')
const known = lines.length - 1 - testYears

function changed(changes: Candidate): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`sunspots.rnn does not say \`${from}\``)
    return text.replace(from, to)
  }, program)
}

/** The first rows of the file: with them, and with those fractions, the part for testing is the fold that is scored. */
function foldOf(index: number) {
  const rows = known - fold * (folds - 1 - index)
  return {
    split: `ordered(${(rows - 2 * fold) / rows}, ${fold / rows}, ${fold / rows})`,
    bytes: new TextEncoder().encode(lines.slice(0, 1 + rows).join('\n')),
  }
}

interface Errors {
  /** For each fold and seed. */
  readonly model: readonly number[]
  /** For each fold. */
  readonly ar: readonly number[]
  readonly last: readonly number[]
}

async function validate(source: string, onProgress: (done: number, text: string) => void): Promise<Errors> {
  const model: number[] = []
  const ar: number[] = []
  const last: number[] = []
  for (let index = 0; index < folds; index++) {
    const { split, bytes } = foldOf(index)
    const compiled = compile(source.replace('ordered(0.7, 0.1, 0.2)', split))
    const record = await openRecord(compiled, { read: () => bytes })
    const scored: Rows = record.test
    if (scored.end - scored.start !== fold) throw new Error('the split does not give the fold')
    const error = (predictions: readonly number[]) => meanAbsoluteError(predictions, record.figures, scored)
    const runs = await trainSeeds(compiled, record, seeds, {
      onProgress: (done, text) => onProgress((index + done) / folds, `fold ${index + 1}, ${text}`),
    })
    model.push(...runs.map(run => error(run.predictions)))
    ar.push(error(autoregression(record.scaled, 9, scored.start).map(record.unscale)))
    last.push(error(lastValue(record.figures)))
  }
  return { model, ar, last }
}

const progress = createProgress()
try {
  const yearOf = (row: number): string => lines[1 + row].split(',')[0]
  console.log(`Mean absolute error on ${yearOf(known - fold * folds)}–${yearOf(known - 1)}, never a test year:`)
  console.log(
    `${folds} folds of ${fold} years, seeds ${seeds.join(', ')}; ± is the standard deviation over the seeds.\n`,
  )
  console.log('| candidate | validation MAE | AR(9) on the same scale |')
  console.log('|---|---|---|')
  let place = 0
  for (const [name, changes] of candidates) {
    const errors = await validate(changed(changes), (done, text) =>
      progress.update((place + done) / candidates.size, `${name}, ${text}`),
    )
    place++
    progress.hide()
    const bySeed = seeds.map((_, i) => mean(errors.model.filter((_, at) => at % seeds.length === i)))
    const figures = `${mean(bySeed).toFixed(2)} ± ${deviation(bySeed).toFixed(2)} | ${mean(errors.ar).toFixed(2)}`
    console.log(`| ${name} | ${figures} |`)
    if (place === candidates.size) console.log(`| last value | ${mean(errors.last).toFixed(2)} | |`)
  }
} catch (error) {
  if (!(error instanceof RnnError)) throw error
  console.error(error.message)
  process.exitCode = 1
} finally {
  progress.hide()
}
