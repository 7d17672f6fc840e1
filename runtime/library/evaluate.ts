// Measures a trained model on examples that a program holds itself, or on what `loadData` has read.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { CompiledModel, Port } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { fromArrays } from '../data/arrays.ts'
import type { Part } from '../data/example.ts'
import type { LoadedData } from '../data/loadData.ts'
import { checkPart } from '../data/precision.ts'
import { evaluateInUnits } from '../evaluateInUnits.ts'
import { evaluateFree } from '../generate/evaluateFree.ts'
import type { Decoding } from '../generate/generator.ts'
import { loadWithin } from '../memoryBudget.ts'
import { largestSizes } from '../packBatch.ts'
import { sampleStep } from '../sampleStep.ts'
import { evaluatePartAsync, type Report, using, type WhatRan, whatRan } from '../session.ts'
import { columnsInTime } from './columns.ts'
import { checkDecoding } from './decodingOptions.ts'
import { trainedFor } from './given.ts'
import { isLoaded } from './loadData.ts'
import { checkLoaded } from './loadedFor.ts'
import type { ExamplesInTime, ModelTypes, Trainable } from './modelTypes.ts'
import { checkOptions, type Rules, rules } from './options.ts'
import { backendNow, openTarget, type Target } from './target.ts'
import type { Trained } from './trained.ts'

/** How a model is measured. */
export interface EvaluateOptions {
  /** What runs the network: `js` if left out. */
  readonly target?: Target
  /** That of the training if left out. */
  readonly precision?: Precision
  /** Examples a batch; it changes the speed, not the figures. */
  readonly batch?: number
  /** Which part of what `loadData` gives: `test` if left out. */
  readonly part?: 'train' | 'validation' | 'test'
  /** `data` gives the metrics in the units of the data, and no loss: those of predictions, targets and inputs alone. */
  readonly units?: 'network' | 'data'
  /** Feeds a model that reads its own targets its own predictions instead, chosen so; `{}` for the likeliest ones. */
  readonly free?: Omit<Decoding, 'steps'>
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
  /** Ends it with its reason. */
  readonly signal?: AbortSignal
  /** After each batch; the fraction of the examples that is done. */
  readonly onBatch?: (done: number) => void
  /** Is told what ran, which `auto` chooses. */
  readonly onRan?: (ran: WhatRan) => void
}

const asked: Rules<EvaluateOptions> = {
  target: rules.target,
  precision: rules.precision,
  batch: rules.count,
  part: {
    expected: "'train', 'validation' or 'test'",
    holds: value => value === 'train' || value === 'validation' || value === 'test',
  },
  units: { expected: "'network' or 'data'", holds: value => value === 'network' || value === 'data' },
  free: rules.object,
  memory: rules.memory,
  signal: rules.signal,
  onBatch: rules.callback,
  onRan: rules.callback,
}

/**
 * Gives the loss and each metric by its name, averaged over all valid elements of the examples, in the numbers of the network (scaled, where
 * the training scaled), or with `units: 'data'` each metric that can be in those of the data. `data` is as for `fit`. Throws as `fit` does for data that does not fit, RNN405 for a part that is not there, RNN408 and
 * RNN430 for labels and tokens that the training never saw, RNN505 and RNN513 for the target, RNN514 where a device fails, RNN523 for `free` of a
 * model that reads none of its targets.
 */
export async function evaluate<M extends ModelTypes>(
  trained: Trained<M>,
  data: ExamplesInTime<Trainable<M>> | LoadedData,
  options: EvaluateOptions = {},
): Promise<Report> {
  checkOptions(options, asked)
  checkDecoding('free', options.free)
  const { model, weights, fitted, seed, precision } = trainedFor('evaluate', trained, options)
  const { target, batch = model.settings.batch ?? 32, free, ...others } = options
  const { memory, signal, onBatch, onRan, units } = others
  const { part, sizes } = isLoaded(data)
    ? partOf(trained, data, options.part)
    : await readExamples(trained, data, options)
  // `loadData` has checked its numbers for the precision that it was given.
  if (!isLoaded(data) || data.precision !== precision) checkPart(portsOf(model), part, precision)
  const watch = { ...(onBatch && { onBatch }), ...(signal && { signal }) }
  if (units === 'data' && free !== undefined)
    fail('RNN509', { what: 'units', expected: 'answers to the targets of the data', found: '`free`' })
  if (free !== undefined) {
    const backend = immediate(target)
    onRan?.({ backend: backend.name })
    const how = { seed, ...free, ...watch, backend, precision, batch, fitted, ...(memory !== undefined && { memory }) }
    return evaluateFree(model, part, sizes, weights, how)
  }
  const backend = await openTarget(target, () =>
    sampleStep(model, 'loss', part, sizes, { batch, precision, seed, weights }),
  )
  if (units === 'data') {
    onRan?.({ backend: backend.name })
    const how = { backend, precision, batch, seed, fitted, ...watch, ...(memory !== undefined && { memory }) }
    return (await evaluateInUnits({ model, part, sizes, weights }, how)) ?? {}
  }
  const largest = largestSizes(portsOf(model), part, batch, sizes)
  const run = { model, doing: 'evaluating', sizes: largest, precision, smaller: 'reduce `batch`', memory }
  return using(loadWithin(run, model.context, model.evaluate(), backend), async executable => {
    const how = { backend, precision, batch, seed, ...watch }
    const report = await evaluatePartAsync(model, part, sizes, executable, weights, how)
    onRan?.(whatRan(executable))
    return report
  })
}

const portsOf = ({ signature }: CompiledModel): readonly Port[] => [...signature.inputs, ...signature.targets]

interface Examined {
  readonly part: Part
  readonly sizes: Sizes
}

/** Picks a part. RNN405 if it is not there, RNN509 if it is that of another model. */
function partOf<M extends ModelTypes>(
  { model }: Trained<M>,
  data: LoadedData,
  name: NonNullable<EvaluateOptions['part']> = 'test',
): Examined {
  const { [name]: part, sizes } = data
  if (part === undefined || part.count === 0) return fail('RNN405', { what: `the ${name} part` })
  checkLoaded('evaluate', model.signature, portsOf(model), { part, sizes })
  return { part, sizes }
}

async function readExamples<M extends ModelTypes>(
  { model: { signature }, fitted }: Trained<M>,
  data: unknown,
  { part, signal }: EvaluateOptions,
): Promise<Examined> {
  if (part !== undefined)
    fail('RNN509', { what: 'part', expected: 'what `loadData` has read', found: 'examples, which have no parts' })
  const columns = await columnsInTime(data, { signature, targets: true, sizes: fitted.sizes }, signal)
  return fromArrays(signature, columns, { fitted })
}

/** Chooses a backend that answers at once. RNN505 for a device, on which steps would wait for each other. */
function immediate(target: Target = 'js') {
  // As the command does for what answers step by step.
  if (target === 'auto') return backendNow('wasm')
  const name = typeof target === 'string' ? target : target.name
  return name === 'js' || name === 'wasm' || name === 'wasm-relaxed'
    ? backendNow(name)
    : fail('RNN505', { option: 'target', value: name }, { help: 'a network that answers step by step runs on the CPU' })
}
