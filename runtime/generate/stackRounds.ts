// Puts the rounds of a generation together to arrays over the whole axis, as a run of the whole model gives them.
import type { Buffer } from '../../compiler/backend/backend.ts'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { evaluate, symbolsOf } from '../../compiler/ir/dim.ts'
import { axesAround } from '../axesAround.ts'
import type { BatchResults } from '../decodeAnswers.ts'
import { droppedOf, placeAlong } from '../stream/alongAxis.ts'
import type { Sequences } from './rounds.ts'

/**
 * Stacks the rounds. `signature` is that of the whole model, `axis` the generated one, which may have fewer elements than the inputs of
 * the batch.
 */
export function stackRounds(
  signature: Signature,
  axis: string,
  { rounds, lengths }: Sequences,
  batch: Pick<BatchResults, 'sizes' | 'inputs' | 'indices'>,
): BatchResults {
  const rows = lengths.length
  const along = [...signature.outputs, ...signature.targets].flatMap(p => p.axes.filter(a => a.name === axis))[0]
  const length = along.ragged ? rounds.length : evaluate(along.size, batch.sizes)
  const sizes = { ...batch.sizes, ...(along.ragged && Object.fromEntries(symbolsOf(along.size).map(s => [s, length]))) }
  const stack = (port: Port, of: (t: number) => Buffer): Buffer => {
    const place = placeAlong(port, axis)
    const dims = [...port.axes.map(a => a.size), ...port.item].map(d => evaluate(d, sizes))
    if (place < 0)
      return lastOf(
        rounds.map((_, t) => of(t)),
        lengths,
        dims.reduce((n, d) => n * d, 1),
      )
    const [outer, inner] = [dims.slice(0, place), dims.slice(place + 1)].map(some => some.reduce((n, d) => n * d, 1))
    const dropped = droppedOf(port.axes[place])
    return interleave(
      rounds.slice(dropped).map((_, t) => of(t + dropped)),
      rows * outer,
      dims[place],
      inner,
    )
  }
  const targets = signature.targets.filter(t => Object.hasOwn(rounds[0]?.chosen ?? {}, t.name))
  return {
    results: Object.fromEntries(signature.outputs.map(p => [p.name, stack(p, t => rounds[t].results[p.name])])),
    chosen: Object.fromEntries(targets.map(p => [p.name, stack(p, t => rounds[t].chosen[p.name])])),
    sizes,
    inputs: { ...cutLengths(signature, axis, batch, length), ...(along.ragged && { [`${axis}.lengths`]: lengths }) },
    indices: batch.indices,
  }
}

/** The inputs of a batch, of which the lengths of axes inside the generated one go as far as that does. */
function cutLengths(
  signature: Signature,
  axis: string,
  { inputs, sizes }: Pick<BatchResults, 'inputs' | 'sizes'>,
  length: number,
): BatchResults['inputs'] {
  const cut = (name: string, all: ArrayLike<number>): ArrayLike<number> => {
    const [inside, kind] = name.split('.')
    const around = kind === 'lengths' ? axesAround(signature, inside) : []
    const place = around.findIndex(a => a.name === axis)
    if (place < 0) return all
    const extents = around.map(a => evaluate(a.size, sizes))
    const inner = extents.slice(place + 1).reduce((n, d) => n * d, 1)
    const width = extents[place] * inner
    return Array.from(
      { length: (all.length / width) * length * inner },
      (_, i) => all[Math.floor(i / (length * inner)) * width + (i % (length * inner))],
    )
  }
  return Object.fromEntries(Object.entries(inputs).map(([name, all]) => [name, cut(name, all)]))
}

/** Puts arrays [outer, inner], one for each step, together to one [outer, length, inner]. */
function interleave(steps: readonly Buffer[], outer: number, length: number, inner: number): Buffer {
  const all = new Float64Array(outer * length * inner)
  steps.slice(0, length).forEach((data, t) => {
    for (let o = 0; o < outer; o++) all.set(data.subarray(o * inner, (o + 1) * inner), (o * length + t) * inner)
  })
  return all
}

/** Takes from each row the result at the last step of its sequence; NaN for an empty one, on which no step has run. */
function lastOf(steps: readonly Buffer[], lengths: Int32Array, width: number): Buffer {
  const all = new Float64Array(lengths.length * width).fill(Number.NaN)
  lengths.forEach((length, row) => {
    if (length > 0) all.set(steps[length - 1].subarray(row * width, (row + 1) * width), row * width)
  })
  return all
}
