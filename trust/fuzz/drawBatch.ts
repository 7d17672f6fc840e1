// Batches and weights of random programs. Padding holds garbage on purpose: nothing may see it.

import type { Buffer } from '../../compiler/backend/backend.ts'
import { splitName } from '../../compiler/elaborate/values/shortenedName.ts'
import type { Port, Signature } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { type Random, random, uniform } from '../../runtime/random.ts'
import type { FuzzCase } from './fuzzCase.ts'

/** Inputs, targets and lengths by name, with the sizes that they have. */
export interface Batch {
  readonly sizes: Sizes
  readonly arrays: Readonly<Record<string, Buffer>>
}

/** Weights in [-0.8, 0.8): large enough to matter, and too small to saturate. */
export const drawWeights = (
  { parameters }: Signature,
  sizes: Sizes,
  seed: number,
): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const draw = random(seed, name)
      const length = shape.reduce((n, d) => n * evaluate(d, sizes), 1)
      return [name, Float64Array.from({ length }, () => uniform(draw, -0.8, 0.8))]
    }),
  )

/**
 * Draws a batch of random elements, in the padding as well; in one of four they are zeros, halves and ones, which tie. Ragged axes that the
 * case does not know are full.
 */
export function drawBatch(
  signature: Signature,
  { sizes, lengths, data }: Pick<FuzzCase, 'sizes' | 'lengths' | 'data'>,
): Batch {
  const arrays: Record<string, Buffer> = {}
  const draw = random(data, 'batch')
  const onKinks = Math.floor(data / 64) % 4 === 0
  for (const port of portsOf(signature)) {
    const count = elements(port, sizes, sizes.B)
    const element = (): number => {
      const x = drawElement(port, sizes, draw, 1)
      return onKinks && port.dtype === 'real' ? Math.round(2 * x) / 2 : x
    }
    arrays[port.name] =
      port.dtype === 'real'
        ? Float64Array.from({ length: count }, element)
        : Int32Array.from({ length: count }, element)
    port.axes.forEach(({ name, ragged }, i) => {
      if (!ragged || arrays[`${name}.lengths`] !== undefined) return
      const length = port.axes.slice(0, i).reduce((n, a) => n * evaluate(a.size, sizes), sizes.B)
      arrays[`${name}.lengths`] = Int32Array.from(lengths[name] ?? Array.from({ length }, () => sizes[name]))
    })
  }
  return { sizes, arrays }
}

/** Garbage for padding: values that overflow or give NaN in most operations, and ordinary numbers that do harm only in others. */
const garbage = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e300, -1e300, 0, 50, -50, 1]

/** The same batch with garbage in its padding. */
export function repadded(signature: Signature, batch: Batch, seed: number): Batch {
  const draw = random(seed, 'padding')
  const arrays: Record<string, Buffer> = { ...batch.arrays }
  for (const port of portsOf(signature)) {
    const data = arrays[port.name].slice()
    forEachItem(port, batch, (start, count, valid) => {
      for (let i = 0; i < count && !valid; i++) {
        const element = drawElement(port, batch.sizes, draw, 1)
        data[start + i] = port.dtype === 'real' ? garbage[Math.floor(draw() * garbage.length)] : element
      }
    })
    arrays[port.name] = data
  }
  return { ...batch, arrays }
}

/** Takes example b by itself, with no more padding than its own axes inside others need. */
export function unpadded(signature: Signature, batch: Batch, b: number): Batch {
  const one = alone(batch, b)
  const sizes: Record<string, number> = { ...one.sizes }
  const arrays: Record<string, Buffer> = { ...one.arrays }
  const ports = portsOf(signature)
  for (const { name, ragged } of ports.flatMap(p => p.axes)) {
    const lengths = one.arrays[`${name}.lengths`]
    if (ragged && lengths !== undefined) sizes[name] = Array.from(lengths).reduce((most, n) => Math.max(most, n), 0)
  }
  for (const port of ports) {
    const shape = (of: Sizes): number[] => [...port.axes.map(a => a.size), ...port.item].map(d => evaluate(d, of))
    arrays[port.name] = cut(one.arrays[port.name], shape(one.sizes), shape(sizes))
    port.axes.forEach(({ name }, i) => {
      const lengths = one.arrays[`${name}.lengths`]
      const outer = (of: Sizes): number[] => shape(of).slice(0, i)
      const count = outer(one.sizes).reduce((n, size) => n * size, 1)
      if (lengths?.length === count) arrays[`${name}.lengths`] = cut(lengths, outer(one.sizes), outer(sizes))
    })
  }
  return { sizes, arrays }
}

