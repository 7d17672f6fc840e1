// rnnc predict: answers for new data, in its own units and labels.
import { fail } from '../../dsl/diagnostics.ts'
import { loadInputs } from '../../runtime/data/load.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { predict as runPrediction } from '../../runtime/predict.ts'
import { csvOf } from '../answers.ts'
import {
  type AddCommand,
  backendOption,
  chooseBackend,
  chooseDtype,
  dataOption,
  dtypeOption,
  examples,
  jsonOption,
  setOption,
} from '../command.ts'
import { oneOf } from '../errors.ts'
import type { Output } from '../output.ts'
import { dataReader } from '../program.ts'
import { createMeter } from '../progress.ts'
import { dataOf, openTrained } from '../weights.ts'

interface Options {
  readonly weights?: string
  readonly data?: string
  readonly out?: string
  readonly format?: string
  readonly backend: string
  readonly dtype?: string
  readonly set?: readonly string[]
}

export const predict: AddCommand = (program, output) =>
  program
    .command('predict')
    .description(
      'Answers for new data, in the units and labels of the data. Every row is used, and no target is needed.',
    )
    .argument('<weights>', 'a weights file, or a program together with --weights')
    .option('--weights <path>', 'weights for the program')
    .option(...dataOption)
    .option('--out <path>', 'write the answers to a file; to stdout if left out')
    .option('--format <json|csv>', 'csv for an --out that ends in .csv, else json')
    .option(...backendOption)
    .option(...dtypeOption)
    .option(...setOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        'rnnc predict sunspots.safetensors --data new.csv',
        'rnnc predict sunspots.safetensors --data new.csv --format csv > answers.csv',
        'rnnc predict sunspots.rnn --weights sunspots.safetensors --data new.csv --out answers.json',
      ),
    )
    .action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { out } = options
  const backend = chooseBackend(options.backend)
  const format = oneOf('format', options.format ?? (out?.endsWith('.csv') ? 'csv' : 'json'), ['json', 'csv'])
  if (output.json && format === 'csv' && out === undefined) {
    fail('RNN509', {
      what: '--json',
      expected: '`--format json`, or a file for the CSV (`--out`)',
      found: '`--format csv`',
    })
  }
  const dtype = options.dtype === undefined ? undefined : chooseDtype(options.dtype)
  if (out !== undefined) await checkWritable(out)
  const trained = await openTrained(path, { ...options, dtype }, output)
  const { model, precision, weights, fitted, file } = trained
  const chosen = options.data ?? trained.data
  const { part, sizes } = await loadInputs(dataOf(model), model.signature, {
    read: dataReader(file, chosen),
    path: chosen,
    fitted: fitted ?? { calls: {}, ports: {}, sizes: {} },
    sizes: trained.sizes,
  })
  const found = runPrediction(model, weights, part, sizes, fitted, {
    backend,
    precision,
    onBatch: createMeter(output, 'predicting'),
  })
  const facts = { model: model.signature.name, backend: found.backend, dtype: precision, count: found.examples.length }
  const object = { ok: true, ...facts, predictions: found.examples }
  const text = format === 'csv' ? csvOf(found.examples) : `${JSON.stringify(object)}\n`
  output.note(`${facts.model}: ${facts.count} answers (${found.backend}, ${precision})`)
  if (out === undefined) return output.result(object, text)
  await writeBytes(out, new TextEncoder().encode(text))
  output.result({ ok: true, ...facts, out }, `saved ${out}`)
}
