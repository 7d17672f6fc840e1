// Fits a vocabulary to the tokens of the training part.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Rows } from '../rows.ts'
import { type Counts, difference, type Reading, type Specials, type Vocabulary, vocabularyOf } from '../vocabulary.ts'
import type { Call } from './function.ts'

export interface VocabularySettings {
  readonly reading: Reading
  readonly specials: Specials
  /** Greatest number of codes. */
  readonly limit: number
}

/** What a vocabulary is made for. */
export interface Countable {
  /** Name of the texts, for messages. */
  readonly source: string
  readonly rows: number
  /** Counts the tokens of some rows. */
  readonly count: (training: Rows) => Counts
}

/** Fits a vocabulary. RNN405 if the training part has no token, RNN501 for a stored one that is for other texts. */
export function fitVocabulary(
  { source, rows, count }: Countable,
  { reading, specials, limit }: VocabularySettings,
  span: Span,
  call: Call,
): Vocabulary {
  const encoding = call.fit(rows, training => vocabularyOf(count(training), specials, limit, reading))
  const none = vocabularyOf({ tokens: [], counts: [], seen: [] }, specials, limit, reading)
  const otherwise = (what: string): never =>
    fail('RNN501', { file: 'the weights', model: call.model, differences: `\`${source}\` ${what}` }, { span })
  if (encoding.kind !== 'tokens')
    return otherwise(`was ${encoding.kind === 'numbers' ? 'scaled' : 'of classes'} in training, and has tokens now`)
  const other = difference(encoding, none)
  const size = encoding.tokens.length
  if (size > limit) return otherwise(`has a vocabulary of ${size} tokens, more than the limit of ${limit}`)
  if (other !== undefined) return otherwise(`has another vocabulary: ${other}`)
  if (rows === 0 || size > none.tokens.length) return encoding
  const help = 'a vocabulary consists of the tokens of these texts'
  return fail('RNN405', { what: `the text of \`${source}\` in the training part` }, { span: call.span, help })
}
