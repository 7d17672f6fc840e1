// Vocabularies: the number of each word or character of texts, and back. Plain JSON, stored with the weights.
import { fail } from '../../dsl/diagnostics.ts'
import { shown } from './shown.ts'

/** How a text is split into tokens; with `elements` each cell, or element of a list, is one token. */
export type Cutting = 'words' | 'characters' | 'elements'

export interface Reading {
  readonly by: Cutting
  /** Whether the case of letters is lost. */
  readonly lower: boolean
  /** Characters that count as white space. */
  readonly filters: string
}

export interface Vocabulary extends Reading {
  readonly kind: 'tokens'
  /** The text of each code. Code 0 is padding, an empty text; then come the special tokens, then the others by frequency. */
  readonly tokens: readonly string[]
  /** Treatment of a token that the vocabulary lacks: it gets this code, is dropped, or is an error. */
  readonly unknown: number | 'left out' | 'refused'
  /** Codes of the tokens that begin and end each sequence. */
  readonly start?: number
  readonly end?: number
}

/** Texts of special tokens; undefined for one that the vocabulary does not have. */
export interface Specials {
  readonly unknown?: string
  /** Treatment of unknown tokens if there is no token for them. */
  readonly others: 'left out' | 'refused'
  readonly start?: string
  readonly end?: string
}

/** Splits a text into tokens: words are separated by white space, characters are Unicode code points. */
export function tokensOf(text: string, { by, lower, filters }: Reading): string[] {
  const cased = lower ? text.toLowerCase() : text
  if (by === 'elements') return [cased]
  if (by === 'characters')
    return filters === '' ? Array.from(cased) : Array.from(cased).filter(c => !filters.includes(c))
  return Array.from(cased, c => (filters.includes(c) ? ' ' : c))
    .join('')
    .split(/\s+/)
    .filter(word => word !== '')
}

/** Counts tokens, which are numbered from 0 in any order. */
export interface Counts {
  readonly tokens: readonly string[]
  /** How often each occurs. */
  readonly counts: ArrayLike<number>
  /** Tokens that occur, in the order of their first occurrence. */
  readonly seen: readonly number[]
}

/** Makes a counter of tokens, which are told by their places in `tokens`. */
export function createCounter(tokens: readonly string[]): {
  readonly see: (id: number) => void
  readonly counts: Counts
} {
  const counts = new Float64Array(tokens.length)
  const seen: number[] = []
  const see = (id: number): void => {
    if (counts[id]++ === 0) seen.push(id)
  }
  return { see, counts: { tokens, counts, seen } }
}

/** Makes a vocabulary: the specials, then tokens by frequency, ties by first occurrence; at most `limit` with padding. */
export function vocabularyOf(
  { tokens, counts, seen }: Counts,
  specials: Specials,
  limit: number,
  reading: Reading,
): Vocabulary {
  const { unknown, others, start, end } = specials
  const first = ['', ...(unknown === undefined ? [] : [unknown]), ...(start === undefined ? [] : [start])]
  const all = [...first, ...(end === undefined ? [] : [end])]
  const special = new Set(all)
  // The sort is stable.
  const frequent = seen.toSorted((a, b) => counts[b] - counts[a]).map(id => tokens[id])
  return {
    kind: 'tokens',
    ...reading,
    tokens: [...all, ...frequent.filter(token => !special.has(token))].slice(0, Math.max(limit, all.length)),
    unknown: unknown === undefined ? others : 1,
    ...(start !== undefined && { start: first.length - 1 }),
    ...(end !== undefined && { end: first.length }),
  }
}

/** Makes the function that gives the code of a token; undefined for one that the vocabulary does not have. */
export function coder({ tokens, unknown }: Vocabulary): (token: string) => number | undefined {
  const codes = new Map(tokens.map((token, code) => [token, code]))
  const otherwise = typeof unknown === 'number' ? unknown : undefined
  return token => codes.get(token) ?? otherwise
}

/** RNN430 for a token that a vocabulary does not have. */
export const refuse = (token: string, name: string, place: string, details: Parameters<typeof fail>[2] = {}): never =>
  fail('RNN430', { value: shown(token), name, place }, details)

/**
 * Gives the codes of a text, as training would; those of an open one go on behind it. RNN430 for a token that is not there, if such are
 * refused.
 */
export function codesOf(vocabulary: Vocabulary, text: string, name: string, isOpen = false): number[] {
  const { start, end, unknown } = vocabulary
  const codeOf = coder(vocabulary)
  const codes = tokensOf(text, vocabulary).flatMap(
    token => codeOf(token) ?? (unknown === 'refused' ? refuse(token, name, '') : []),
  )
  return [...(start === undefined ? [] : [start]), ...codes, ...(end === undefined || isOpen ? [] : [end])]
}

/** Gives the code of a text that is a single token, after lower case and filters. RNN430 if it is not one, or unknown. */
export function tokenCoder(vocabulary: Vocabulary, name: string): (text: string) => number {
  const codeOf = coder(vocabulary)
  const known = new Set(vocabulary.tokens)
  return text => {
    // The special tokens may have characters that are left out of others.
    const tokens = known.has(text) ? [text] : tokensOf(text, vocabulary)
    return (tokens.length === 1 ? codeOf(tokens[0]) : undefined) ?? refuse(text, name, '')
  }
}

/** Gives the text of codes, up to the end token; skips padding and the start token. */
export function textOf({ by, tokens, start, end }: Vocabulary, codes: readonly number[]): string {
  const ends = end === undefined ? -1 : codes.indexOf(end)
  const written = (ends < 0 ? codes : codes.slice(0, ends)).filter(code => code !== 0 && code !== start)
  return written.map(code => tokens[code] ?? '').join(by === 'words' ? ' ' : '')
}

/** Tells how two vocabularies read texts differently; undefined where they do not. */
export function difference(stored: Vocabulary, now: Omit<Vocabulary, 'tokens' | 'kind'>): string | undefined {
  const names = ['by', 'lower', 'filters', 'unknown', 'start', 'end'] as const
  const name = names.find(n => stored[n] !== now[n])
  return (
    name && `\`${name}\` was ${JSON.stringify(stored[name] ?? false)}, and is ${JSON.stringify(now[name] ?? false)}`
  )
}

/** Checks a record of a result of `JSON.parse`; undefined if it is not a vocabulary. */
export function parseVocabulary(json: Readonly<Record<string, unknown>>): Vocabulary | undefined {
  const { tokens, by, lower, filters, unknown, start, end } = json
  if (!Array.isArray(tokens) || !tokens.every(token => typeof token === 'string')) return undefined
  if (tokens[0] !== '' || new Set(tokens).size < tokens.length) return undefined
  if (by !== 'words' && by !== 'characters' && by !== 'elements') return undefined
  if (typeof lower !== 'boolean' || typeof filters !== 'string') return undefined
  const isCode = (code: unknown): code is number =>
    Number.isInteger(code) && Number(code) > 0 && Number(code) < tokens.length
  if (unknown !== 'left out' && unknown !== 'refused' && !isCode(unknown)) return undefined
  const specials = { ...(isCode(start) && { start }), ...(isCode(end) && { end }) }
  if ((start !== undefined && !isCode(start)) || (end !== undefined && !isCode(end))) return undefined
  return { kind: 'tokens', tokens, by, lower, filters, unknown, ...specials }
}
