// Prepares the generation of sequences for some examples: begins the stream, and finds what ends each sequence.
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Part } from '../data/example.ts'
import { pack } from '../packBatch.ts'
import type { Weights } from '../session.ts'
import { type StartOptions, startStream } from '../stream/startStream.ts'
import { checkDecoding } from './checkDecoding.ts'
import { elementsAlong } from './elementsAlong.ts'
import { type GeneratedTarget, generatedTargets } from './generatedTargets.ts'
import type { Decoding, Generator } from './generator.ts'
import type { Generating } from './rounds.ts'
import { specialLabels } from './specialLabels.ts'

/** Default limit on the number of elements of a sequence. */
const mostSteps = 1000

/** Examples for which a sequence each is generated. */
export interface Wanted {
  readonly part: Part
  readonly indices: ArrayLike<number>
  /** Sizes that the data bound. */
  readonly sizes: Sizes
}

/** Values of the targets at the first steps, which are given: for each target, step after step. */
export interface Beginning {
  readonly steps: number
  readonly values: Readonly<Record<string, ArrayLike<number>>>
}

const nothing: Beginning = { steps: 0, values: {} }

export interface PrepareOptions extends StartOptions, Decoding {
  readonly beginning?: Beginning
  /** Number of elements of each example, where they are known. */
  readonly lengths?: ArrayLike<number>
}

/** Begins the generation, with as many rows for each example as there are beams. Throws RNN522, RNN523 and the errors of `startStream`. */
export function prepare(generator: Generator, weights: Weights, wanted: Wanted, options: PrepareOptions): Generating {
  checkDecoding(options)
  const { model, graphs, signatures, names } = generator
  const { beam, precision = 'f32', fitted } = options
  const { part, sizes } = wanted
  const exampleOf = (row: number): number => Math.floor(row / (beam?.beams ?? 1))
  const rows = wanted.indices.length * (beam?.beams ?? 1)
  const indices = Int32Array.from({ length: rows }, (_, row) => wanted.indices[exampleOf(row)])
  const constants = pack(signatures.start.inputs, part, indices, sizes, precision)
  const started = startStream(model, graphs, weights, constants, options)
  const special = specialLabels(fitted, graphs.length !== undefined)
  const targets = generatedTargets(signatures.step, names, started.sizes, special)
  const beginning = withStart(targets, options.beginning ?? nothing)
  const along = elementsAlong(generator, part, indices, sizes, precision)
  const known = options.lengths && Int32Array.from(indices, (_, row) => options.lengths?.[exampleOf(row)] ?? 0)
  const lengths = along.lengths ?? known
  const fixed = graphs.length && evaluate(graphs.length, started.sizes)
  if (options.steps === undefined && fixed === undefined && lengths === undefined) checkEnd(graphs.axis, targets)
  const most = Math.min(beginning.steps + (options.steps ?? mostSteps), fixed ?? Number.POSITIVE_INFINITY)
  return {
    started,
    rows,
    targets,
    elementsAt: along.elementsAt,
    after: Object.fromEntries(targets.map(t => [t.port.name, elementsOf(t, beginning.values, beginning.steps)])),
    given: beginning.steps,
    limits: Int32Array.from(indices, (_, row) => Math.min(most, lengths?.[row] ?? most)),
  }
}

/** Puts the labels that begin each sequence in front of a beginning that lacks them, where all targets have one. */
function withStart(targets: readonly GeneratedTarget[], { steps, values }: Beginning): Beginning {
  const starts = targets.flatMap(({ special }) => special.start ?? [])
  const begins = targets.some(({ port }, i) => steps > 0 && values[port.name][0] === starts[i])
  if (starts.length < targets.length || begins) return { steps, values }
  const started = targets.map(
    ({ port }, i) => [port.name, [starts[i], ...Array.from(values[port.name] ?? [])]] as const,
  )
  return { steps: steps + 1, values: Object.fromEntries(started) }
}

/** Cuts the values that are given into those of each step. */
const elementsOf = (
  { port, places }: GeneratedTarget,
  values: Readonly<Record<string, ArrayLike<number>>>,
  steps: number,
): readonly (readonly number[])[] =>
  Array.from({ length: steps }, (_, t) => Array.from({ length: places }, (_, i) => values[port.name][t * places + i]))

/** RNN522 unless a label ends the sequences along an axis that nothing else limits. */
function checkEnd(axis: string, targets: readonly GeneratedTarget[]): void {
  if (targets.some(t => t.special.end !== undefined)) return
  const reason = `\`${axis}\` has no fixed length, no input is over it, and no label ends the sequence`
  fail('RNN522', { target: targets[0].port.name, reason })
}
