// Makes the series of the tokens of a text, one after another: the split cuts them by time.
import type { Span } from '../../../dsl/ast.ts'
import { documentTokens } from '../documentTokens.ts'
import { Grid } from '../grid.ts'
import { asWritten } from '../rounding.ts'
import type { Rows } from '../rows.ts'
import type { Document, Series } from '../value.ts'
import { type Counts, coder, createCounter, refuse } from '../vocabulary.ts'
import { fitVocabulary, type VocabularySettings } from './fitVocabulary.ts'
import type { Call } from './function.ts'

/** Reads a text. RNN430 for a token that the vocabulary lacks, and the errors of reading, without a place in the program. */
export async function documentSeries(
  document: Document,
  settings: VocabularySettings,
  span: Span,
  call: Call,
): Promise<Series> {
  const source = document.path
  const { distinct, places, ids } = await documentTokens(document, settings.reading, settings.specials)
  const count = (training: Rows): Counts => {
    const counter = createCounter(distinct)
    training.forEach(row => {
      counter.see(ids[row])
    })
    return counter.counts
  }
  const vocabulary = fitVocabulary({ source, rows: ids.length, count }, settings, span, call)
  const codes = Int32Array.from(distinct, coderOf(vocabulary))
  const lacking = codes.indexOf(none)
  const help = 'map such tokens to one token: `unknown = "?"`'
  if (lacking >= 0) refuse(distinct[lacking], source, `: ${places[lacking]}`, { span, help })
  // Writes the codes in place of the numbers of the tokens: of a large text there is no memory for both.
  for (let i = 0; i < ids.length; i++) ids[i] = codes[ids[i]]
  const values = Grid.of(ids, 1)
  return {
    kind: 'series',
    rows: ids.length,
    item: [],
    values,
    encoding: vocabulary,
    source,
    origins: [{ file: source, places: { count: ids.length, of: row => `token ${row + 1}` } }],
    rounding: asWritten(values),
  }
}

/** Stands for no code. */
const none = -1

function coderOf(vocabulary: Parameters<typeof coder>[0]): (token: string) => number {
  const codeOf = coder(vocabulary)
  return token => codeOf(token) ?? none
}
