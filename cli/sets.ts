// Reads `--set units=256 epochs=3 clip=norm(1) rate=0.01`: from texts to numbers and settings that a model takes.
import type { LinkedProgram } from '../compiler/elaborate/linking/linkProgram.ts'
import { settable } from '../compiler/elaborate/models/settable.ts'
import { settingNames } from '../compiler/elaborate/models/settings.ts'
import { optimizerNames, type SettingTexts, withSettingTexts } from '../compiler/elaborate/models/settingTexts.ts'
import type { Unit } from '../dsl/ast.ts'
import { namesFor } from '../dsl/borrowedWords.ts'
import { fail } from '../dsl/diagnostics.ts'
import { unrepresentable } from '../dsl/scanText.ts'
import { didYouMean } from '../dsl/suggest.ts'
import { numberOf } from '../runtime/data/numberText.ts'

/** What `--set` gives: numbers of the model and of `train`, and settings of `train` as texts. */
export interface Sets {
  readonly sets: Readonly<Record<string, number>>
  readonly settings: SettingTexts
}

/**
 * Reads the values by name. `sizes` are further names that a command takes. A name that the model, its sizes and its settings lack is
 * one of the optimizer. RNN508 for a name or a value that does not fit, RNN122 for a number that rounds to 0; errors of `withSettingTexts`
 * for an optimizer that cannot be read.
 */
export function readSets(
  texts: readonly string[],
  {
    program,
    unit,
    sources,
  }: { readonly program: LinkedProgram; readonly unit: Unit; readonly sources: Map<string, string> },
  sizes: readonly string[] = [],
): Sets {
  const known = settable(unit)
  const [sets, settings] = [new Map<string, number>(), new Map<string, string>()]
  let told = program
  const numbers = [...known.hypers, ...known.sizes, ...sizes]
  const set = (name: string, text: string): void => {
    settings.set(name, text)
    told = withSettingTexts(program, unit, Object.fromEntries(settings), (file, source) => sources.set(file, source))
  }
  const given = texts.map(text => ({ text, ...partsOf(text) }))
  const repeated = given.find(({ name }, i) => given.findIndex(other => other.name === name) < i)
  if (repeated !== undefined) fail('RNN508', { text: repeated.text, reason: 'it is set twice' })
  // The optimizer comes first: its numbers depend on it.
  for (const { text, name, written } of given.toSorted(byOptimizer)) {
    const bad = (reason: string, help?: string): never => fail('RNN508', { text, reason }, { ...(help && { help }) })
    const value = numberOf(written)
    if (settingNames.includes(name) && !numbers.includes(name) && !isNumber(known.settings[name], value)) {
      set(name, written)
      continue
    }
    const ofOptimizer = optimizerNames(told, unit)
    const names = [...numbers, ...settingNames, ...ofOptimizer.flatMap(n => [n, `optimizer.${n}`])]
    if (!names.includes(name)) bad(`\`${unit.name.text}\` has no \`${name}\``, nameFor(name, names))
    if (![...numbers, ...settingNames].includes(name)) {
      set(`optimizer.${name.replace(/^optimizer\./, '')}`, written)
      continue
    }
    if (!Number.isFinite(value))
      bad(`\`${written}\` is not a number`, known.hypers.includes(name) ? numbersOnly : undefined)
    const what = value === 0 ? unrepresentable(written) : undefined
    if (what !== undefined) fail('RNN122', { number: `\`${written}\``, what })
    const isSize = known.sizes.includes(name) || sizes.includes(name)
    const least = known.hypers.includes(name) ? undefined : isSize ? 1 : known.settings[name]
    if (least !== undefined && !(Number.isSafeInteger(value) && value >= least))
      bad(`it must be a whole number of at least ${least}`)
    sets.set(name, value)
  }
  return { sets: Object.fromEntries(sets), settings: Object.fromEntries(settings) }
}

const numbersOnly = 'a hyper-parameter of the model is set to a number; a list or anything else is written in the file'

/** Cuts `name=value`. RNN508 without both. */
function partsOf(text: string): { readonly name: string; readonly written: string } {
  const at = text.indexOf('=')
  if (at < 0) fail('RNN508', { text, reason: 'it has no `=`' })
  if (at === 0) fail('RNN508', { text, reason: 'there is no name before the `=`' })
  return { name: text.slice(0, at), written: text.slice(at + 1) }
}

const byOptimizer = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Number(b.name === 'optimizer') - Number(a.name === 'optimizer')

/** Whether a value is for a setting that takes whole numbers, of which `least` is the least. */
const isNumber = (least: number | undefined, value: number): boolean => least !== undefined && Number.isFinite(value)

/** Advice for an unknown name: what people from elsewhere call otherwise, else the nearest. */
function nameFor(name: string, names: readonly string[]): string | undefined {
  const meant = namesFor(name).find(other => names.includes(other))
  return meant === undefined ? didYouMean(name, names) : `did you mean \`${meant}\`?`
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
