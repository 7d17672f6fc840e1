// The options by which a model that reads its own targets generates them, shared by the commands that generate.
import { fail } from '../dsl/diagnostics.ts'
import { checkDecoding, type DecodingNumber } from '../runtime/generate/checkDecoding.ts'
import type { Decoding } from '../runtime/generate/generator.ts'
import { readNumber } from './errors.ts'

export interface DecodingOptions {
  readonly steps?: string
  readonly sample?: string | true
  readonly topK?: string
  readonly topP?: string
  readonly beam?: string
  readonly lengthPower?: string
  readonly seed?: string
}

export const decodingFlags = [
  ['--steps <n>', 'generate at most n elements'],
  ['--sample [temperature]', 'sample each label from its distribution instead of taking the most likely one'],
  ['--top-k <n>', 'with --sample: sample only from the n most likely labels'],
  ['--top-p <p>', 'with --sample: sample only from the most likely labels that together have this probability'],
  ['--beam <n>', 'beam search for the most likely sequence, with n beams'],
  ['--length-power <a>', 'with --beam: divide log p by the length to this power; by default 0'],
  ['--seed <n>', 'seed of random sampling; by default 0'],
] as const

/** The name under which a flag stands among the options: `topK` for `--top-k <n>`. */
export const optionOf = (flag: string): string =>
  flag
    .split(' ')[0]
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Flags of the numbers. */
const flagOf = {
  steps: '--steps',
  temperature: '--sample',
  topK: '--top-k',
  topP: '--top-p',
  beams: '--beam',
  lengthPower: '--length-power',
} as const satisfies Readonly<Record<DecodingNumber, string>>

/** Reads the options. Throws RNN509 for a number out of range, or for two ways at once. */
export function readDecoding(options: DecodingOptions): Decoding {
  const number = (flag: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : readNumber(flag, text)
  const temperature = typeof options.sample === 'string' ? number('--sample', options.sample) : undefined
  const [topK, topP] = [number('--top-k', options.topK), number('--top-p', options.topP)]
  const [beams, lengthPower] = [number('--beam', options.beam), number('--length-power', options.lengthPower)]
  const [steps, seed] = [number('--steps', options.steps), number('--seed', options.seed)]
  const samples = options.sample !== undefined
  if (!samples) refuseAlone({ '--top-k': topK, '--top-p': topP }, '--sample', 'the most likely labels')
  if (beams === undefined) refuseAlone({ '--length-power': lengthPower }, '--beam', 'no search')
  const decoding: Decoding = {
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
    ...(samples && {
      sample: {
        ...(temperature !== undefined && { temperature }),
        ...(topK !== undefined && { topK }),
        ...(topP !== undefined && { topP }),
      },
    }),
    ...(beams !== undefined && { beam: { beams, ...(lengthPower !== undefined && { lengthPower }) } }),
  }
  checkDecoding(decoding, name => flagOf[name])
  return decoding
}

/** RNN509 for a number that says how something is done which was not asked for. */
function refuseAlone(numbers: Readonly<Record<string, number | undefined>>, beside: string, found: string): void {
  const alone = Object.keys(numbers).find(flag => numbers[flag] !== undefined)
  if (alone !== undefined) fail('RNN509', { what: alone, expected: `\`${beside}\` beside it`, found })
}
