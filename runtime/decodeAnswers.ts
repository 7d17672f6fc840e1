// Decodes the results of a batch into answers in the units and labels of the data.

import { splitName } from '../compiler/elaborate/values/shortenedName.ts'
import type { Port, Signature } from '../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { greatest } from '../dsl/greatest.ts'
import { type Fitted, inverse, vocabularyFor } from './data/fitted.ts'
import { textOf, type Vocabulary } from './data/vocabulary.ts'

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

/**
 * Decodes the answer of one output for the example at place `b` of a batch: classes are chosen and, with `fitted`, labels and units are
 * those of the data. Padding is left out. RNN512 for a prediction that is not finite.
 */
export function answerOf(
  signature: Signature,
  port: Port,
  run: BatchResults,
  b: number,
  fitted: Fitted | undefined,
): Answer {
  const all = run.results[port.name]
  const shape = [...port.axes.map(a => a.size), ...port.item].map(d => evaluate(d, run.sizes))
  const size = shape.reduce((n, d) => n * d, 1)
  const values = Array.from({ length: size }, (_, i) => all[b * size + i])
  const target = signature.predictions.some(p => p.output === port.name)
    ? signature.targets.find(t => t.name === port.name)
    : undefined
  const width = port.item.map(d => evaluate(d, run.sizes)).reduce((n, d) => n * d, 1)
  const coded = target?.coding !== undefined
  const count = coded ? size / width : size
  const chosen = run.chosen?.[port.name]
  const decided =
    chosen === undefined
      ? coded
        ? decide(values, width)
        : values
      : Array.from({ length: count }, (_, i) => chosen[b * count + i])
  const decoded = fitted === undefined || target === undefined ? decided : inverse(fitted, port.name, decided)
  // Takes valid elements only: a ragged axis is as long as the example says, at each place of the axes that its lengths are over.
  const lengthAt = (depth: number, places: readonly number[]): number => {
    const { name, ragged } = port.axes[depth]
    const { base, dropped } = splitName(name)
    const given = ragged ? run.inputs[`${base}.lengths`] : undefined
    const outer = axesAround(signature, base).map(axis => port.axes.findIndex(a => a.name === axis))
    if (given === undefined || outer.includes(-1)) return shape[depth]
    return Math.max(0, given[outer.reduce((at, d) => at * shape[d] + places[d], b)] - dropped)
  }
  const vocabulary = target && vocabularyFor(fitted, target.name)
  /** Joins the tokens along the innermost axis. */
  const textAt = (codes: Vocabulary, place: number, places: readonly number[]): Answer => {
    const from = place * shape[places.length]
    const to = from + lengthAt(places.length, places)
    requireFinite(port.name, run.indices[b], values.slice(from * width, to * width))
    return textOf(codes, decided.slice(from, to))
  }
  const nest = (place: number, places: readonly number[]): Answer => {
    const depth = places.length
    if (vocabulary !== undefined && depth === port.axes.length - 1) return textAt(vocabulary, place, places)
    if (depth === port.axes.length) {
      const answer = item(coded ? [] : shape.slice(depth), decoded, place)
      const from = values.slice(place * width, (place + 1) * width)
      if (target !== undefined) requireFinite(port.name, run.indices[b], [from, answer])
      return answer
    }
    const length = lengthAt(depth, places)
    return Array.from({ length }, (_, i) => nest(place * shape[depth] + i, [...places, i]))
  }
  return nest(0, [])
}

/** RNN512 where an answer, or a number that decided it, is NaN or infinite. */
function requireFinite(name: string, example: number, answer: Answer): void {
  if (typeof answer === 'string' || Number.isFinite(answer)) return
  if (typeof answer === 'number')
    fail('RNN512', { what: `the answer for \`${name}\` of example ${example + 1}`, value: answer })
  for (const part of answer) requireFinite(name, example, part)
}

/** Axes before one, where an input or target declares it: those that its lengths are over. */
function axesAround(signature: Signature, name: string): readonly string[] {
  const axes = [...signature.inputs, ...signature.targets].map(p => p.axes).find(all => all.some(a => a.name === name))
  return axes === undefined
    ? []
    : axes
        .slice(
          0,
          axes.findIndex(a => a.name === name),
        )
        .map(a => a.name)
}

/** Picks the most likely class of each distribution of `width`; of a single probability, whether it is above a half. */
function decide(values: readonly number[], width: number): number[] {
  if (width === 1) return values.map(p => (p > 0.5 ? 1 : 0))
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.slice(i * width, (i + 1) * width)
    return row.indexOf(greatest(row))
  })
}

function item(shape: readonly number[], values: readonly (number | string)[], place: number): Answer {
  if (shape.length === 0) return values[place]
  const [n, ...rest] = shape
  return Array.from({ length: n }, (_, i) => item(rest, values, place * n + i))
}
