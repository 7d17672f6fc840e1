// Generates the sequences of a batch of examples, and gives them as a run of the whole model would.
import type { BatchResults } from '../decodeAnswers.ts'
import { pack } from '../packBatch.ts'
import type { Weights } from '../session.ts'
import { beamSearch } from './beamSearch.ts'
import { generateAll } from './generateRounds.ts'
import type { Generator } from './generator.ts'
import { type PrepareOptions, prepare, type Wanted } from './prepare.ts'
import type { Sequences } from './rounds.ts'
import { stackRounds } from './stackRounds.ts'

/** Generates a sequence for each example; the results are over the longest of them. */
export function generateBatch(
  generator: Generator,
  weights: Weights,
  wanted: Wanted,
  options: PrepareOptions,
): BatchResults {
  const { model, graphs } = generator
  const { part, indices, sizes } = wanted
  const sequences = decode(generator, weights, wanted, options)
  const whole = pack(model.signature.inputs, part, indices, sizes, options.precision)
  return stackRounds(model.signature, graphs.axis, sequences, { ...whole, indices })
}

/** Generates by the chosen way: beams, or one label after the other. */
export function decode(generator: Generator, weights: Weights, wanted: Wanted, options: PrepareOptions): Sequences {
  const generating = prepare(generator, weights, wanted, options)
  return options.beam === undefined ? generateAll(generating, options) : beamSearch(generating, options.beam)
}
