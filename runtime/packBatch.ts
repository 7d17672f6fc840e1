// Packs examples into batches: flat arrays side by side, padded to the longest, with their lengths.
import type { Precision } from '../compiler/backend/backend.ts'
import { batchSymbols } from '../compiler/elaborate/models/modelScope.ts'
import type { Port } from '../compiler/elaborate/values/signature.ts'
import { type Dim, evaluate, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { Example, type Examples, type Part } from './data/example.ts'
import { permutation, random } from './random.ts'

export interface Batch {
  /** The number of examples; for each ragged axis the longest length in the batch; and the sizes that were given. */
  readonly sizes: Sizes
  /**
   * Inputs of a compiled graph, row-major. For each input and target, by its name, [B, axes…, item…]: ints, bools and codes are
   * Int32Array. For each ragged axis T, as `T.lengths`, its lengths: [B], or [B, outer axes…] for an axis inside others.
   */
  readonly inputs: Readonly<Record<string, Float64Array | Float32Array | Int32Array>>
}

/** Sizes of a batch of `count` examples, padded to the longest of the part. */
export function largestSizes(ports: readonly Port[], part: Part, count: number, given: Sizes): Sizes {
  const sizes = { ...Object.fromEntries(batchSymbols.map(name => [name, Math.min(count, part.count)])), ...given }
  if (!ports.some(({ axes }) => axes.some(({ ragged }) => ragged))) return sizes
  const all = Int32Array.from({ length: part.count }, (_, i) => i)
  return { ...sizes, ...longestOf(ports, part, all) }
}

/** The longest length of each ragged axis among the examples at `indices`, by its symbol. */
export function longestOf(ports: readonly Port[], part: Part, indices: ArrayLike<number>): Sizes {
  const longest: Record<string, number> = {}
  for (const { name, axes } of ports) {
    if (!Object.hasOwn(part.ports, name) || !axes.some(({ ragged }) => ragged)) continue
    const found = axes.map(() => 0)
    for (let k = 0; k < indices.length; k++) {
      const { lengths } = part.ports[name].at(indices[k])
      for (const [axis, own] of lengths.entries())
        for (let i = 0; i < own.length; i++) found[axis] = Math.max(found[axis], own[i])
    }
    axes.forEach(({ size, ragged }, axis) => {
      if (ragged) for (const symbol of symbolsOf(size)) longest[symbol] = found[axis]
    })
  }
  return longest
}

/**
 * Packs the examples at `indices`, each ragged axis as long as the longest. Padding repeats the last valid element before it, so
 * that a logarithm or a quotient there stays finite wherever the data's own is, and no NaN arises that a product with zero could not
 * remove; an example that is empty so far is padded with an element of another, and with zeros only where the whole batch is empty.
 * `part` must have passed the checks of loading, and `given` be the sizes that it bound; RNN507 for one that is missing.
 */
export function pack(
  ports: readonly Port[],
  part: Part,
  indices: ArrayLike<number>,
  given: Sizes,
  precision: Precision = 'f64',
): Batch {
  return packAsLong(longestOf(ports, part, indices), { ports, part, indices, given, precision })
}

/** Examples to be packed; see `pack`. */
export interface Packing {
  readonly ports: readonly Port[]
  readonly part: Part
  readonly indices: ArrayLike<number>
  readonly given: Sizes
  readonly precision: Precision
}

/** As `pack`, with the lengths of the ragged axes in `longest`, of which no example has more. */
export function packAsLong(longest: Sizes, { ports, part, indices, given, precision }: Packing): Batch {
  const count = indices.length
  const sizes = { ...Object.fromEntries(batchSymbols.map(name => [name, count])), ...given, ...longest }
  const inputs: Record<string, Float64Array | Float32Array | Int32Array> = {}
  for (const port of ports) {
    if (!Object.hasOwn(part.ports, port.name)) continue
    const examples = part.ports[port.name]
    const extents = port.axes.map(({ size }) => sizeOf(size, sizes))
    const lengths = port.axes.map(({ name, ragged }, axis) => {
      if (!ragged) return undefined
      inputs[`${name}.lengths`] ??= new Int32Array(count * product(extents.slice(0, axis)))
      return inputs[`${name}.lengths`]
    })
    const width = product(port.item.map(dim => sizeOf(dim, sizes)))
    const stride = product(extents) * width
    const array = emptyArray(port, count * stride, precision)
    const room = { extents, width, spare: spareOf(examples, indices, width) }
    for (let b = 0; b < count; b++) {
      const to = array.subarray(b * stride, (b + 1) * stride)
      fillExample(examples.at(indices[b]), room, to, (axis, outer, length) => {
        const all = lengths[axis]
        if (all !== undefined) all[b * product(extents.slice(0, axis)) + outer] = length
      })
    }
    inputs[port.name] = array
  }
  return { sizes, inputs }
}

/** Gives an example whose first element is the first in the batch; zeros if all examples are empty. */
function spareOf(examples: Examples, indices: ArrayLike<number>, width: number): Example {
  for (let b = 0; b < indices.length; b++) {
    const example = examples.at(indices[b])
    if (example.count > 0) return example
  }
  return Example.of({ values: new Float64Array(width), lengths: [] })
}

/** The indices of each batch of an epoch. The last may be smaller; the order depends on seed and epoch alone. */
export function batchesOf(
  count: number,
  size: number,
  order: { seed: number; epoch: number } | 'ordered',
): Int32Array[] {
  const all =
    order === 'ordered'
      ? Int32Array.from({ length: count }, (_, i) => i)
      : permutation(count, random(order.seed, `epoch ${order.epoch}`))
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => all.subarray(i * size, (i + 1) * size))
}

