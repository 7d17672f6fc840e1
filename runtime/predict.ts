// Predictions: the outputs of a trained model for new inputs, decoded into the units and labels of the data.
import type { AnyBackend, AnyExecutable, Backend, Executable, Precision } from '../compiler/backend/backend.ts'
import { immediateBackends } from '../compiler/backend/backends.ts'
import { js } from '../compiler/backend/js.ts'
import type { CompiledModel } from '../compiler/index.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import type { Part } from './data/example.ts'
import { checkLabelled, type Fitted } from './data/fitted.ts'
import { checkPart } from './data/precision.ts'
import { type Answer, type BatchResults, decoder } from './decodeAnswers.ts'
import { checkFinite } from './finiteWeights.ts'
import { generateBatch } from './generate/generateBatch.ts'
import { type Decoding, generatorOf, withBeams } from './generate/generator.ts'
import { loadWithin, type Run } from './memoryBudget.ts'
import { batchesOf, largestSizes } from './packBatch.ts'
import { labelPorts, withLabels } from './probabilities.ts'
import { finishRuns, finishRunsAsync, type Running } from './running.ts'
import { runBatches, using, usingNow, type Weights, type WhatRan, whatRan } from './session.ts'
import { withSharedExecutables } from './stream/sharedExecutables.ts'

/** Default number of examples a batch. */
export const predictedBatch = 64

export interface PredictOptions<B = Backend> {
  readonly backend?: B
  /** Precision of the computation: f32 if left out, in the library that of the training. */
  readonly precision?: Precision
  /** Examples a batch; it changes the speed, not the answers. */
  readonly batch?: number
  /** Seed of random numbers, for a model that draws some: 0 if left out, in the library that of the training. */
  readonly seed?: number
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
  /** How a model that reads its own targets generates them, RNN523 for another; if left out, it takes the likeliest label at each step. */
  readonly decoding?: Decoding
  /** Whether to add the probability of each label to the answers: `kind.rose`. */
  readonly probabilities?: boolean
  /** After each batch; the fraction of the whole that is done. */
  readonly onBatch?: (done: number) => void
}

export interface Predictions extends WhatRan {
  /** For each example, the answer for each target, and every other output as it is. */
  readonly examples: readonly Readonly<Record<string, Answer>>[]
}

/**
 * Answers every example of a part, as `loadInputs` or `fromArrays` give it. With `fitted` the answers are in the units and labels of
 * the data, else in the numbers of the network, and a class is its index. `weights` are row-major in their declared shapes. A model that
 * reads its own targets late generates them, by `decoding`. RNN507 where a size is not known, the errors of `checkSizes` for the others;
 * RNN417 for data, RNN515 for weights and RNN512 for answers that are not finite, RNN519 where it takes more memory than available.
 */
export function predict(...prediction: Prediction<Backend>): Predictions {
  const task = taskOf(prediction)
  const { model, backend } = task
  checkTask(task)
  if (generates(task)) return generated(task, backend)
  return usingNow(loadWithin(runOf(task), model.context, model.predict(), backend), executable =>
    finishRuns(predicting(task, executable)),
  )
}

/** As `predict`, by an executable that `load` gives for this run and may keep; not for a model that generates its answers. */
export function predictBy(load: (run: Run) => Executable, ...prediction: Prediction<Backend>): Predictions {
  const task = taskOf(prediction)
  checkTask(task)
  return finishRuns(predicting(task, load(runOf(task))))
}

/** As `predict`, also on a device. RNN514 where that fails. */
export async function predictAsync(...prediction: Prediction<AnyBackend>): Promise<Predictions> {
  const task = taskOf(prediction)
  const { model, backend } = task
  checkTask(task)
  if (generates(task)) return generated(task, immediate(backend))
  return using(loadWithin(runOf(task), model.context, model.predict(), backend), executable =>
    finishRunsAsync(predicting(task, executable)),
  )
}

/** Whether the answers are generated; options of a generation are an error for another model. */
const generates = ({ model, decoding }: Task<AnyBackend>): boolean => model.fedBack.length > 0 || decoding !== undefined

export type Prediction<B> = readonly [
  model: CompiledModel,
  weights: Weights,
  part: Part,
  sizes: Sizes,
  fitted: Fitted | undefined,
  options?: PredictOptions<B>,
]

