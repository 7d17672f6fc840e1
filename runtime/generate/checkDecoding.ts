// Checks how sequences are to be generated.
import { fail } from '../../dsl/diagnostics.ts'
import type { Decoding } from './generator.ts'

const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 1

/** Most beams: far more than help, and few enough that memory for each can be had before it is judged. */
const mostBeams = 2 ** 16

/** The options that are numbers, with what each may be. */
const ranges = {
  steps: { of: d => d.steps, expected: 'a number of steps from 1', isRight: isCount },
  temperature: {
    of: d => d.sample?.temperature,
    expected: 'a positive number',
    isRight: x => Number.isFinite(x) && x > 0,
  },
  topK: { of: d => d.sample?.topK, expected: 'a number of labels from 1', isRight: isCount },
  topP: { of: d => d.sample?.topP, expected: 'a probability above 0 and at most 1', isRight: x => x > 0 && x <= 1 },
  beams: {
    of: d => d.beam?.beams,
    expected: `a number of beams from 1 to ${mostBeams}`,
    isRight: x => isCount(x) && x <= mostBeams,
  },
  lengthPower: {
    of: d => d.beam?.lengthPower,
    expected: 'a number from 0',
    isRight: x => Number.isFinite(x) && x >= 0,
  },
} as const satisfies Readonly<Record<string, Range>>

interface Range {
  readonly of: (decoding: Decoding) => number | undefined
  readonly expected: string
  readonly isRight: (value: number) => boolean
}

export type DecodingNumber = keyof typeof ranges

/**
 * Throws RNN509 for a number out of range, or for sampling and beams at once; `called` gives the name of a number to the user, whose
 * command line may have its own.
 */
export function checkDecoding(decoding: Decoding, called: (name: DecodingNumber) => string = name => name): void {
  for (const [name, { of, expected, isRight }] of entries) {
    const value = of(decoding)
    if (value !== undefined && !isRight(value)) fail('RNN509', { what: called(name), expected, found: String(value) })
  }
  if (decoding.sample !== undefined && decoding.beam !== undefined)
    fail('RNN509', { what: called('beams'), expected: 'the most likely labels', found: 'labels that are sampled' })
}

const isName = (name: string): name is DecodingNumber => Object.hasOwn(ranges, name)

const entries: readonly (readonly [DecodingNumber, Range])[] = Object.keys(ranges)
  .filter(isName)
  .map(name => [name, ranges[name]])
