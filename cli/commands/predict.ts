// rnnc predict: answers new data, in its own units and labels.
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { forecastAsync } from '../../runtime/forecast.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { predictAsync, predictedBatch } from '../../runtime/predict.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { stream } from '../../runtime/stream/stream.ts'
import { csvOf, jsonOf, tableOf, withKeys } from '../answers.ts'
import { type AddCommand, chooseDtype, describeUse } from '../command.ts'
import { type DecodingOptions, decodingFlags, readDecoding } from '../decoding.ts'
import { oneOf } from '../errors.ts'
import { readValues } from '../givenValues.ts'
import { memoryHere } from '../machineMemory.ts'
import { type Output, ranBy } from '../output.ts'
import { checkNoWeights, checkStdout, readsOf } from '../outputFile.ts'
import { createMeter } from '../progress.ts'
import { streamAnswers } from '../streamAnswers.ts'
import { openCpu } from '../target.ts'
import { openRun, type TrainedOptions, trainedFlags, weightsArgument } from '../trained.ts'
import { openTrained } from '../weights.ts'

interface Options extends TrainedOptions, DecodingOptions {
  readonly stream?: boolean
  readonly inputs?: string
  readonly over?: string
  readonly out?: string
  readonly format?: string
  readonly force?: boolean
  readonly key?: string
  readonly probabilities?: boolean
}

