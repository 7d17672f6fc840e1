// How the configuration in sunspots.rnn was chosen: candidates compared on years before the test years, which are never read.
// Run it with `node examples/sunspots/choose.ts`; it takes several minutes.
import { readFile } from 'node:fs/promises'
import { compile } from '../../runtime/index.ts'
import { autoregression, lastValue } from './baselines.ts'
import { deviation, mean, meanAbsoluteError, openRecord, type Rows, trainSeeds } from './experiment.ts'
import { createProgress, type Progress } from './progress.ts'

/** The last 20 % of the 309 years, which nothing here may see. */
const testYears = 62
/** Years scored in each fold; as many before them end training (`patience`), all earlier ones train. */
const fold = 31
const folds = 3
const seeds = [1, 2, 3]

/** Where the search starts; what is chosen stands in sunspots.rnn. */
const startUnits = 'units = 32'

/** The program with some of its text changed: [what stands there, what is tried]. */
type Candidate = readonly (readonly [from: string, to: string])[]

const window = (n: number): Candidate => [
  ['T[12]', `T[${n}]`],
  ['windows(s, 12', `windows(s, ${n}`],
]
const scale = 'sqrt(csv("sunspots.csv").sunspots)'
const recurrent = '[past] |> Gated(units) |> last |> dense(1)'
const candidates: ReadonlyMap<string, Candidate> = new Map([
  ['start: GRU, 32 units, 12 years, rate 0.003, square root', []],
  ['cell SimpleRNN', [['|> Gated(units)', '|> SimpleRNN(units)']]],
  ['cell LSTM', [['|> Gated(units)', '|> LSTM(units)']]],
  ['predict the change from the last year', [[recurrent, `last(past) + (${recurrent})`]]],
  ['9 years', window(9)],
  ['18 years', window(18)],
  ['24 years', window(24)],
  ['16 units', [[startUnits, 'units = 16']]],
  ['64 units', [[startUnits, 'units = 64']]],
  ['rate 0.001', [['Adam(0.003)', 'Adam(0.001)']]],
  ['rate 0.01', [['Adam(0.003)', 'Adam(0.01)']]],
  ['raw figures', [[scale, 'csv("sunspots.csv").sunspots']]],
  ['log(1 + x)', [[scale, 'log1p(csv("sunspots.csv").sunspots)']]],
])

const folder = new URL('./', import.meta.url)
const program = (await readFile(new URL('sunspots.rnn', folder), 'utf8')).replace(/units = \d+/, startUnits)
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

interface Validation {
  readonly name: string
  /** The mean over the folds, for each seed. */
  readonly bySeed: readonly number[]
  readonly ar: number
  readonly last: number
}

/** Trains a candidate on each fold with each seed. */
async function validate(name: string, progress: Progress): Promise<Validation> {
  const source = changed(candidates.get(name) ?? [])
  const model: number[][] = []
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
      onProgress: (done, text) => progress.update((index + done) / folds, `${name}, fold ${index + 1}, ${text}`),
    })
    model.push(runs.map(run => error(run.predictions)))
    ar.push(error(autoregression(record.scaled, 9, scored.start).map(record.unscale)))
    last.push(error(lastValue(record.figures)))
  }
  const bySeed = seeds.map((_, i) => mean(model.map(errors => errors[i])))
  return { name, bySeed, ar: mean(ar), last: mean(last) }
}

/** Prints a table, row by row; the candidates, best first. */
async function compare(names: Iterable<string>): Promise<Validation[]> {
  console.log(`\nSeeds ${seeds.join(', ')}; ± is the standard deviation over them.\n`)
  console.log('| candidate | validation MAE | AR(9) on the same scale |')
  console.log('|---|---|---|')
  const found: Validation[] = []
  for (const name of names) {
    const progress = createProgress()
    const validation = await validate(name, progress).finally(progress.hide)
    const { bySeed, ar } = validation
    console.log(`| ${name} | ${mean(bySeed).toFixed(2)} ± ${deviation(bySeed).toFixed(2)} | ${ar.toFixed(2)} |`)
    found.push(validation)
  }
  return found.sort((a, b) => mean(a.bySeed) - mean(b.bySeed))
}

const yearOf = (row: number): string => lines[1 + row].split(',')[0]
console.log(
  `Mean absolute error on ${yearOf(known - fold * folds)}–${yearOf(known - 1)}, in ${folds} folds of ${fold} years.`,
)
const all = await compare(candidates.keys())
console.log(`\nThe last value: ${all[0].last.toFixed(2)}`)
console.log(`\nTaken: ${all[0].name}`)
