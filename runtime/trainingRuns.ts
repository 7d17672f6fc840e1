// Splits training into runs of its graph: one for each batch, or with `truncate` for each window of a batch.
import type { Buffer, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, Graph, TrainingGraph } from '../compiler/index.ts'
import { evaluate, product, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { groupInputs } from '../compiler/passes/accumulateGradients.ts'
import { isCarried, windowInputs } from '../compiler/passes/carryOver.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { type Batch, longestOf, pack, packAsLong } from './packBatch.ts'
import { plateauInputs } from './plateau.ts'
import { realArray } from './session.ts'
import type { TrainingState } from './trainingState.ts'
import { countWindows, windowsOf } from './truncationWindows.ts'

/** Number of runs for a batch: one for each window. */
export function runsIn(
  { signature, windows, settings: { truncate } }: CompiledModel,
  part: Part,
  indices: Int32Array,
): number {
  if (windows === undefined || truncate === undefined) return 1
  return countWindows([...signature.inputs, ...signature.targets], part, indices, windows, truncate)
}

/** One run of the training graph. */
export interface Run {
  readonly batch: Batch
  /** Inputs besides the batch. With windows also the state carried from the one before, which the run changes in place. */
  readonly inputs: Readonly<Record<string, Buffer>>
  readonly group: Place
}

/** Place of a run in its step. */
export interface Place {
  readonly first: boolean
  readonly last: boolean
  /** Its share of the examples of the step. */
  readonly share: number
}

export interface RunOptions {
  readonly precision: Precision
  /** Runs of these batches that were done before, and the state that windows carry, which is replaced as another batch begins. */
  readonly state: Pick<TrainingState, 'runs' | 'carried' | 'history'>
}

/** Makes the inputs of each run that is left of an epoch with these batches. */
export function* runInputs(
  model: CompiledModel,
  { graph }: TrainingGraph,
  { train: part, sizes }: Pick<LoadedData, 'train' | 'sizes'>,
  batches: readonly Int32Array[],
  { precision, state }: RunOptions,
): Generator<Run> {
  const { signature, windows, settings } = model
  const { truncate, accumulate = 1 } = settings
  const ports = [...signature.inputs, ...signature.targets]
  let left = state.runs
  const rated = plateauInputs(settings.plateau, state.history, precision)
  for (const [i, indices] of batches.entries()) {
    const runs = left === 0 ? 0 : runsIn(model, part, indices)
    if (left > 0 && left >= runs) {
      left -= runs
      continue
    }
    const group = placeOf(batches, i, accumulate)
    if (windows === undefined || truncate === undefined) {
      const inputs = accumulate === 1 ? rated : { ...rated, ...inputsOf(group, precision) }
      yield { batch: pack(ports, part, indices, sizes, precision), inputs, group }
      continue
    }
    const [along] = symbolsOf(windows)
    const longest = longestOf(ports, part, indices)
    for (const window of windowsOf(ports, part, indices, windows, truncate)) {
      if (left > 0) {
        left--
        continue
      }
      const rows = [...indices.keys()]
      // Keeps the sizes of inner axes, as state carried over them must have the same size in each window.
      const own = { ...longest, [along]: longestOf(ports, window.part, rows)[along] }
      const batch = packAsLong(own, { ports, part: window.part, indices: rows, given: sizes, precision })
      if (window.start === 0) state.carried = emptyCarried(graph, batch.sizes, precision)
      const place = {
        [windowInputs.first]: Int32Array.of(window.start === 0 ? 1 : 0),
        [windowInputs.start]: Int32Array.of(window.start),
      }
      yield { batch, inputs: { ...rated, ...state.carried, ...place }, group }
    }
  }
}

/** Finds the place of a batch in its step: every `accumulate` batches make one, and the last of an epoch may have fewer. */
function placeOf(batches: readonly Int32Array[], i: number, accumulate: number): Place {
  const start = i - (i % accumulate)
  const group = batches.slice(start, start + accumulate)
  const examples = group.reduce((n, indices) => n + indices.length, 0)
  return { first: i === start, last: i === start + group.length - 1, share: batches[i].length / examples }
}

const inputsOf = ({ first, last, share }: Place, precision: Precision): Record<string, Buffer> => ({
  [groupInputs.first]: Int32Array.of(first ? 1 : 0),
  [groupInputs.last]: Int32Array.of(last ? 1 : 0),
  [groupInputs.share]: realArray(precision, [share]),
})

/** Allocates the state that windows carry. The first window does not read it. */
function emptyCarried(graph: Graph, sizes: Sizes, precision: Precision): Readonly<Record<string, Buffer>> {
  const carried = graph.params.flatMap(({ dtype, shape }, i) => {
    const name = graph.inputs[i]
    if (!isCarried(name)) return []
    const values = new Float64Array(evaluate(product(shape), sizes))
    return [[name, dtype === 'real' ? realArray(precision, values) : Int32Array.from(values)] as const]
  })
  return Object.fromEntries(carried)
}
