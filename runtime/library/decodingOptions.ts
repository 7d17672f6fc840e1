// Checks how a program wants sequences to be generated; numbers out of range are found as the generation begins.
import type { Beam } from '../generate/beamSearch.ts'
import type { Sampling } from '../generate/chooseLabel.ts'
import type { Decoding } from '../generate/generator.ts'
import { checkArgument, checkOptions, type Rules, rules } from './options.ts'

/** Rules of the options that say how a sequence is generated. */
export const decodingRules: Rules<Decoding> = {
  sample: rules.object,
  beam: rules.object,
  steps: rules.count,
  seed: rules.finite,
}

const sampling: Rules<Sampling> = { temperature: rules.number, topK: rules.number, topP: rules.number }
const beams: Rules<Beam> = { beams: rules.number, lengthPower: rules.number }

/** Checks `sample` and `beam`. RNN105 for a name that they do not have, RNN509 for another type, and where the number of beams is left out. */
export function checkDecodingOptions({ sample, beam }: Pick<Decoding, 'sample' | 'beam'>): void {
  if (sample !== undefined) checkOptions(sample, sampling, 'sample')
  if (beam === undefined) return
  checkOptions(beam, beams, 'beam')
  checkArgument('beams', rules.count, beam.beams)
}

/** As `checkDecodingOptions`, for an option that holds all of these. */
export function checkDecoding(what: string, decoding: Decoding | undefined): void {
  if (decoding === undefined) return
  checkOptions(decoding, decodingRules, what)
  checkDecodingOptions(decoding)
}