export const predict: AddCommand = (program, output) =>
  describeUse(
    program
      .command('predict')
      .description(
        'Predict for new data, in the units and labels of the data. Every row is used; targets are not needed.',
      )
      .argument(...weightsArgument),
    [
      ['--out <path>', 'write the answers to this file instead of stdout'],
      ['--force', 'overwrite --out even if it contains weights'],
      ['--format <text|csv|json>', 'by default text on stdout, csv for --out *.csv, json for any other file'],
      [
        '--key <column>',
        'put this column of the data before each answer, of a window that of its last row; `row` is the number of the row',
      ],
      ['--probabilities', 'add the probability of each label: a column `kind.rose`'],
      ['--stream', 'read a sequence from stdin (JSON Lines or CSV) and write one line of JSON per element, at once'],
      ['--inputs <json>', 'with --stream: inputs that are not over the axis, as a JSON object'],
      ['--over <axis>', 'with --stream: axis of the sequence, if the model has several'],
      [
        '--steps <n>',
        'generate at most n elements; from the past of a series, predict n elements ahead by feeding answers back',
      ],
      ...decodingFlags.filter(([flag]) => !flag.startsWith('--steps')),
      ...trainedFlags,
    ],
    [
      'rnnc predict sunspots.safetensors --data new.csv',
      'rnnc predict sunspots.safetensors --data new.csv --format csv > answers.csv',
      'rnnc predict sunspots.safetensors --steps 10 --key year --format csv',
      'rnnc predict flowers.safetensors --data new.csv --key id --probabilities',
      'rnnc predict sunspots.rnn --weights sunspots.safetensors --data new.csv --out answers.json',
      'tail -f sensor.csv | rnnc predict detector.safetensors --stream',
      'rnnc predict translate.safetensors --data new.csv --beam 4',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { out } = options
  if (options.stream) return streaming(path, options, output)
  const alone = (['inputs', 'over'] as const).find(name => options[name] !== undefined)
  if (alone !== undefined)
    fail('RNN509', { what: `--${alone}`, expected: '`--stream` beside it', found: 'predictions of a file' })
  const decoding = readDecoding(options)
  const format = chooseFormat(options, output)
  if (out !== undefined) await checkWritable(out)
  const opened = await openRun(path, options, output)
  const { model, precision, weights, fitted, target, block, source } = opened
  const reads = readsOf(opened)
  if (out === undefined) await checkStdout(output, reads)
  else await checkNoWeights(out, output, reads, options.force ? 'forced' : 'not forced')
  checkModel(model.signature, options)
  const stored = fitted ?? { calls: {}, ports: {}, sizes: {} }
  const { key } = options
  const given = { ...source, fitted: stored, ...(key !== undefined && { key }) }
  const { part, sizes, keys } = await loadInputs(block, model.signature, given)
  const memory = memoryHere()
  const { backend, ...chosen } = await target.settle(
    model.fedBack.length > 0
      ? undefined
      : () => sampleStep(model, 'predict', part, sizes, { batch: predictedBatch, precision, seed: 0, weights, memory }),
  )
  const onBatch = createMeter(output, 'predicting')
  const { steps, ...choosing } = decoding
  const aheadBy = model.fedBack.length === 0 && Object.keys(choosing).length === 0 ? steps : undefined
  const how = {
    backend,
    precision,
    memory,
    ...(Object.keys(decoding).length > 0 && aheadBy === undefined && { decoding }),
    ...(options.probabilities && { probabilities: true }),
    onBatch,
  }
  const { examples: answers, ...ran } =
    aheadBy === undefined
      ? await predictAsync(model, weights, part, sizes, fitted, how)
      : await forecastAsync(aheadBy, model, weights, part, sizes, fitted, how)
  const examples = keys === undefined ? answers : withKeys(answers, key ?? '', keys)
  const facts = {
    model: model.signature.name,
    ...ran,
    ...chosen,
    dtype: precision,
    count: examples.length,
  }
  const object = { ok: true, ...facts, predictions: jsonOf(examples) }
  const texts = { text: () => tableOf(examples), csv: () => csvOf(examples), json: () => `${JSON.stringify(object)}\n` }
  output.note(`${facts.model}: ${counted(facts.count, 'answer')} (${ranBy(ran)}, ${precision})`)
  if (out === undefined) return output.result(object, output.json ? '' : texts[format]())
  await writeBytes(out, new TextEncoder().encode(texts[format]()))
  output.result({ ok: true, ...facts, out }, `saved ${out}`)
}

/** RNN509 for a model without inputs, or without classes where probabilities are asked for. */
function checkModel({ name, inputs, targets, predictions }: Signature, { probabilities }: Options): void {
  if (inputs.length === 0) {
    const help = 'to write a sequence: `rnnc generate`'
    fail('RNN509', { what: 'predict', expected: 'a model with inputs', found: `\`${name}\`, which has none` }, { help })
  }
  const hasClasses = targets.some(t => t.coding !== undefined && predictions.some(p => p.target === t.name))
  if (!probabilities || hasClasses) return
  const found = `\`${name}\`, which predicts none`
  fail('RNN509', { what: '--probabilities', expected: 'a model that predicts classes or tokens', found })
}

const [asLines, asIs] = ['lines of JSON on standard output', 'answers alone']

/** Options that a stream does not have, and what it has instead. */
const notStreamed = { out: asLines, format: asLines, data: 'standard input', key: asIs, probabilities: asIs }

/** Answers standard input element by element. */
async function streaming(path: string, options: Options, output: Output): Promise<void> {
  const other = Object.entries(notStreamed).find(([name]) => Object.hasOwn(options, name))
  if (other !== undefined) fail('RNN509', { what: '--stream', expected: other[1], found: `\`--${other[0]}\`` })
  const backend = openCpu(options, output)
  const trained = await openTrained(path, { ...options, dtype: chooseDtype(options.dtype) }, output)
  const { model, weights, fitted, precision, sizes } = trained
  const constants = options.inputs === undefined ? {} : readValues('--inputs', options.inputs)
  const opened = stream(model, weights, {
    backend,
    precision,
    sizes,
    constants,
    ...(fitted && { fitted }),
    ...(options.over !== undefined && { over: options.over }),
  })
  output.note(`${model.signature.name}: a stream over ${opened.axis} (${opened.backend}, ${precision})`)
  for await (const line of streamAnswers(opened, fitted, output.input)) output.write(line)
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
