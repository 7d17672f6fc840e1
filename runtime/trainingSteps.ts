// Splits training into steps: one for each batch, or with `truncate` for each window of a batch.
import type { Buffer, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, Graph, TrainingGraph } from '../compiler/index.ts'
import { evaluate, product, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { isCarried, windowInputs } from '../compiler/passes/carryOver.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { type Batch, longestOf, pack, packAsLong } from './packBatch.ts'
import { realArray } from './session.ts'
import { countWindows, windowsOf } from './truncationWindows.ts'

/** Number of training steps of a batch: one for each window. */
export function stepsIn(
  { signature, windows, settings: { truncate } }: CompiledModel,
  part: Part,
  indices: Int32Array,
): number {
  if (windows === undefined || truncate === undefined) return 1
  return countWindows([...signature.inputs, ...signature.targets], part, indices, windows, truncate)
}

/** Makes the inputs of each step; for windows also the state carried from the one before, which the step changes in place. */
export function* stepInputs(
  { signature, windows, settings: { truncate } }: CompiledModel,
  { graph }: TrainingGraph,
  { train: part, sizes }: Pick<LoadedData, 'train' | 'sizes'>,
  batches: readonly Int32Array[],
  precision: Precision,
): Generator<{ readonly batch: Batch; readonly carried: Readonly<Record<string, Buffer>> }> {
  const ports = [...signature.inputs, ...signature.targets]
  for (const indices of batches) {
    if (windows === undefined || truncate === undefined) {
      yield { batch: pack(ports, part, indices, sizes, precision), carried: {} }
      continue
    }
    const [along] = symbolsOf(windows)
    const longest = longestOf(ports, part, indices)
    let carried: Readonly<Record<string, Buffer>> | undefined
    for (const window of windowsOf(ports, part, indices, windows, truncate)) {
      const rows = [...indices.keys()]
      // Keeps the sizes of inner axes, as state carried over them must have the same size in each window.
      const own = { ...longest, [along]: longestOf(ports, window.part, rows)[along] }
      const batch = packAsLong(own, { ports, part: window.part, indices: rows, given: sizes, precision })
      carried ??= emptyCarried(graph, batch.sizes, precision)
      const place = {
        [windowInputs.first]: Int32Array.of(window.start === 0 ? 1 : 0),
        [windowInputs.start]: Int32Array.of(window.start),
      }
      yield { batch, carried: { ...carried, ...place } }
    }
  }
}

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
