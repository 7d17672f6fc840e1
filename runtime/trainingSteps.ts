// The steps of training: a batch each, or with `truncate` a window of one.
import type { Buffer, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, Graph, TrainingGraph } from '../compiler/index.ts'
import { evaluate, product, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { isCarried, windowInputs } from '../compiler/passes/carryOver.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { type Batch, longestOf, pack } from './packBatch.ts'
import { realArray } from './session.ts'
import { countWindows, windowsOf } from './truncationWindows.ts'

/** How many steps of training a batch takes: one for each window. */
export function stepsIn(
  { signature, windows, settings: { truncate } }: CompiledModel,
  part: Part,
  indices: Int32Array,
): number {
  if (windows === undefined || truncate === undefined) return 1
  return countWindows([...signature.inputs, ...signature.targets], part, indices, windows, truncate)
}

/** What each step of training reads of the data; and, of windows, what the one before has left, for the step to change in place. */
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
      // What is carried over an axis inside has the same size in each window.
      const own = { ...longest, [along]: longestOf(ports, window.part, rows)[along] }
      const batch = pack(ports, window.part, rows, sizes, precision, own)
      carried ??= emptyCarried(graph, batch.sizes, precision)
      const place = {
        [windowInputs.first]: Int32Array.of(window.start === 0 ? 1 : 0),
        [windowInputs.start]: Int32Array.of(window.start),
      }
      yield { batch, carried: { ...carried, ...place } }
    }
  }
}

/** Arrays for what windows carry. The first window does not read them. */
function emptyCarried(graph: Graph, sizes: Sizes, precision: Precision): Readonly<Record<string, Buffer>> {
  const carried = graph.params.flatMap(({ dtype, shape }, i) => {
    const name = graph.inputs[i]
    if (!isCarried(name)) return []
    const values = new Float64Array(evaluate(product(shape), sizes))
    return [[name, dtype === 'real' ? realArray(precision, values) : Int32Array.from(values)] as const]
  })
  return Object.fromEntries(carried)
}
