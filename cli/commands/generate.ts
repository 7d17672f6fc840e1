// rnnc generate: lets a model that reads its own answers write a sequence, element by element.
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import { counted } from '../../dsl/counted.ts'
import { type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { vocabularyFor } from '../../runtime/data/fitted.ts'
import { type GenerateOptions, generate as generating } from '../../runtime/generate/generate.ts'
import { generatorOf } from '../../runtime/generate/generator.ts'
import type { Answers } from '../../runtime/stream/element.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { type DecodingOptions, decodingFlags, readDecoding } from '../decoding.ts'
import { readBeginning, readValues } from '../givenValues.ts'
import type { Output } from '../output.ts'
import { openCpu } from '../target.ts'
import { weightsArgument } from '../trained.ts'
import { openTrained, type Trained } from '../weights.ts'

interface Options extends DecodingOptions {
  readonly weights?: string
  readonly after?: string
  readonly inputs?: string
  readonly over?: string
  readonly target: string
  readonly dtype?: string
  readonly set?: readonly string[]
}

export const generate: AddCommand = (program, output) =>
  describeUse(
    program
      .command('generate')
      .description('Generate a sequence of text, labels or numbers with a model that reads its own predictions.')
      .argument(...weightsArgument),
    [
      ['--after <text>', 'start of the sequence: text, values separated by commas, or a JSON object'],
      ['--inputs <json>', 'inputs of the model by name, as a JSON object'],
      ...decodingFlags,
      ['--over <axis>', 'axis of the sequence, if the model has several'],
      flags.weights,
      flags.immediateTarget,
      flags.dtype,
      flags.set,
      flags.json,
    ],
    [
      'rnnc generate characters.safetensors --after "ROMEO:" --steps 500 --sample 0.8',
      'rnnc generate translate.safetensors --inputs \'{"source": "good morning"}\' --beam 4',
      'rnnc generate year.safetensors --inputs \'{"past": [112, 118, 132]}\' --json',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const decoding = readDecoding(options)
  const backend = openCpu(options, output)
  const trained = await openTrained(path, { ...options, dtype: chooseDtype(options.dtype) }, output)
  const { model, weights, fitted, precision, sizes } = trained
  const { names } = generatorOf(model, options.over)
  const after = options.after === undefined ? {} : readBeginning('--after', options.after, names, fitted)
  const inputs = options.inputs === undefined ? {} : readValues('--inputs', options.inputs)
  const wanted: GenerateOptions = {
    ...decoding,
    backend,
    precision,
    sizes,
    inputs,
    after,
    ...(fitted && { fitted }),
    ...(options.over !== undefined && { over: options.over }),
  }
  const writer = writerOf(trained, names, options.after ?? '', output)
  const all: Answers[] = []
  try {
    for await (const answers of generating(model, weights, wanted)) {
      if (!output.json) output.write(writer.step(answers, all.length))
      all.push(answers)
    }
  } catch (error) {
    throw error instanceof RnnError ? new RnnError(error.diagnostics.map(d => withAdvice(d, model.signature))) : error
  }
  const facts = { model: model.signature.name, backend: backend.name, dtype: precision, steps: all.length }
  if (!output.json) output.write(writer.end)
  output.note(`${facts.model}: ${counted(all.length, 'step')} (${backend.name}, ${precision})`)
  if (output.json) output.result({ ok: true, ...facts, ...writer.text(all), answers: all }, '')
}

/** Puts the help on inputs in terms of this command. */
function withAdvice(problem: Diagnostic, { inputs }: Signature): Diagnostic {
  if (problem.code === 'RNN408') return { ...problem, help: 'the model knows the labels of its training data alone' }
  if (problem.code !== 'RNN401') return problem
  const values = inputs.map(({ name }) => `"${name}": …`).join(', ')
  return { ...problem, help: `give it by \`--inputs '{${values}}'\`` }
}

interface Writer {
  /** The text of the answers of one step. */
  readonly step: (answers: Answers, index: number) => string
  readonly end: string
  /** The whole text, for a target of texts. */
  readonly text: (all: readonly Answers[]) => { readonly text?: string }
}

/** Chooses the form: a target of texts as a text that goes on, others a line a step. */
function writerOf({ fitted }: Trained, names: readonly string[], after: string, output: Output): Writer {
  const [name, ...others] = names
  const vocabulary = others.length === 0 ? vocabularyFor(fitted, name) : undefined
  if (vocabulary !== undefined) {
    const gap = vocabulary.by === 'words' ? ' ' : ''
    const step = (answers: Answers, i: number): string =>
      `${i > 0 ? gap : after === '' || output.json ? '' : after + gap}${String(answers[name])}`
    return { step, end: '\n', text: all => ({ text: all.map(step).join('') }) }
  }
  const line = (answers: Answers): string => {
    const own = Object.fromEntries(names.map(n => [n, answers[n]]))
    const value = others.length === 0 ? answers[name] : own
    return `${typeof value === 'string' ? value : JSON.stringify(value)}\n`
  }
  return { step: line, end: '', text: () => ({}) }
}