/** Place of one example in a batch. */
interface Room {
  /** Sizes of its axes, with their padding. */
  readonly extents: readonly number[]
  /** The number of numbers of an element. */
  readonly width: number
  /** The example whose first element pads before there is one of its own. */
  readonly spare: Example
}

/** Writes one example, and reports the length of each axis at each place of the axes before it, `outer` being the place's index. */
function fillExample(
  example: Example,
  { extents, width, spare }: Room,
  to: Float64Array | Float32Array | Int32Array,
  report: (axis: number, outer: number, length: number) => void,
): void {
  const { lengths } = example
  const depth = extents.length
  /** Counts, read so far: the lengths of each axis, and last the elements. */
  const read = new Int32Array(depth + 1)
  /** Repeats the last valid element over all elements below the places of an axis from one up to another. */
  const pad = (axis: number, from: number, end: number): void => {
    const count = product(extents.slice(axis + 1))
    const [source, element] = read[depth] > 0 ? [example, read[depth] - 1] : [spare, 0]
    for (let at = from * count; at < end * count; at++) source.copyElements(element, 1, to, at * width)
  }
  const walk = (axis: number, place: number): void => {
    const length = lengths[axis][read[axis]++]
    report(axis, place, length)
    const first = place * extents[axis]
    if (axis < depth - 1) for (let i = 0; i < length; i++) walk(axis + 1, first + i)
    else {
      example.copyElements(read[depth], length, to, first * width)
      read[depth] += length
    }
    pad(axis, first + length, first + extents[axis])
  }
  if (depth === 0) example.copyElements(0, 1, to, 0)
  else walk(0, 0)
}

function emptyArray({ dtype, coding }: Port, length: number, precision: Precision) {
  if (dtype !== 'real' || coding !== undefined) return new Int32Array(length)
  return precision === 'f32' ? new Float32Array(length) : new Float64Array(length)
}

/** RNN507 for a size that nothing gave and no example showed. */
function sizeOf(dim: Dim, sizes: Sizes): number {
  const unknown = symbolsOf(dim).find(name => !Object.hasOwn(sizes, name))
  return unknown === undefined ? evaluate(dim, sizes) : fail('RNN507', { symbol: unknown })
}

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1)
