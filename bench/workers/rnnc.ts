// One of this compiler's targets; the first argument names it.
import { readFileSync } from 'node:fs'
import type { Backend, Buffer } from '../../compiler/backend/backend.ts'
import { backends } from '../../compiler/backend/backends.ts'
import { type CompiledModel, compile, load, type Port } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { initialize } from '../../runtime/initializers.ts'
import { drawInputs, initialWeights } from '../../runtime/session.ts'
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
  return workload.mode === 'train' ? trainingCase(backend, model, sizes) : inferenceCase(backend, model, sizes)
}

/**
 * One step is what the training loop of runtime/train.ts does for a batch: the whole training graph, the optimizer in it, which
 * updates weights and states in place. A step returns the loss before it.
 */
export function trainingCase(backend: Backend, model: CompiledModel, sizes: Sizes): { readonly step: () => number } {
  const training = model.train()
  const executable = load(training.context, training.graph, backend, 'f32', { inPlace: true })
  const state: Record<string, Buffer> = { ...initialWeights(model, sizes, 1, 'f32') }
  for (const s of training.states) {
    const values = initialize({ name: s.name, shape: s.shape, init: s.init }, sizes, 1)
    state[s.name] = s.dtype === 'real' ? Float32Array.from(values) : Int32Array.from(values)
  }
  // One object for all steps: only the number of the step changes.
  const inputs = { ...randomInputs(model, sizes), ...executable.store(state) }
  let step = 0
  return {
    step: () => {
      const results = executable.run(sizes, Object.assign(inputs, drawInputs(1, step++)))
      if (!Number.isFinite(results.loss[0])) throw new Error(`the loss is ${results.loss[0]} after ${step} steps`)
      return results.loss[0]
    },
  }
}

/** One step is one run; an output called `next_x` is copied into the input `x` of the next. */
export function inferenceCase(backend: Backend, model: CompiledModel, sizes: Sizes): Case {
  const executable = load(model.context, model.predict(), backend, 'f32')
  const weights = executable.store(initialWeights(model, sizes, 1, 'f32'))
  const inputs: Record<string, Buffer> = { ...weights, ...randomInputs(model, sizes) }
  const carried = model.signature.outputs.flatMap(({ name }) =>
    name.startsWith('next_') ? [{ output: name, input: name.slice('next_'.length) }] : [],
  )
  return {
    step: () => {
      const results = executable.run(sizes, inputs)
      for (const { output, input } of carried) inputs[input].set(results[output])
    },
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
  const backend = backends.find(b => b.name === target)
  if (backend === undefined) throw new Error(`no target ${target}`)
  return Object.fromEntries(workloads.map(w => [w.id, () => rnncCase(backend, w)]))
}
