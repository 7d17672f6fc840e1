// Shared by `words` and `chars`: turns texts into sequences of codes of a vocabulary, which is fitted to the training part.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { Grid } from '../grid.ts'
import { GrowingInts } from '../growing.ts'
import { type Labelled, labelledOf, rowsOfLabels, withoutEmpty } from '../labelled.ts'
import { textAt } from '../labelTables.ts'
import { placed } from '../placed.ts'
import { eachElement, sumsOf } from '../raggedSequences.ts'
import { asWritten } from '../rounding.ts'
import type { Rows } from '../rows.ts'
import { type Argument, describe, type Sequences, type Series, type Value } from '../value.ts'
import {
  type Counts,
  type Cutting,
  coder,
  createCounter,
  type Reading,
  refuse,
  type Specials,
  tokensOf,
  type Vocabulary,
} from '../vocabulary.ts'
import { documentSeries } from './documentSeries.ts'
import { fitVocabulary, type VocabularySettings } from './fitVocabulary.ts'
import { type Call, type DataFunction, textOf, truthOf, wholeNumber } from './function.ts'

/** Default arguments of a token function. */
interface Defaults {
  readonly name: string
  readonly by: Exclude<Cutting, 'elements'>
  readonly unknown: 'left out' | 'refused'
  readonly filters: string
  readonly lower: boolean
}

/** Makes a function of tokens. */
export function tokenFunction(defaults: Defaults): DataFunction {
  const no: Value = { kind: 'truth', value: false }
  const user = `\`${defaults.name}\``
  return {
    name: defaults.name,
    readsTexts: true,
    parameters: [
      { name: 'x' },
      { name: 'limit', default: { kind: 'number', value: Number.POSITIVE_INFINITY } },
      { name: 'unknown', default: no },
      { name: 'filters', default: { kind: 'text', value: defaults.filters } },
      { name: 'lower', default: { kind: 'truth', value: defaults.lower } },
      { name: 'start', default: no },
      { name: 'end', default: no },
    ],
    apply: ([x, ...rest], call): Series | Sequences | Promise<Series> => {
      const { value, span } = x
      if (value.kind === 'document') {
        const settings = settingsOf(rest, defaults, call, 'text')
        return placed(span, () => documentSeries(value, settings, span, call))
      }
      const found = labelledOf(value, span)
      if (found === undefined) {
        return fail('RNN422', { user, expected: 'texts, or lists of them', found: describe(value) }, { span })
      }
      const depth = depthOf(found)
      const settings = settingsOf(rest, defaults, call, depth === call.axes ? 'elements' : 'texts')
      const { start, end } = settings.specials
      if (depth === call.axes && depth === 0 && (start ?? end) !== undefined) {
        const expected = 'sequences, where `start` or `end` is given'
        return fail('RNN422', { user, expected, found: describe(value) }, { span })
      }
      return tokenized(found, settings, span, call)
    },
  }
}

/** Number of lists around a text. */
const depthOf = ({ sequences }: Labelled): number => (sequences === undefined ? 0 : 1 + sequences.inner.length)

/** Reads the arguments after the first. RNN230 and RNN231 for those of another kind, or that do not go together. */
function settingsOf(
  [limit, unknown, filters, lower, start, end]: readonly Argument[],
  defaults: Defaults,
  { span }: Call,
  of: 'text' | 'texts' | 'elements',
): VocabularySettings {
  const isCut = of === 'elements'
  const isGiven = (argument: Argument): boolean => argument.span !== span
  const by = isCut ? 'elements' : defaults.by
  // Elements of lists are not filtered by default.
  const asked = (argument: Argument): boolean => !isCut || isGiven(argument)
  const reading: Reading = {
    by,
    lower: asked(lower) && truthOf(lower, '`lower`'),
    filters: asked(filters) ? textOf(filters, '`filters`', 'a text of the characters to leave out') : '',
  }
  // In a text no token is left out, as each row is one.
  const otherwise = of === 'text' ? 'refused' : isGiven(limit) ? 'left out' : defaults.unknown
  const ofUnknown = isGiven(unknown) ? unknownOf(unknown) : { others: otherwise }
  if (of === 'text' && ofUnknown.unknown === undefined && ofUnknown.others === 'left out') {
    const expected = 'the text of a token, or `false` (no token of a long text can be dropped)'
    return fail('RNN231', { what: '`unknown`', expected, found: describe(unknown.value) }, { span: unknown.span })
  }
  const specials: Specials = {
    ...ofUnknown,
    start: specialOf(start, '`start`', '<start>'),
    end: specialOf(end, '`end`', '<end>'),
  }
  const texts = [specials.unknown, specials.start, specials.end].filter(text => text !== undefined)
  const twice = texts.find((text, i) => texts.indexOf(text) < i)
  if (twice !== undefined) {
    const found = `two are \`${twice}\``
    return fail('RNN231', { what: 'each special token', expected: 'a different text', found }, { span })
  }
  const most = isGiven(limit) ? wholeNumber(limit, '`limit`', texts.length + 2) : Number.POSITIVE_INFINITY
  return { reading, specials, limit: most }
}

