// Makes the batches for checks of a gradient: those of the training part, or a random one.
import type { CompiledModel } from '../compiler/index.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { type LoadOptions, loadData } from '../runtime/data/loadData.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { dataOf } from '../runtime/library/loadData.ts'
import { checkMemory } from '../runtime/memoryBudget.ts'
import { type Batch, batchesOf, largestSizes, pack } from '../runtime/packBatch.ts'
import { fittingSizes, randomBatch } from '../runtime/randomBatch.ts'
import { memoryHere } from './machineMemory.ts'

type Sets = Readonly<Record<string, number>>

/** Draws a random batch, of the sizes that are known. Errors of `fittingSizes`. */
export function drawnBatch(model: CompiledModel, known: Sets, seed: number): Batch {
  const sizes = fittingSizes(model, known)
  checkDrawn(model, sizes)
  const batch = randomBatch(model.signature, sizes, seed)
  return { ...batch, sizes: { ...sizes, ...batch.sizes } }
}

/** Memory of an example besides its numbers, in bytes. */
const perExample = 256

/** RNN519 before weights and a batch of these sizes are drawn. */
function checkDrawn(model: CompiledModel, sizes: Sizes): void {
  const smaller = 'set smaller sizes: `--set B=3`'
  const run = { model, doing: 'creating a batch and weights for', sizes, precision: 'f64', copies: 2, smaller } as const
  checkMemory({ ...run, memory: memoryHere() }, model.evaluate(), (sizes.B ?? 0) * perExample)
}

export interface DataBatches {
  readonly count: number
  /** Number of examples in each but the last. */
  readonly size: number
  readonly first: Batch
  /** Yields all of them, in order, each packed when it is its turn. */
  readonly all: () => Iterable<Batch>
}

/**
 * Loads the batches of the training part, of B examples or as many as in training. RNN401 if the model has no data block, RNN405 where
 * the part is empty; errors of `loadData`.
 */
export async function dataBatches(model: CompiledModel, options: LoadOptions, sets: Sets): Promise<DataBatches> {
  const { signature, settings } = model
  const block = dataOf(model)
  const { train, sizes, fitted } = await loadData(block, signature, options)
  if (train.count === 0) fail('RNN405', { what: 'the training part' }, { span: block.span })
  model.checkSizes(sizes, labelNotes(signature, fitted))
  checkDrawn(
    model,
    largestSizes([...signature.inputs, ...signature.targets], train, sets.B ?? settings.batch ?? 32, sizes),
  )
  const size = Math.min(train.count, sets.B ?? settings.batch ?? 32)
  const ports = [...signature.inputs, ...signature.targets]
  const packed = (indices: Int32Array): Batch => pack(ports, train, indices, sizes, 'f64')
  const indices = batchesOf(train.count, size, 'ordered')
  function* all(): Generator<Batch> {
    for (const some of indices) yield packed(some)
  }
  return { count: indices.length, size, first: packed(indices[0]), all }
}
