// The batches that a gradient is looked at on: those of the training part, or a random one.
import type { CompiledModel } from '../compiler/index.ts'
import { fail } from '../dsl/diagnostics.ts'
import { type Batch, batchesOf, pack } from '../runtime/batch.ts'
import { type LoadOptions, loadData } from '../runtime/data/load.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { fittingSizes, randomBatch } from '../runtime/randomBatch.ts'
import { dataOf } from './weights.ts'

type Sets = Readonly<Record<string, number>>

/** A random batch, of the sizes that are known. Errors of `fittingSizes`. */
export function drawnBatch(model: CompiledModel, known: Sets, seed: number): Batch {
  const sizes = fittingSizes(model, known)
  const batch = randomBatch(model.signature, sizes, seed)
  return { ...batch, sizes: { ...sizes, ...batch.sizes } }
}

export interface DataBatches {
  readonly count: number
  /** Examples in each but the last. */
  readonly size: number
  readonly first: Batch
  /** All of them, in order, each packed when it is its turn. */
  readonly all: () => Iterable<Batch>
}

/**
 * The batches of the training part, of B examples or as many as in training. RNN401 if the model has no data block, RNN405 where the
 * part is empty; errors of `loadData`.
 */
export async function dataBatches(model: CompiledModel, options: LoadOptions, sets: Sets): Promise<DataBatches> {
  const { signature, settings } = model
  const block = dataOf(model)
  const { train, sizes, fitted } = await loadData(block, signature, options)
  if (train.count === 0) fail('RNN405', { what: 'the train part' }, { span: block.span })
  model.checkSizes(sizes, labelNotes(signature, fitted))
  const size = Math.min(train.count, sets.B ?? settings.batch ?? 32)
  const ports = [...signature.inputs, ...signature.targets]
  const packed = (indices: Int32Array): Batch => pack(ports, train, indices, sizes, 'f64')
  const indices = batchesOf(train.count, size, 'ordered')
  function* all(): Generator<Batch> {
    for (const some of indices) yield packed(some)
  }
  return { count: indices.length, size, first: packed(indices[0]), all }
}
