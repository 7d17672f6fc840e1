// rnnc diagnose: reports the gradient by time lag, and the first number of a run that is not finite.

import type { CompiledModel, Precision } from '../../compiler/index.ts'
import { type Diagnostic, diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { position } from '../../dsl/position.ts'
import { inLibrary, shownFile } from '../../dsl/standardLibrary.ts'
import type { LoadOptions } from '../../runtime/data/loadData.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import type { Batch } from '../../runtime/packBatch.ts'
import { initialWeightsAsync, type Weights } from '../../runtime/session.ts'
import type { LagReport, StateLags } from '../../trust/gradients/byLag.ts'
import type { NotFinite, Origin } from '../../trust/gradients/firstNotFinite.ts'
import { steadyFactors } from '../../trust/gradients/steadyFactors.ts'
import { dataBatches, drawnBatch } from '../batches.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { wholeNumber } from '../errors.ts'
import { bar, lagSvg, rangeOf } from '../lagPlot.ts'
import { compileSource, dataReader, openSource } from '../openSource.ts'
import { type JsonValue, type Output, table } from '../output.ts'
import { checkNoWeights, dataFiles, type Reads, readsOf } from '../outputFile.ts'
import { createMeter } from '../progress.ts'
import { openTrained } from '../weights.ts'

interface Options {
  readonly weights?: string
  /** `true` for the files that the data block names, or that training read. */
  readonly data?: string | true
  readonly set?: readonly string[]
  readonly seed: string
  readonly dtype?: string
  readonly plot?: string
  readonly model?: string
}

export const diagnose: AddCommand = (program, output) =>
  describeUse(
    program
      .command('diagnose')
      .description(
        'Show how far back in time the gradient of the loss reaches, and find the first NaN or infinity of a run, on one batch or on data.',
      )
      .argument('<file>', 'a program (*.rnn), run with initial weights, or a weights file'),
    [
      flags.weights,
      ['--data [path]', 'use the training part of the data block, or of this file, instead of a random batch'],
      ['--set <name=value...>', 'set hyper-parameters and sizes, including those of the batch: B=3 T=50 V=7'],
      ['--seed <n>', 'seed of the batch and the weights', '1'],
      ['--dtype <f32|f64>', 'precision of the run; by default that of the weights, or f32'],
      ['--plot <path>', 'plot the norms by lag into this file (*.svg)'],
      flags.model,
      flags.json,
    ],
    [
      'rnnc diagnose sunspots.rnn --data',
      'rnnc diagnose sunspots.safetensors --data --plot lags.svg',
      'rnnc diagnose tagger.rnn --set T=200 V=7 --seed 2',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { plot } = options
  if (plot !== undefined && !plot.endsWith('.svg')) {
    fail('RNN509', { what: '--plot', expected: 'a path that ends in .svg', found: `\`${plot}\`` })
  }
  if (plot !== undefined) await checkWritable(plot)
  const opened = await open(path, options, output)
  if (plot !== undefined) await checkNoWeights(plot, output, opened.reads, 'never')
  const { model, first, all, batches, size, weights, precision, seed } = opened
  const meter = createMeter(output, 'looking for NaN and infinity')
  const onBatch = (done: number): void => meter(done / batches)
  const { byLag, firstNotFinite } = await import('../../trust/index.ts')
  const found = firstNotFinite(model, weights, all(), { precision, seed, onBatch })
  const lags = byLag(model, weights, first.inputs, first.sizes, seed)

  const { name } = model.signature
  if (plot !== undefined) {
    await writeBytes(plot, new TextEncoder().encode(lagSvg(`${name}: norm of the loss gradient by lag`, lags.states)))
  }
  const text = [describe(name, lags, output), ...(plot === undefined ? [] : [`saved ${plot}`])].join('\n\n')
  const object = {
    ok: found === undefined,
    model: name,
    seed,
    dtype: precision,
    batches,
    of: lags.of,
    thresholds: { ...steadyFactors },
    states: lags.states.map(s => stateJson(s, output)),
    inner: lags.inner,
    ...(found && { notFinite: notFiniteJson(found, size, output) }),
  }
  if (found !== undefined) {
    output.note(`${text}\n`)
    const problem = problemOf(found, size)
    if (!output.json) throw new RnnError([problem])
    output.report([problem])
    output.exitCode = 1
  }
  output.result(
    object,
    `${text}\n\nthe loss and its gradient are finite, in ${batches === 1 ? '1 batch' : `${batches} batches`} (${precision})`,
  )
}

interface Opened {
  readonly model: CompiledModel
  readonly first: Batch
  readonly all: () => Iterable<Batch>
  readonly batches: number
  /** Number of examples in each batch but the last. */
  readonly size: number
  readonly weights: Weights
  readonly precision: Precision
  readonly seed: number
  /** Files that it was made from, except the program. */
  readonly reads: Reads
}

async function open(path: string, options: Options, output: Output): Promise<Opened> {
  const seed = wholeNumber('--seed', options.seed)
  const dtype = chooseDtype(options.dtype)
  const fresh = path.endsWith('.rnn') && options.weights === undefined
  if (fresh) {
    const source = await openSource(path, output)
    const { model, sets } = compileSource(source, { ...options, sizes: true }, output)
    const given = options.data === true ? undefined : options.data
    const loading = { read: dataReader(source.file, given, output), path: given, sizes: sets, seed }
    const chosen = await choose(model, options.data !== undefined, loading, sets, seed)
    const precision = dtype ?? 'f32'
    const onProgress = createMeter(output, 'initializing the weights')
    const weights = await initialWeightsAsync(model, chosen.first.sizes, seed, precision, { onProgress })
    return { model, ...chosen, weights, precision, seed, reads: [given, ...dataFiles(model, source.file)] }
  }
  const trained = await openTrained(path, { ...options, dtype, sizes: true, anyWeights: true }, output)
  const { model, sets, sizes, fitted, file, weights, precision } = trained
  const given = typeof options.data === 'string' ? options.data : trained.data
  const loading = { read: dataReader(file, given, output), path: given, sizes, fitted, seed: trained.checkpoint.seed }
  const chosen = await choose(model, options.data !== undefined, loading, { ...sizes, ...sets }, seed)
  return { model, ...chosen, weights, precision, seed, reads: [given, ...readsOf(trained)] }
}

/** Gives the batches of the data, or a random one. */
async function choose(
  model: CompiledModel,
  fromData: boolean,
  loading: LoadOptions,
  sets: Readonly<Record<string, number>>,
  seed: number,
): Promise<Pick<Opened, 'first' | 'all' | 'batches' | 'size'>> {
  if (!fromData) {
    const first = drawnBatch(model, sets, seed)
    return { first, all: () => [first], batches: 1, size: first.sizes.B }
  }
  const { first, all, count, size } = await dataBatches(model, loading, sets)
  return { first, all, batches: count, size }
}

/** Greatest number of rows for a state. */
const most = 16

function describe(name: string, { of, states, inner }: LagReport, output: Output): string {
  if (states.length === 0) return `the loss of ${name} depends on no state`
  const whose = {
    whole: 'the loss',
    'last step': 'the loss of the last step',
    'every step': 'the loss of every step, including nearby steps',
  }[of]
  const range = rangeOf(states)
  const head = `${name}: norm of the gradient of ${whose} at each state, by steps back; bars from 1e${range.from} to 1e${range.to}`
  const blocks = states.map(s => {
    const line = lineOf(s.span, output)
    const rows = sampled(s.norms.length).map(lag => [
      `  ${lag}`,
      s.norms[lag].toExponential(2),
      String(s.counts[lag]),
      bar(s.norms[lag], range),
    ])
    const title = `${s.name}${line === undefined ? '' : ` (${line})`}${s.backward ? ', running backward' : ''}: ${verdict(s)}${s.readBefore ? '; its earlier outputs are read too, so this includes more than the recurrence' : ''}`
    return `${title}\n${table([['  lag', 'norm', 'sequences', ''], ...rows], [0, 1, 2])}`
  })
  const rest = inner.length === 0 ? [] : [`not examined, because their loops are inside others: ${inner.join(', ')}`]
  return [head, ...blocks, ...rest].join('\n\n')
}

function verdict({ verdict: found, factor, norms }: StateLags): string {
  const words = {
    vanishing: `vanishing, below ${steadyFactors.from}`,
    exploding: `exploding, above ${steadyFactors.to}`,
    steady: 'steady',
    none: 'the loss does not depend on it',
    'not finite': 'not finite',
    'too short': 'too short to tell',
  } satisfies Record<StateLags['verdict'], string>
  if (factor === undefined) return words[found]
  const [from, to] = [norms[0], norms[norms.length - 1]].map(n => n.toExponential(1))
  return `factor ${Number(factor.toPrecision(3))} per step: ${words[found]} (${from} at lag 0, ${to} at lag ${norms.length - 1})`
}

/** Picks some of the lags, the first and the last among them. */
const sampled = (length: number): readonly number[] =>
  length <= most
    ? Array.from({ length }, (_, i) => i)
    : Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / (most - 1)))

