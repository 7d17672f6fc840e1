// Reads `--set units=256 epochs=3`: from texts to numbers that a model takes.
import { settable } from '../compiler/elaborate/models/settable.ts'
import type { Unit } from '../dsl/ast.ts'
import { fail } from '../dsl/diagnostics.ts'
import { strange } from '../dsl/scanText.ts'
import { didYouMean } from '../dsl/suggest.ts'
import { numberOf } from '../runtime/data/numberText.ts'

/**
 * Reads the values by name. `sizes` are further names that a command takes. RNN508 for a name or a value that does not fit, RNN122 for a
 * number that rounds to 0.
 */
export function readSets(texts: readonly string[], unit: Unit, sizes: readonly string[] = []): Record<string, number> {
  const known = settable(unit)
  const names = [...known.hypers, ...known.sizes, ...sizes, ...Object.keys(known.settings)]
  const found: Record<string, number> = {}
  for (const text of texts) {
    const bad = (reason: string, help?: string): never => fail('RNN508', { text, reason }, { ...(help && { help }) })
    const at = text.indexOf('=')
    if (at < 0) bad('it has no `=`')
    if (at === 0) bad('there is no name before the `=`')
    const name = text.slice(0, at)
    const written = text.slice(at + 1)
    const value = numberOf(written)
    if (!names.includes(name)) bad(`\`${unit.name.text}\` has no \`${name}\``, didYouMean(name, names))
    if (!Number.isFinite(value)) bad(`\`${written}\` is not a number`)
    const what = value === 0 ? strange(written) : undefined
    if (what !== undefined) fail('RNN122', { number: `\`${written}\``, what })
    const isSize = known.sizes.includes(name) || sizes.includes(name)
    const least = known.hypers.includes(name) ? undefined : isSize ? 1 : known.settings[name]
    if (least !== undefined && !(Number.isSafeInteger(value) && value >= least))
      bad(`it must be a whole number of at least ${least}`)
    if (Object.hasOwn(found, name)) bad('it is set twice')
    found[name] = value
  }
  return found
}

/** Lists B, and the axes without a length. */
export const batchSizes = (unit: Unit): string[] => [
  'B',
  ...unit.body.flatMap(s =>
    s.kind === 'input' || s.kind === 'target'
      ? s.type.axes.flatMap(a => (a.length === undefined ? [a.name.text] : []))
      : [],
  ),
]

/** Picks the sizes that `--set` gave in place of the data. */
export const sizesOf = (sets: Readonly<Record<string, number>>, free: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(sets).filter(([name]) => free.includes(name)))
