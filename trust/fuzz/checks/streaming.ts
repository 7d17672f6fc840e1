// Streaming: the step of a model gives at each element what the model gives on all elements so far.
import { js } from '../../../compiler/backend/js.ts'
import { splitName } from '../../../compiler/elaborate/values/shortenedName.ts'
import { type CompiledModel, elementOfTarget, type StreamGraphs } from '../../../compiler/index.ts'
import { evaluate, type Sizes } from '../../../compiler/ir/dim.ts'
import { RnnError } from '../../../dsl/diagnostics.ts'
import { openStream, type StreamRun } from '../../../runtime/stream/openStream.ts'
import { pickFor } from '../fuzzCase.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, mapArrays, roundingOf, runOn, type Trial } from '../trial.ts'
import { stepsOf } from './truncation.ts'

export const streaming: Check = {
  name: 'streaming',
  claim:
    'the step of a model along an axis gives, at each element, the result of the whole model on the elements so far',
  every: 2,
  run: trial => inTurn(axesOfStreams(trial).map(axis => () => streamAlong(trial, axis))),
}

/** The axes along which a model might run as a stream. */
export const axesOfStreams = (trial: Trial): readonly string[] => [
  ...new Set(portsOf(trial).flatMap(p => p.axes.slice(0, 1).map(a => a.name))),
]

/** Takes the steps along one axis. */
export function streamAlong(trial: Trial, axis: string): Outcome {
  const { model, tested } = trial
  const graphs = streamOf(trial, axis)
  if (graphs === undefined) return { checks: 0 }
  const { batch, inputs } = trial
  const length = lengthOf(trial, axis)
  const { B } = batch.sizes
  const lengths = batch.arrays[`${axis}.lengths`] ?? new Int32Array(B).fill(length)
  // One backend for each case, as a stream takes many steps.
  const backend = pickFor(trial.case, 'streaming', tested.backends) ?? js
  const options = { backend, precision: 'f64', rows: B, seed: trial.case.data } as const
  const stream = openStream(graphs, inputs, batch.sizes, options)
  const inTwo = graphs.generation && openStream(graphs, inputs, batch.sizes, options)
  const whole = { context: model.context, graph: model.predict({ pipeline: tested.pipeline }) }
  const run = runOn(backend, whole)
  // Of an axis whose length the model fixes, only the whole is a sequence that the model takes.
  const from = graphs.length === undefined ? 0 : length - 1
  return inTurn(
    Array.from({ length }, (_, t) => () => {
      const elements = elementsAt(trial, graphs, axis, t)
      const found = stream.step(elements)
      const differing = inTwo && differences(found, stepInTwo(inTwo, graphs, elements))
      if (differing !== undefined) {
        const message = `${differing} of the stream along ${axis} at ${t} differs if its targets are chosen after its answer`
        return { checks: 1, failure: { message } }
      }
      const rows = [...lengths.keys()].filter(b => lengths[b] > t)
      if (t < from || rows.length === 0) return { checks: 0 }
      const prefix = prefixOf(trial, axis, t + 1)
      const expected = run(prefix.sizes, { ...inputs, ...prefix.arrays })
      const pick = (results: Arrays, held: number): Arrays =>
        lastElements(model, results, prefix.sizes, { axis, rows, held, seen: t + 1 })
      return compare(pick(found, 1), pick(expected, t + 1), 1e-12, `the stream along ${axis} at ${t}`, () => {
        const { bound } = roundingOf(whole, prefix.sizes, { ...inputs, ...prefix.arrays })
        const most = (name: string) => Array.from(bound(name)).reduce((a, x) => Math.max(a, x), 0)
        return { bound: name => new Float64Array(found[name].length).fill(most(name)), nearby: () => [] }
      })
    }),
  )
}

/** Takes a step as generation does: answers, and then reads the targets. */
function stepInTwo(stream: StreamRun, { generation }: StreamGraphs, elements: Arrays): Arrays {
  const late = new Set(generation?.targets.map(elementOfTarget))
  const part = (isLate: boolean) =>
    Object.fromEntries(Object.entries(elements).filter(([name]) => late.has(name) === isLate))
  const results = stream.answer(part(false))
  const answers = mapArrays(results, data => data.slice())
  stream.advance(part(true))
  return { ...answers, ...stream.states }
}

/** Names a result that is not the same to 1e-12 in both; states are results too. */
const differences = (expected: Arrays, found: Arrays): string | undefined =>
  Object.keys(expected).find(name =>
    expected[name].some((x, i) => Math.abs(x - found[name][i]) > 1e-12 * Math.max(1, Math.abs(x))),
  )