function lineOf(span: Origin['span'], { sources }: Output): string | undefined {
  const source = span && sources.get(span.file)
  return source === undefined || span === undefined
    ? undefined
    : `${inLibrary(span) ? `${shownFile(span.file)} ` : ''}line ${position(source, span.start).line}`
}

function problemOf(found: NotFinite, size: number): Diagnostic {
  const { loss, gradients, origin, batch } = found
  const lossToo = !Number.isFinite(loss)
  const where = batch === 0 ? '' : ` in batch ${batch}`
  const values = {
    what: lossToo ? `the loss${where}` : `the gradient of \`${gradients.join('`, `')}\`${where}`,
    value: lossToo ? String(loss) : 'not finite',
  }
  if (origin === undefined) {
    const help =
      'it stays finite when computed one equation at a time: an intermediate result is at the limit of the precision'
    return diagnostic('RNN512', values, { help })
  }
  const { span, loops } = origin
  const help = `steps and examples are counted from 0; ${operandText(origin)}`
  const inner = loops.at(-1)
  const label = inner !== undefined && inner.file !== span?.file ? [{ span: inner, text: 'in this loop' }] : []
  return diagnostic('RNN512', values, {
    ...(span && { span }),
    caret: whereText(found, origin, size),
    labels: label,
    help,
  })
}

