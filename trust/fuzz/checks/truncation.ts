// Truncated back-propagation: a window as long as the sequences gives their gradient, and shorter ones give their losses.
import type { Buffer } from '../../../compiler/backend/backend.ts'
import { type CompiledModel, compile, type Graph } from '../../../compiler/index.ts'
import { type Dim, equal, evaluate, type Sizes, symbolsOf } from '../../../compiler/ir/dim.ts'
import { isCarried, windowInputs } from '../../../compiler/passes/carryOver.ts'
import { RnnError } from '../../../dsl/diagnostics.ts'
import type { Batch } from '../drawBatch.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, roundingOf, runOn, type Trial } from '../trial.ts'

export const truncation: Check = {
  name: 'truncation',
  every: 2,
  claim:
    'with a sequence cut into windows that carry states over, one window gives the gradient of the whole, and several give its loss',
  run: trial => {
    const model = inWindows(trial)
    return model === undefined
      ? { checks: 0 }
      : inTurn([() => oneWindow(trial, model), () => severalWindows(trial, model)])
  },
}

/** Compiles the model with windows; undefined for one that cannot be cut. */
function inWindows({ case: { source }, model: { context } }: Trial): CompiledModel | undefined {
  try {
    return compile(source, { ops: context.ops, sets: { truncate: 1 } })
  } catch (error) {
    const codes = ['RNN331', 'RNN332']
    if (error instanceof RnnError && error.diagnostics.every(d => codes.includes(d.code))) return undefined
    throw error
  }
}

function oneWindow({ inputs, batch: { sizes }, tested, tried }: Trial, model: CompiledModel): Outcome {
  const { windows } = model
  const graph = model.gradient({ inputs: true, pipeline: tested.pipeline, windows })
  const found = runOn(tested.backends[0], { context: model.context, graph })(sizes, {
    ...inputs,
    ...windowAt(0),
    ...garbage(graph, sizes),
  })
  const { run, rounding } = tried('gradient')
  return compare(found, run(sizes, inputs), 1e-12, 'a single window', rounding)
}

function severalWindows(trial: Trial, model: CompiledModel): Outcome {
  const { tested, inputs, batch } = trial
  const { windows, context } = model
  const [backend] = tested.backends
  if (windows === undefined) return { checks: 0 }
  const whole = { context, graph: model.evaluate({ pipeline: tested.pipeline }) }
  const expected = runOn(backend, whole)(batch.sizes, inputs)
  // Compares only the average that is the loss: metrics may see the end of a sequence.
  const averages = Object.keys(expected).flatMap(name => (name.startsWith('sum.') ? [name.slice('sum.'.length)] : []))
  const losses = averages.filter(i => expected[`sum.${i}`][0] / expected[`count.${i}`][0] === expected.loss[0])
  if (losses.length !== 1) return { checks: 0 }
  const [sum, count] = [`sum.${losses[0]}`, `count.${losses[0]}`]

  const graph = model.evaluate({ pipeline: tested.pipeline, windows })
  const run = runOn(backend, { context, graph })
  const length = evaluate(windows, batch.sizes)
  const size = 1 + (trial.case.data % 3)
  let carried: Arrays = garbage(graph, batch.sizes)
  const total = { [sum]: 0, [count]: 0 }
  for (let start = 0; start === 0 || start < length; start += size) {
    const window = windowOf(model, batch, windows, start, Math.min(size, length - start))
    const results = run(window.sizes, { ...inputs, ...window.arrays, ...windowAt(start), ...carried })
    carried = Object.fromEntries(Object.entries(results).filter(([name]) => isCarried(name)))
    for (const name of [sum, count]) total[name] += results[name][0]
  }
  // A penalty on weights is counted in every window, so its model is skipped.
  if (total[count] !== expected[count][0]) return { checks: 0 }
  return compare({ [sum]: Float64Array.of(total[sum]) }, { [sum]: expected[sum] }, 1e-12, `windows of ${size}`, () =>
    roundingOf(whole, batch.sizes, inputs),
  )
}

const windowAt = (start: number): Arrays => ({
  [windowInputs.first]: Int32Array.of(start === 0 ? 1 : 0),
  [windowInputs.start]: Int32Array.of(start),
})

/** Garbage for the carried inputs, which the first window must not read. */
const garbage = (graph: Graph, sizes: Sizes): Arrays =>
  Object.fromEntries(
    graph.params.flatMap(({ dtype, shape }, i): [string, Buffer][] => {
      const length = shape.reduce((n, d) => n * evaluate(d, sizes), 1)
      if (!isCarried(graph.inputs[i])) return []
      return [
        [
          graph.inputs[i],
          dtype === 'real' ? new Float64Array(length).fill(Number.NaN) : new Int32Array(length).fill(7),
        ],
      ]
    }),
  )

/** The steps of a batch from `start` on. */
function windowOf(
  { signature }: CompiledModel,
  { sizes, arrays }: Batch,
  axis: Dim,
  start: number,
  size: number,
): Batch {
  const [symbol] = symbolsOf(axis)
  const cut: Record<string, Buffer> = {
    [`${symbol}.lengths`]: arrays[`${symbol}.lengths`].map(n => Math.max(0, Math.min(size, n - start))),
  }
  for (const { name, axes } of [...signature.inputs, ...signature.targets]) {
    if (axes.length === 0 || !equal(axes[0].size, axis)) continue
    const inner = axes.slice(1).flatMap(a => (a.ragged ? [`${a.name}.lengths`] : []))
    for (const key of [name, ...inner]) cut[key] = stepsOf(arrays[key], sizes.B, sizes[symbol], start, size)
  }
  return { sizes: { ...sizes, [symbol]: size }, arrays: cut }
}

/** Cuts [B, T, …] to [B, size, …]. */
export function stepsOf(data: Buffer, examples: number, steps: number, start: number, size: number): Buffer {
  const width = examples * steps === 0 ? 0 : data.length / examples / steps
  const length = examples * size * width
  const result = data instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)
  for (let b = 0; b < examples; b++) {
    const from = (b * steps + start) * width
    result.set(data.subarray(from, from + size * width), b * size * width)
  }
  return result
}