/** Cuts an array to its first elements along each dimension. */
function cut(data: Buffer, from: readonly number[], to: readonly number[]): Buffer {
  const count = to.reduce((n, size) => n * size, 1)
  const result = data instanceof Int32Array ? new Int32Array(count) : new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let [rest, place, span] = [i, 0, 1]
    for (let d = to.length - 1; d >= 0; d--) {
      place += (rest % to[d]) * span
      rest = Math.floor(rest / to[d])
      span *= from[d]
    }
    result[i] = data[place]
  }
  return result
}

/** Example b by itself, in the same padding. */
export const alone = (batch: Batch, b: number): Batch => permuted(batch, [b])

/** The examples at some places of a batch, in that order. */
export function permuted({ sizes, arrays }: Batch, order: readonly number[]): Batch {
  const chosen = Object.entries(arrays).map(([name, data]): [string, Buffer] => {
    const size = sizes.B === 0 ? 0 : data.length / sizes.B
    const parts = order.map(b => data.subarray(b * size, (b + 1) * size))
    const result =
      data instanceof Int32Array ? new Int32Array(order.length * size) : new Float64Array(order.length * size)
    parts.forEach((part, i) => {
      result.set(part, i * size)
    })
    return [name, result]
  })
  return { sizes: { ...sizes, B: order.length }, arrays: Object.fromEntries(chosen) }
}

/** Calls `visit` with the place and size of each item of a port, and whether it lies within the lengths. */
export function forEachItem(
  port: Port,
  batch: Batch,
  visit: (start: number, size: number, valid: boolean, example: number) => void,
): void {
  const axes = port.axes.map(a => evaluate(a.size, batch.sizes))
  const size = port.item.reduce((n, d) => n * evaluate(d, batch.sizes), 1)
  const walk = (d: number, place: readonly number[], valid: boolean): void => {
    if (d === axes.length) {
      const offset = place.reduce((at, i, k) => (k === 0 ? i : at * axes[k - 1] + i), 0)
      visit(offset * size, size, valid, place[0])
      return
    }
    const count = valid ? validCount(port, d, place, axes, batch) : 0
    for (let i = 0; i < axes[d]; i++) walk(d + 1, [...place, i], valid && i < count)
  }
  for (let b = 0; b < batch.sizes.B; b++) walk(0, [b], true)
}

/** Counts the valid elements along axis d at a place [example, outer axes…]. */
function validCount(
  port: Port,
  d: number,
  place: readonly number[],
  axes: readonly number[],
  { sizes, arrays }: Batch,
): number {
  const { name, ragged } = port.axes[d]
  const { base, dropped } = splitName(name)
  const lengths = arrays[`${base}.lengths`]
  if (!ragged || lengths === undefined) return axes[d]
  // Lengths are over the batch and the first axes of every port that has the axis.
  let at = place[0]
  let span = sizes.B
  for (let i = 0; i < d && span < lengths.length; i++) {
    at = at * axes[i] + place[i + 1]
    span *= axes[i]
  }
  return Math.max(0, lengths[at] - dropped)
}

const portsOf = ({ inputs, targets }: Signature): readonly Port[] => [...inputs, ...targets]

const elements = (port: Port, sizes: Sizes, examples: number): number =>
  [...port.axes.map(a => a.size), ...port.item].reduce((n, d) => n * evaluate(d, sizes), examples)

function drawElement(port: Port, sizes: Sizes, draw: Random, size: number): number {
  if (port.coding !== undefined) return Math.floor(draw() * evaluate(port.coding.size, sizes))
  if (port.dtype === 'real') return uniform(draw, -size, size)
  return Math.floor(draw() * (port.dtype === 'bool' ? 2 : 4))
}
