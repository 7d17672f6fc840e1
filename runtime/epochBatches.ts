// The batches of each training epoch: of random examples, or with `bucket` of examples of similar lengths, which need less padding.
import type { Port } from '../compiler/elaborate/values/signature.ts'
import type { CompiledModel } from '../compiler/index.ts'
import type { Part } from './data/example.ts'
import { batchesOf } from './packBatch.ts'
import { permutation, random } from './random.ts'

/** Number of batches whose examples are sorted by length together: enough for little padding, and few enough for ever new batches. */
const pooled = 32

/** How many times the mean length the longest example has where `bucket` is on by default. */
const spread = 2

/**
 * Gives a function from the number of an epoch, from 1, to the indices of its batches. Each example is in one batch; the same seed gives
 * the same batches.
 */
export function epochBatches(
  { signature, settings }: Pick<CompiledModel, 'signature' | 'settings'>,
  part: Part,
  size: number,
  seed: number,
): (epoch: number) => Int32Array[] {
  const { shuffle = true } = settings
  const lengths = exampleLengths([...signature.inputs, ...signature.targets], part)
  const bucket = settings.bucket ?? (shuffle && isSpread(lengths))
  return epoch => {
    const batches = batchesOf(part.count, size, shuffle ? { seed, epoch } : 'ordered')
    if (!bucket) return batches
    const sorted = sortedPools(batches, lengths)
    if (!shuffle) return sorted
    return Array.from(permutation(sorted.length, random(seed, `buckets ${epoch}`)), i => sorted[i])
  }
}

/** Number of elements of each example along its ragged axes, each axis counted once. */
function exampleLengths(ports: readonly Port[], part: Part): Float64Array {
  const all = new Float64Array(part.count)
  const counted = new Set<string>()
  for (const { name, axes } of ports) {
    if (!Object.hasOwn(part.ports, name)) continue
    axes.forEach((axis, depth) => {
      if (!axis.ragged || counted.has(axis.name)) return
      counted.add(axis.name)
      part.ports[name].forEach(({ lengths }, i) => {
        for (let k = 0; k < lengths[depth].length; k++) all[i] += lengths[depth][k]
      })
    })
  }
  return all
}

/** Whether random batches would consist of padding for a large part. */
function isSpread(lengths: Float64Array): boolean {
  let [longest, sum] = [0, 0]
  for (const length of lengths) {
    longest = Math.max(longest, length)
    sum += length
  }
  return longest * lengths.length > spread * sum
}

/** Sorts the examples of every `pooled` batches by length, and cuts them into batches of the same sizes. */
function sortedPools(batches: readonly Int32Array[], lengths: Float64Array): Int32Array[] {
  return Array.from({ length: Math.ceil(batches.length / pooled) }, (_, i) => {
    const pool = batches.slice(i * pooled, (i + 1) * pooled)
    const sorted = pool.flatMap(batch => [...batch]).sort((a, b) => lengths[a] - lengths[b])
    let from = 0
    return pool.map(({ length }) => {
      from += length
      return Int32Array.from(sorted.slice(from - length, from))
    })
  }).flat()
}