/** Derives the step; undefined for a model that has none along this axis. */
export function streamOf({ model, tested }: Trial, axis: string): StreamGraphs | undefined {
  try {
    return model.stream(axis, { pipeline: tested.pipeline, derivation: tested.derivation })
  } catch (error) {
    const codes = ['RNN331', 'RNN334']
    if (error instanceof RnnError && error.diagnostics.every(d => codes.includes(d.code))) return undefined
    throw error
  }
}

const portsOf = ({ model: { signature } }: Trial) => [...signature.inputs, ...signature.targets]

/** The largest length of an axis in the batch. */
function lengthOf(trial: Trial, axis: string): number {
  const found = portsOf(trial).flatMap(p => p.axes.filter(a => a.name === axis))[0]
  return evaluate(found.size, trial.batch.sizes)
}

/** The arrays over an axis, with the lengths of axes inside it. */
function namesAlong(trial: Trial, axis: string): readonly string[] {
  return portsOf(trial).flatMap(({ name, axes }) => {
    if (axes[0]?.name !== axis) return []
    return [
      name,
      ...axes.slice(1).flatMap(a => (a.ragged && isNested(trial, axis, a.name) ? [`${a.name}.lengths`] : [])),
    ]
  })
}

/** Tells whether the lengths of an axis differ along another: they do for the one that is declared inside the other first. */
function isNested(trial: Trial, outer: string, inner: string): boolean {
  const first = portsOf(trial).find(p => p.axes.some(a => a.name === inner))
  return first?.axes[0]?.name === outer
}

function elementsAt(trial: Trial, graphs: StreamGraphs, axis: string, t: number): Arrays {
  const { arrays, sizes } = trial.batch
  const length = lengthOf(trial, axis)
  const targets = new Set(trial.model.signature.targets.map(p => p.name))
  const elements = namesAlong(trial, axis).map(name => {
    const input = targets.has(name) ? elementOfTarget(name) : name
    return [input, stepsOf(arrays[name], sizes.B, length, t, 1)] as const
  })
  return Object.fromEntries(elements.filter(([name]) => graphs.elements.includes(name)))
}

/** The first elements of a batch. */
function prefixOf(trial: Trial, axis: string, size: number): { readonly sizes: Sizes; readonly arrays: Arrays } {
  const { arrays, sizes } = trial.batch
  const length = lengthOf(trial, axis)
  const cut = namesAlong(trial, axis).map(name => [name, stepsOf(arrays[name], sizes.B, length, 0, size)] as const)
  const lengths = arrays[`${axis}.lengths`]?.map(n => Math.min(n, size))
  return {
    sizes: axis in sizes ? { ...sizes, [axis]: size } : sizes,
    arrays: { ...Object.fromEntries(cut), ...(lengths && { [`${axis}.lengths`]: lengths }) },
  }
}

interface Seen {
  readonly axis: string
  readonly rows: readonly number[]
  /** The number of elements of the axis that the results hold. */
  readonly held: number
  /** The number of elements of the sequence so far. */
  readonly seen: number
}

/** The results for some rows: of what is over the axis the last element. A shortened axis may have none yet. */
function lastElements(model: CompiledModel, results: Arrays, sizes: Sizes, { axis, rows, held, seen }: Seen): Arrays {
  return Object.fromEntries(
    model.signature.outputs.flatMap(({ name, axes, item }) => {
      const place = axes.findIndex(a => splitName(a.name).base === axis)
      const dropped = place < 0 ? 0 : splitName(axes[place].name).dropped
      if (dropped >= seen) return []
      const size = held === seen ? seen - dropped : held
      const dims = [...axes.map(a => a.size), ...item].map((d, i) => (i === place ? size : evaluate(d, sizes)))
      const count = (of: readonly number[]): number => of.reduce((n, d) => n * d, 1)
      const [outer, inner] = place < 0 ? [1, count(dims)] : [count(dims.slice(0, place)), count(dims.slice(place + 1))]
      const along = place < 0 ? 1 : size
      const values = rows.flatMap(b =>
        Array.from({ length: outer }, (_, o) => {
          const start = ((b * outer + o) * along + along - 1) * inner
          return Array.from(results[name].subarray(start, start + inner))
        }).flat(),
      )
      return [[name, Float64Array.from(values)] as const]
    }),
  )
}