/** Describes the place of the first bad number: NaN first by `log` at step 3 of T of example 1. */
function whereText({ batch }: NotFinite, { op, value, backward, steps, example, name }: Origin, size: number): string {
  const what =
    op === 'input' ? `\`${name}\` is ${value}` : `${backward ? 'its gradient is' : ''} first ${value} in \`${op}\``
  const places = [...steps].reverse().map(s => `step ${s.place} of ${s.axis}`)
  const whole = example === undefined ? [] : [`example ${batch * size + example}`]
  const at = [...places, ...whole].join(' of ')
  return `${what.trim()}${at === '' ? '' : ` at ${at}`}`
}

function operandText({ operands }: Origin): string {
  if (operands.length === 0) return 'this value is in the data or the weights'
  const texts = operands.map(({ name, from, to }) => {
    const value = from === to || (Number.isNaN(from) && Number.isNaN(to)) ? String(from) : `from ${from} to ${to}`
    return name === '' ? value : `\`${name}\` ${value}`
  })
  return `it reads ${texts.join(', ')}`
}

const placeJson = (span: Origin['span'], { sources }: Output): { readonly [key: string]: JsonValue } => {
  const source = span && sources.get(span.file)
  return span === undefined || source === undefined
    ? {}
    : { file: shownFile(span.file), ...position(source, span.start) }
}

const stateJson = ({ span, ...state }: StateLags, output: Output): JsonValue => ({
  ...state,
  ...placeJson(span, output),
})

function notFiniteJson({ batch, loss, gradients, origin }: NotFinite, size: number, output: Output): JsonValue {
  // Writes numbers as texts, as JSON has no NaN.
  const text = (value: number): string => String(value)
  const from = origin && {
    op: origin.op,
    name: origin.name,
    value: text(origin.value),
    ...placeJson(origin.span, output),
    backward: origin.backward,
    steps: origin.steps.map(s => ({ ...s })),
    ...(origin.example !== undefined && { example: batch * size + origin.example }),
    operands: origin.operands.map(o => ({ name: o.name, from: text(o.from), to: text(o.to) })),
  }
  return { batch, loss: text(loss), gradients, ...(from && { origin: from }) }
}