/** Reads how to treat tokens that the vocabulary lacks. */
function unknownOf({ value, span }: Argument): Pick<Specials, 'unknown' | 'others'> {
  if (value.kind === 'truth' && !value.value) return { others: 'refused' }
  const expected = 'the text of a token, "" to drop them, or `false` for an error'
  const unknown = textOf({ value, span }, '`unknown`', expected)
  return unknown === '' ? { others: 'left out' } : { unknown, others: 'refused' }
}

/** Reads the text of a special token; undefined if there is none. */
function specialOf({ value, span }: Argument, what: string, text: string): string | undefined {
  if (value.kind === 'truth') return value.value ? text : undefined
  if (value.kind === 'text' && value.value !== '') return value.value
  return fail('RNN231', { what, expected: '`true`, `false`, or the text of a token', found: describe(value) }, { span })
}

/** The tokens of texts: those of text i are `ids` from `starts[i]` up to `starts[i + 1]`, each a place in `distinct`. */
interface Tokens {
  readonly distinct: readonly string[]
  readonly ids: Int32Array
  readonly starts: Float64Array
}

/** Cuts each of some texts into tokens. */
function tokensIn(texts: readonly string[], reading: Reading): Tokens {
  const known = new Map<string, number>()
  const distinct: string[] = []
  const ids = new GrowingInts()
  const lengths = Int32Array.from(texts, text => {
    const tokens = tokensOf(text, reading)
    for (const token of tokens) {
      let id = known.get(token)
      if (id === undefined) {
        id = distinct.push(token) - 1
        known.set(token, id)
      }
      ids.push(id)
    }
    return tokens.length
  })
  return { distinct, ids: ids.take(), starts: sumsOf(lengths) }
}

/** Makes the sequences of the codes of texts; where each text is a token by itself, and in no list, a series of codes. */
function tokenized(found: Labelled, settings: VocabularySettings, span: Span, call: Call): Series | Sequences {
  const { sequences, source, origins } = found
  const isCut = settings.reading.by === 'elements'
  const labels = isCut ? withoutEmpty(found, '', span, 'remove the row: a token has a text') : found.labels
  const all = tokensIn(labels.texts, settings.reading)
  const count = (training: Rows): Counts => {
    const counter = createCounter(all.distinct)
    const see = (place: number): void => {
      const text = labels.codes[place]
      for (let i = all.starts[text]; i < all.starts[text + 1]; i++) counter.see(all.ids[i])
    }
    if (sequences === undefined) training.forEach(see)
    else eachElement(sequences, training, see)
    return counter.counts
  }
  const vocabulary = fitVocabulary({ source, rows: rowsOfLabels(found), count }, settings, span, call)
  const levels = sequences === undefined ? [] : [sequences.lengths, ...sequences.inner]
  // A text makes a sequence, or is an element of the list that it is in.
  const ends =
    isCut && levels.length > 0 ? sumsOf(levels[levels.length - 1]).subarray(1) : labels.codes.map((_, i) => i + 1)
  const { codes, lengths } = coded({ ...found, labels }, all, vocabulary, ends, span)
  const values = Grid.of(codes, 1)
  const series: Series = {
    kind: 'series',
    rows: values.length,
    item: [],
    values,
    encoding: vocabulary,
    source,
    origins,
    rounding: asWritten(values),
  }
  if (isCut && sequences === undefined) {
    const left = lengths.indexOf(0)
    const help = 'map such tokens to one token, `unknown = "?"`: this one is the only one of its row'
    if (left >= 0) refuse(textAt(labels, left), source, `: ${found.where(left)}`, { span, help })
    return series
  }
  const [outer, ...inner] = [...(isCut ? levels.slice(0, -1) : levels), lengths]
  return { kind: 'sequences', series, lengths: outer, inner }
}

/** Writes the codes of all sequences, each of the texts up to its end. RNN430 for a token that the vocabulary refuses. */
function coded(
  { labels, source, where }: Labelled,
  { distinct, ids, starts }: Tokens,
  vocabulary: Vocabulary,
  ends: Float64Array | Int32Array,
  span: Span,
): { readonly codes: Int32Array; readonly lengths: Int32Array } {
  const codes = distinct.map(coder(vocabulary))
  const values = new GrowingInts()
  const addText = (place: number): void => {
    const text = labels.codes[place]
    for (let i = starts[text]; i < starts[text + 1]; i++) {
      const code = codes[ids[i]]
      if (code !== undefined) values.push(code)
      else if (vocabulary.unknown === 'refused') refuse(distinct[ids[i]], source, `: ${where(place)}`, { span })
    }
  }
  const { start, end } = vocabulary
  let place = 0
  const lengths = Int32Array.from(ends, last => {
    const before = values.length
    if (start !== undefined) values.push(start)
    for (; place < last; place++) addText(place)
    if (end !== undefined) values.push(end)
    return values.length - before
  })
  return { codes: values.take(), lengths }
}
