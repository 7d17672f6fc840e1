// Trainings with several seeds: which seeds, the names of their files, and the mean and spread of what they came to.
import { fail } from '../dsl/diagnostics.ts'
import { numbersOf, type Report } from '../runtime/session.ts'
import { wholeNumber } from './errors.ts'
import { figure } from './output.ts'
import { withWord } from './outputFile.ts'

/**
 * Reads `--seed 1,2,3` and `--seeds 5`, which counts from `first`; undefined for a single seed. RNN509 for anything that is no list of
 * different seeds.
 */
export function seedsOf(
  { seed, seeds }: { readonly seed?: string; readonly seeds?: string },
  first: number,
): readonly number[] | undefined {
  const listed = seed?.includes(',') ? seed.split(',').map(text => wholeNumber('--seed', text)) : undefined
  if (listed !== undefined && new Set(listed).size < listed.length)
    fail('RNN509', { what: '--seed', expected: 'different seeds', found: `\`${seed}\`` })
  if (seeds === undefined) return listed
  if (listed !== undefined)
    fail('RNN509', { what: '--seeds', expected: 'one `--seed` to count from', found: `\`${seed}\`` })
  const count = wholeNumber('--seeds', seeds, 1)
  const from = seed === undefined ? first : wholeNumber('--seed', seed)
  return Array.from({ length: count }, (_, i) => from + i)
}

/** Gives a file of one seed a name of its own: `wave.seed-3.safetensors`. */
export const withSeed = (path: string, seed: number): string => withWord(path, `seed-${seed}`)

/** Mean and sample standard deviation; the deviation of a single number is not known. */
export interface Spread {
  readonly mean: number
  readonly deviation: number | undefined
}

/** Mean and deviation (with n - 1) of each loss and metric that all reports have. */
export function spreadOf(reports: readonly Report[]): Readonly<Record<string, Spread>> {
  const all = reports.map(numbersOf)
  const [first, ...others] = all
  if (first === undefined) return {}
  const names = Object.keys(first).filter(name => others.every(report => Object.hasOwn(report, name)))
  return Object.fromEntries(names.map(name => [name, spread(all.map(report => report[name]))]))
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length < 2 ? undefined : Math.sqrt(squares / (values.length - 1)) }
}

/** Writes these for people: `loss 0.12 ± 0.01, rmse 3.4 ± 0.2`. */
export const spreadText = (all: Readonly<Record<string, Spread>>): string =>
  Object.entries(all)
    .map(
      ([name, { mean, deviation }]) =>
        `${name} ${figure(mean)}${deviation === undefined ? '' : ` ± ${figure(deviation)}`}`,
    )
    .join(', ')
