// Makes the cases of a target of this compiler for the worker.
import { readFileSync } from 'node:fs'
import type { AsyncExecutable, Backend, Buffer, Executable, Loader } from '../../compiler/backend/backend.ts'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile, load, type Port } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { drawInputs, initialStates, initialWeights } from '../../runtime/session.ts'
import { stream } from '../../runtime/stream/stream.ts'
import type { Counts } from '../protocol.ts'
import { type Workload, workloads } from '../workloads.ts'
import { type Case, ints, reals } from './serve.ts'

/** A workload's model, compiled from its file. */
export function compileWorkload({ file, sets }: Workload): CompiledModel {
  const source = readFileSync(new URL(`../workloads/${file}`, import.meta.url), 'utf8')
  return compile(source, { file, sets })
}

/** A workload on a target, ready to run. */
export function rnncCase(backend: Backend, workload: Workload): Case {
  const model = compileWorkload(workload)
  const sizes = { ...workload.sets, B: workload.B, T: workload.T }
  const cases = { train: trainingCase, infer: inferenceCase, stream: streamCase } satisfies Record<
    Workload['mode'],
    unknown
  >
  return cases[workload.mode](backend, model, sizes)
}

/**
 * One step is the work of the training loop in runtime/train.ts for a batch: the whole training graph, including the optimizer, which
 * updates weights and states in place. A step returns the loss before it.
 */
export function trainingCase(backend: Backend, model: CompiledModel, sizes: Sizes): { readonly step: () => number } {
  const { executable, next } = training(backend, model, sizes)
  return { step: () => lossOf(executable.run(sizes, next())) }
}

/** One step is one run. */
function inferenceCase(backend: Backend, model: CompiledModel, sizes: Sizes): Case {
  const { executable, inputs } = inference(backend, model, sizes)
  return { step: () => void executable.run(sizes, inputs) }
}

/** One step is one element of a stream, as the library takes it: numbers go in, and an answer in lists comes out. */
function streamCase(backend: Backend, model: CompiledModel, sizes: Sizes): Case {
  const { elements, weights } = streaming(model, sizes)
  const { step } = stream(model, weights, { backend, precision: 'f32', rows: sizes.B })
  return { step: () => void step(elements) }
}

/** A workload on a GPU, ready to run. `countsOf` gives the use that the last run of an executable made of the GPU. */
export function gpuCase<E extends AsyncExecutable>(
  backend: Loader<E>,
  workload: Workload,
  { note, countsOf }: { readonly note: string; readonly countsOf?: (executable: E) => Counts },
): Case {
  const model = compileWorkload(workload)
  const sizes = { ...workload.sets, B: workload.B, T: workload.T }
  const made = (executable: E, step: Case['step']): Case => ({
    step,
    note,
    ...(countsOf && { counts: () => countsOf(executable) }),
  })
  if (workload.mode === 'train') {
    const { executable, next } = training(backend, model, sizes)
    return made(executable, async () => lossOf(await executable.run(sizes, next())))
  }
  const { executable, inputs } =
    workload.mode === 'stream' ? steps(backend, model, sizes) : inference(backend, model, sizes)
  return made(executable, async () => void (await executable.run(sizes, inputs)))
}

/** A workload on WebGPU. */
export const webGpuCase = (backend: WebGpuBackend, workload: Workload): Case =>
  gpuCase(backend, workload, {
    note: `on ${backend.device.description}`,
    countsOf: executable => {
      const { dispatches: kernels, submits, bytesRead } = executable.counts()
      return { kernels, submits, bytesRead }
    },
  })

type Results = Readonly<Record<string, Buffer>>

function lossOf({ loss: [loss] }: Results): number {
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`)
  return loss
}

/** Loads the training graph on a backend, and makes the inputs of its steps. */
function training<E extends Executable | AsyncExecutable>(backend: Loader<E>, model: CompiledModel, sizes: Sizes) {
  const training = model.train()
  const executable = load(training.context, training.graph, backend, 'f32')
  const state = { ...initialWeights(model, sizes, 1, 'f32'), ...initialStates(training.states, sizes, 1, 'f32') }
  // Uses one object for all steps: only the number of the step changes.
  const inputs = { ...randomInputs(model, sizes), ...executable.store(state) }
  let step = 0
  return { executable, next: () => Object.assign(inputs, drawInputs(1, step++)) }
}

/** Loads the predictions on a backend, and makes the inputs of each run. */
function inference<E extends Executable | AsyncExecutable>(backend: Loader<E>, model: CompiledModel, sizes: Sizes) {
  const executable = load(model.context, model.predict(), backend, 'f32')
  const weights = executable.store(initialWeights(model, sizes, 1, 'f32'))
  return { executable, inputs: { ...weights, ...randomInputs(model, sizes) } }
}

/** The step of a stream on a backend whose runs may wait, with states that stay on the device. */
function steps<E extends Executable | AsyncExecutable>(backend: Loader<E>, model: CompiledModel, sizes: Sizes) {
  const { start, step } = model.stream()
  const { elements, weights } = streaming(model, sizes)
  const states = load(model.context, start, js, 'f32').run(sizes, weights)
  const executable = load(model.context, step, backend, 'f32')
  return { executable, inputs: { ...executable.store({ ...weights, ...states }), ...elements } }
}

/** Weights, and an element of each input over the axis of the stream, [B, 1, …]. */
function streaming(model: CompiledModel, sizes: Sizes): { readonly elements: Results; readonly weights: Results } {
  const { elements: names } = model.stream()
  const all = randomInputs(model, { ...sizes, T: 1 })
  return {
    elements: Object.fromEntries(names.map(name => [name, all[name]])),
    weights: initialWeights(model, sizes, 1, 'f32'),
  }
}

/** A full batch: every sequence as long as the longest. */
function randomInputs({ signature }: CompiledModel, sizes: Sizes): Record<string, Buffer> {
  const inputs: Record<string, Buffer> = {}
  for (const port of [...signature.inputs, ...signature.targets]) {
    inputs[port.name] = randomValues(port, sizes)
    for (const axis of port.axes)
      if (axis.ragged) inputs[`${axis.name}.lengths`] = new Int32Array(sizes.B).fill(evaluate(axis.size, sizes))
  }
  return inputs
}

function randomValues({ item, axes, coding }: Port, sizes: Sizes): Buffer {
  const shape = [...axes.map(a => a.size), ...item].map(d => evaluate(d, sizes))
  const length = shape.reduce((n, d) => n * d, sizes.B)
  return coding === undefined ? reals(length) : ints(length, evaluate(coding.size, sizes))
}

/** The cases of a target by workload. */
export function casesOf(target: string): Readonly<Record<string, () => Case>> {
  const backend = immediateBackends.find(b => b.name === target)
  if (backend === undefined) throw new Error(`no target ${target}`)
  return Object.fromEntries(workloads.map(w => [w.id, () => rnncCase(backend, w)]))
}