/** A prediction by name, with every option that has a default. */
export interface Task<B extends AnyBackend> extends PredictOptions<B> {
  readonly model: CompiledModel
  readonly weights: Weights
  readonly part: Part
  readonly sizes: Sizes
  readonly fitted: Fitted | undefined
  readonly backend: B
  readonly precision: Precision
  readonly batch: number
  readonly seed: number
}

export const taskOf = <B extends AnyBackend>([model, weights, part, sizes, fitted, options]: Prediction<B>): Task<
  B | Backend
> => {
  const { backend = js, precision = 'f32', batch = predictedBatch, seed = 0, ...others } = options ?? {}
  return { ...others, model, weights, part, sizes, fitted, backend, precision, batch, seed }
}

/** Checks sizes, weights, labels and data before a run. */
export function checkTask({ model, weights, part, sizes, fitted, precision }: Task<AnyBackend>): void {
  model.checkSizes(sizes)
  checkFinite(model.signature.parameters, weights, sizes)
  if (fitted !== undefined) checkLabelled(model.signature, fitted, sizes)
  checkPart(model.signature.inputs, part, precision)
}

/** Sizes of a prediction run, for the memory check. */
export const runOf = ({ model, part, sizes, precision, batch, memory }: Task<AnyBackend>): Run => ({
  model,
  doing: 'predicting with',
  sizes: largestSizes(model.signature.inputs, part, batch, sizes),
  precision,
  smaller: 'the longest sequence, or a size of the model, is too large',
  memory,
})

function* predicting(task: Task<AnyBackend>, executable: AnyExecutable): Running<Predictions> {
  const { model, weights, part, sizes } = task
  const answers = createAnswers(task)
  const examined = { ports: model.signature.inputs, part, sizes }
  for (const { ran, ...batch } of runBatches(executable, weights, examined, task))
    answers.add({ ...batch, results: yield ran })
  return { examples: answers.examples, ...whatRan(executable) }
}

/** Answers every example of a model that generates its answers. */
function generated(task: Task<AnyBackend>, backend: Backend): Predictions {
  const { model, weights, part, sizes, fitted, precision, batch, seed, decoding, onBatch } = task
  const generator = generatorOf(model)
  const answers = createAnswers(task)
  const run = runOf(task)
  const measured = { ...run, doing: 'generating with', sizes: withBeams(generator, run.sizes, decoding ?? {}) }
  let done = 0
  withSharedExecutables(
    graph => loadWithin(measured, model.context, graph, backend),
    executable => {
      for (const indices of batchesOf(part.count, batch, 'ordered')) {
        const wanted = { part, indices, sizes }
        const how = { backend, precision, seed, executable, ...decoding, ...(fitted && { fitted }) }
        answers.add(generateBatch(generator, weights, wanted, how))
        done += indices.length
        onBatch?.(done / part.count)
      }
    },
  )
  return { examples: answers.examples, backend: backend.name }
}

/** The same backend, if its runs answer at once. RNN505 for a device, on which steps would wait for each other. */
function immediate(backend: AnyBackend): Backend {
  const names = immediateBackends.map(b => `\`--target ${b.name}\``)
  const help = `a model that generates its answers step by step runs on the CPU: ${names.join(', ')}`
  return (
    immediateBackends.find(b => b.name === backend.name) ??
    fail('RNN505', { option: 'target', value: backend.name }, { help })
  )
}

/** Collects the answers of batches. */
function createAnswers({ model: { signature }, fitted, sizes, probabilities = false }: Task<AnyBackend>) {
  const examples: Record<string, Answer>[] = []
  const labels = probabilities ? labelPorts(signature, sizes, fitted) : []
  const ports = [...signature.outputs, ...labels.map(label => label.port)]
  const decoders = ports.map(port => [port.name, decoder(signature, port, fitted)] as const)
  return {
    examples,
    add: (given: BatchResults): void => {
      const run = withLabels(given, labels)
      for (let b = 0; b < run.indices.length; b++) {
        examples.push(Object.fromEntries(decoders.map(([name, decode]) => [name, decode(run, b)])))
      }
    },
  }
}
