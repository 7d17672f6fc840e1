// rnnc predict: answers new data, in its own units and labels.
import { fail } from '../../dsl/diagnostics.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { predictAsync, predictedBatch } from '../../runtime/predict.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { csvOf, jsonOf, tableOf } from '../answers.ts'
import { type AddCommand, describeUse } from '../command.ts'
import { oneOf } from '../errors.ts'
import { memoryHere } from '../machineMemory.ts'
import { count, type Output, ranBy } from '../output.ts'
import { checkNoWeights, checkStdout, readsOf } from '../outputFile.ts'
import { createMeter } from '../progress.ts'
import { openRun, type TrainedOptions, trainedFlags, weightsArgument } from '../trained.ts'

interface Options extends TrainedOptions {
  readonly out?: string
  readonly format?: string
  readonly force?: boolean
}

export const predict: AddCommand = (program, output) =>
  describeUse(
    program
      .command('predict')
      .description(
        'Answers for new data, in the units and labels of the data. Every row is used, and no target is needed.',
      )
      .argument(...weightsArgument),
    [
      ['--out <path>', 'write the answers to a file; to stdout if left out'],
      ['--force', 'write the answers there also if weights would be lost'],
      ['--format <text|csv|json>', 'text on stdout; csv for an --out that ends in .csv, json for another'],
      ...trainedFlags,
    ],
    [
      'rnnc predict sunspots.safetensors --data new.csv',
      'rnnc predict sunspots.safetensors --data new.csv --format csv > answers.csv',
      'rnnc predict sunspots.rnn --weights sunspots.safetensors --data new.csv --out answers.json',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { out } = options
  const format = chooseFormat(options, output)
  if (out !== undefined) await checkWritable(out)
  const opened = await openRun(path, options, output)
  const { model, precision, weights, fitted, target, block, source } = opened
  const reads = readsOf(opened)
  if (out === undefined) await checkStdout(output, reads)
  else await checkNoWeights(out, output, reads, options.force ? 'forced' : 'not forced')
  const stored = fitted ?? { calls: {}, ports: {}, sizes: {} }
  const { part, sizes } = await loadInputs(block, model.signature, { ...source, fitted: stored })
  const memory = memoryHere()
  const { backend, ...chosen } = await target.settle(() =>
    sampleStep(model, 'predict', part, sizes, { batch: predictedBatch, precision, seed: 0, weights, memory }),
  )
  const onBatch = createMeter(output, 'predicting')
  const { examples, ...ran } = await predictAsync(model, weights, part, sizes, fitted, {
    backend,
    precision,
    memory,
    onBatch,
  })
  const facts = {
    model: model.signature.name,
    ...ran,
    ...chosen,
    dtype: precision,
    count: examples.length,
  }
  const object = { ok: true, ...facts, predictions: jsonOf(examples) }
  const texts = { text: () => tableOf(examples), csv: () => csvOf(examples), json: () => `${JSON.stringify(object)}\n` }
  output.note(`${facts.model}: ${count(facts.count, 'answer')} (${ranBy(ran)}, ${precision})`)
  if (out === undefined) return output.result(object, output.json ? '' : texts[format]())
  await writeBytes(out, new TextEncoder().encode(texts[format]()))
  output.result({ ok: true, ...facts, out }, `saved ${out}`)
}

type Format = 'text' | 'csv' | 'json'

/** Chooses the format. RNN505 for an unknown one, RNN509 for one other than JSON where stdout must hold JSON. */
function chooseFormat({ format, out }: Options, { json }: Output): Format {
  const otherwise = out === undefined ? (json ? 'json' : 'text') : out.endsWith('.csv') ? 'csv' : 'json'
  const chosen = oneOf<Format>('format', format ?? otherwise, ['text', 'csv', 'json'])
  if (!json || out !== undefined || chosen === 'json') return chosen
  const found = `\`--format ${chosen}\``
  return fail('RNN509', { what: '--json', expected: '`--format json`, or a file for the answers (`--out`)', found })
}
