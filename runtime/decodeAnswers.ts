// Decodes the results of a batch into answers in the units and labels of the data.

import { splitName } from '../compiler/elaborate/values/shortenedName.ts'
import type { Port, Signature } from '../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { greatest } from '../dsl/greatest.ts'
import { axesAround } from './axesAround.ts'
import { type Fitted, inverter, vocabularyFor } from './data/fitted.ts'
import { textOf } from './data/vocabulary.ts'

/**
 * A number, a label or a token, or nested lists of them: one list for each axis, then one for each dim of the item. Tokens that texts
 * were cut into are joined again, along the innermost axis.
 */
export type Answer = number | string | readonly Answer[]

/** Tells the lists of an answer from its numbers and texts. */
export const isNestedList = (answer: Answer | undefined): answer is readonly Answer[] => Array.isArray(answer)

/** The results of a batch, and what tells their shapes. */
export interface BatchResults {
  /** Row-major [B, axes…, item…], by the name of the output. */
  readonly results: Readonly<Record<string, ArrayLike<number>>>
  readonly sizes: Sizes
  /** Holds the lengths of ragged axes, as `T.lengths`. */
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>
  /** The examples of the batch, by their places in the part. */
  readonly indices: ArrayLike<number>
  /** Values of targets that were generated, [B, axes…, item…], by name: they are chosen already. */
  readonly chosen?: Readonly<Record<string, ArrayLike<number>>>
}

/** Decodes the answer of one output for the example at place `b` of a batch. */
export type Decode = (run: BatchResults, b: number) => Answer

/**
 * Makes what decodes the answers of one output: classes are chosen and, with `fitted`, labels and units are those of the data. Padding is
 * left out. What it makes throws RNN512 for a prediction that is not finite.
 */
export function decoder(signature: Signature, port: Port, fitted: Fitted | undefined): Decode {
  const target = signature.predictions.some(p => p.output === port.name)
    ? signature.targets.find(t => t.name === port.name)
    : undefined
  const coded = target?.coding !== undefined
  const vocabulary = target && vocabularyFor(fitted, target.name)
  const invert = fitted && target && inverter(fitted, port.name)
  const depth = port.axes.length
  const lengthsOf = port.axes.map(axis => lengthsAlong(signature, port, axis))
  const shapeIn = shapesOf(port)
  return (run, b) => {
    const { shape, size, width } = shapeIn(run.sizes)
    const values = copyOf(run.results[port.name], b * size, (b + 1) * size)
    const count = coded ? size / width : size
    const chosen = run.chosen?.[port.name]
    const decided =
      chosen !== undefined ? copyOf(chosen, b * count, (b + 1) * count) : coded ? decide(values, width) : values
    const decoded = invert === undefined ? decided : invert(decided)
    const item = coded ? [] : shape.slice(depth)
    const step = coded ? 1 : width
    const check = (from: number, to: number): void => {
      if (target === undefined) return
      requireFinite(port.name, run.indices[b], values, from * width, to * width)
      if (decoded !== values) requireFinite(port.name, run.indices[b], decoded, from * step, to * step)
    }
    const nest = (place: number, places: readonly number[]): Answer => {
      const at = places.length
      if (at === depth) {
        check(place, place + 1)
        return nested(item, decoded, place * step)
      }
      const length = lengthsOf[at](run, b, places, shape)
      const from = place * shape[at]
      // Joins the tokens along the innermost axis.
      if (vocabulary !== undefined && at === depth - 1) {
        check(from, from + length)
        return textOf(vocabulary, decided.slice(from, from + length))
      }
      return listOf(length, i => nest(from + i, [...places, i]))
    }
    return nest(0, [])
  }
}

interface Shape {
  /** Sizes of the axes, with their padding, and of the item. */
  readonly shape: readonly number[]
  /** How many numbers one example has, and how many an item. */
  readonly size: number
  readonly width: number
}

/** Makes what gives the shape of a port, which is worked out anew only for other sizes. */
function shapesOf({ axes, item }: Port): (sizes: Sizes) => Shape {
  let known: Sizes | undefined
  let last: Shape = { shape: [], size: 1, width: 1 }
  return sizes => {
    if (sizes === known) return last
    const [outer, inner] = [axes.map(a => a.size), item].map(dims => dims.map(d => evaluate(d, sizes)))
    const width = product(inner)
    last = { shape: [...outer, ...inner], size: product(outer) * width, width }
    known = sizes
    return last
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1)

/** How many elements of an axis are valid in example `b`, at `places` of the axes before it. */
type LengthAt = (run: BatchResults, b: number, places: readonly number[], shape: readonly number[]) => number

/** A ragged axis is as long as the example says, at each place of the axes that its lengths are over. */
function lengthsAlong(signature: Signature, { axes }: Port, axis: Port['axes'][number]): LengthAt {
  const whole: LengthAt = (_run, _b, places, shape) => shape[places.length]
  if (!axis.ragged) return whole
  const { base, dropped } = splitName(axis.name)
  const outer = axesAround(signature, base).map(({ name }) => axes.findIndex(a => a.name === name))
  if (outer.includes(-1)) return whole
  return (run, b, places, shape) => {
    const given = run.inputs[`${base}.lengths`]
    if (given === undefined) return shape[places.length]
    return Math.max(0, given[outer.reduce((at, d) => at * shape[d] + places[d], b)] - dropped)
  }
}

/** Copies some of a list of numbers. A loop: `slice` and `Array.from` of typed arrays take several times as long. */
function copyOf(all: ArrayLike<number>, from: number, to: number): number[] {
  const copied: number[] = []
  for (let i = from; i < to; i++) copied.push(all[i])
  return copied
}

/** RNN512 where an answer, or a number that decided it, is NaN or infinite. */
function requireFinite(
  name: string,
  example: number,
  values: readonly (number | string)[],
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const value = values[i]
    if (typeof value === 'number' && !Number.isFinite(value))
      fail('RNN512', { what: `the answer for \`${name}\` of example ${example + 1}`, value })
  }
}

/** Picks the most likely class of each distribution of `width`; of a single probability, whether it is above a half. */
function decide(values: readonly number[], width: number): number[] {
  if (width === 1) return values.map(p => (p > 0.5 ? 1 : 0))
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.slice(i * width, (i + 1) * width)
    return row.indexOf(greatest(row))
  })
}

/** Nests some of a list of numbers or texts, from a place on. */
function nested(shape: readonly number[], values: readonly (number | string)[], from: number): Answer {
  if (shape.length === 0) return values[from]
  const [n, ...rest] = shape
  if (rest.length === 0) return values.slice(from, from + n)
  const width = product(rest)
  return listOf(n, i => nested(rest, values, from + i * width))
}

/** A list made one by one: `Array.from` with a function takes several times as long. */
function listOf(length: number, make: (i: number) => Answer): readonly Answer[] {
  const list: Answer[] = []
  for (let i = 0; i < length; i++) list.push(make(i))
  return list
}
