// Generates a batch of sequences step by step: answers, chooses the targets, and feeds them back.
import type { Buffer, Precision, Results } from '../../compiler/backend/backend.ts'
import { elementOfTarget } from '../../compiler/index.ts'
import type { Packed, Started } from '../stream/startStream.ts'
import { copiesOf } from '../stream/streamStates.ts'
import type { GeneratedTarget } from './generatedTargets.ts'

/** Inputs of the generation of several sequences side by side. */
export interface Generating {
  readonly started: Started
  readonly rows: number
  readonly targets: readonly GeneratedTarget[]
  /** Gives the elements of the inputs that go along, at step t. */
  readonly elementsAt: (t: number) => Packed
  /** Values of the targets at the first steps, which are given and not chosen: for each target, [step][place]. */
  readonly after: Readonly<Record<string, readonly (readonly number[])[]>>
  /** Number of the first steps that are given. */
  readonly given: number
  /** Number of steps of each row at most, the given ones among them. */
  readonly limits: ArrayLike<number>
}

/** Values of each target: [rows, places]. */
export type Chosen = Readonly<Record<string, Float64Array>>

/** One step of all sequences. */
export interface Round {
  /** Copies of the outputs, [rows, …]. */
  readonly results: Results
  readonly chosen: Chosen
}

/** Sequences that were generated side by side. */
export interface Sequences {
  readonly rounds: readonly Round[]
  /** Number of elements of each, without the label that ends it. */
  readonly lengths: Int32Array
}

/** Gives the number of elements of each row that has ended with round t, with the label that ends it left out; -1 for the others. */
export function endedAt({ targets, limits, given, rows }: Generating, t: number, chosen: Chosen): Int32Array {
  const ends = targets.filter(({ special }) => special.end !== undefined)
  return Int32Array.from({ length: rows }, (_, row) => {
    if (t >= given && ends.some(({ port, special }) => chosen[port.name][row] === special.end)) return t
    return t + 1 >= limits[row] ? t + 1 : -1
  })
}

/** Answers a step; the results are the caller's own. */
export const answerAt = ({ started, elementsAt }: Generating, t: number): Results => {
  const { arrays, inner } = elementsAt(t)
  return copiesOf(started.run.answer(arrays, inner))
}

/** Feeds the chosen targets back. */
export function feedBack({ started, targets }: Generating, chosen: Chosen): void {
  const arrays = targets.map(({ port }) => [
    elementOfTarget(port.name),
    typed(chosen[port.name], port.dtype, started.precision),
  ])
  started.run.advance(Object.fromEntries(arrays))
}

/** The targets that are given at step t, the same in each row; undefined once the sequence is the model's own. */
export function givenAt({ targets, after, given, rows }: Generating, t: number): Chosen | undefined {
  if (t >= given) return undefined
  const inRows = (values: readonly number[]) =>
    Float64Array.from({ length: rows * values.length }, (_, i) => values[i % values.length])
  return Object.fromEntries(targets.map(({ port }) => [port.name, inRows(after[port.name][t])]))
}

function typed(values: Float64Array, dtype: string, precision: Precision): Buffer {
  if (dtype !== 'real') return Int32Array.from(values)
  return precision === 'f32' ? Float32Array.from(values) : values
}
