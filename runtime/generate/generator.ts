// A model whose sequences can be generated, and how.
import type { CompiledModel, StreamGraphs } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { type StepSignature, stepSignature } from '../stream/stepSignature.ts'
import type { Beam } from './beamSearch.ts'
import type { Choice } from './generateRounds.ts'

/** How sequences are generated. */
export interface Decoding extends Choice {
  /** Searches the likeliest sequence, where nothing is drawn. */
  readonly beam?: Beam
  /** Number of elements to generate at most; 1000 if left out, where an end label or an input ends a sequence. */
  readonly steps?: number
}

export interface Generator {
  readonly model: CompiledModel
  readonly graphs: StreamGraphs
  readonly signatures: StepSignature
  /** Names of the targets that it generates. */
  readonly names: readonly string[]
}

/** Sizes of a batch of a generation, of which `sizes` are those without beams: each of them has a row. */
export const withBeams = ({ graphs: { batch } }: Generator, sizes: Sizes, { beam }: Decoding): Sizes => ({
  ...sizes,
  [batch]: sizes[batch] * (beam?.beams ?? 1),
})

/** Derives the step of a model that generates. Throws RNN523 for another, and the errors of `stream`. */
export function generatorOf(model: CompiledModel, over?: string): Generator {
  const graphs = model.stream(over)
  const names = graphs.generation?.targets
  if (names === undefined) {
    const reason = 'it reads none of its targets by `delay`'
    return fail('RNN523', { model: model.signature.name, reason })
  }
  return { model, graphs, signatures: stepSignature(model.signature, graphs), names }
}
