// Turns characters into tokens. Characters that fit no token are reported here and skipped, so that the parser can continue.
import type { IToken } from 'chevrotain'
import type { Span } from './ast.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'
import * as t from './tokens.ts'

export interface Scanned {
  readonly tokens: IToken[]
  readonly diagnostics: Diagnostic[]
}

/** Most errors that are reported: a file with more is no program, and each error takes far more memory than its characters. */
const most = 10_000

/** Tokens of a source, and the errors in its characters, numbers, names and strings: at most `most`. */
export function scan(source: string, file: string): Scanned {
  const result = t.lexer.tokenize(source)
  const diagnostics: Diagnostic[] = []
  for (const error of result.errors.slice(0, most)) {
    const span = { file, start: error.offset, end: error.offset + error.length }
    diagnostics.push(unknown(source.slice(span.start, span.end), span))
  }
  const tokens: IToken[] = []
  for (const token of result.tokens) {
    const previous = tokens.at(-1)
    for (const found of mistakesIn(token, previous, file)) {
      if (diagnostics.length === most) break
      diagnostics.push(found)
    }
    if (token.tokenType === t.StrayPrime) continue
    tokens.push(token.tokenType === t.OpenText ? { ...token, tokenType: t.Text, tokenTypeIdx: textIndex } : token)
  }
  return { tokens, diagnostics }
}

/** Gives the place of a token. */
export function spanOf(token: IToken, file: string): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length }
}

/** The text of a string token: without its quotes, the escapes resolved. */
export function textOf(token: IToken): string {
  const closed = token.image.length > 1 && token.image.endsWith('"')
  const inside = token.image.slice(1, closed ? -1 : undefined)
  return inside.replace(/\\(.?)/g, (_, letter: string) => escapes.get(letter) ?? letter)
}

const textIndex = t.Text.tokenTypeIdx ?? 0
const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
])
/** Inputs and outputs are passed in JavaScript objects, where this name has a special meaning. */
const inherited = '__proto__'
const notOwn = 'this name has a special meaning in JavaScript'
const reserved = new Set(t.reservedWords.map(word => word.PATTERN))

function* mistakesIn(token: IToken, previous: IToken | undefined, file: string): Generator<Diagnostic> {
  const span = spanOf(token, file)
  if (token.tokenType === t.StrayPrime) {
    const name = previous?.startLine === token.startLine ? previous?.image.match(/^[A-Za-z_]\w*/)?.[0] : undefined
    yield name === undefined ? unknown("'", span) : diagnostic('RNN104', { name }, { span })
  } else if (token.tokenType === t.Primed) {
    const name = token.image.slice(0, -1)
    if (reserved.has(name)) yield diagnostic('RNN117', { name }, { span })
    if (name === inherited) yield diagnostic('RNN117', { name }, { span, help: notOwn })
  } else if (token.image === inherited) {
    yield diagnostic('RNN117', { name: inherited }, { span, help: notOwn })
  } else if (token.tokenType === t.Digits) {
    const what = unrepresentable(token.image)
    if (what !== undefined) yield diagnostic('RNN122', { number: `\`${token.image}\``, what }, { span })
  } else if (token.tokenType === t.OpenText) {
    yield diagnostic('RNN110', {}, { span })
  } else if (token.tokenType === t.Text) {
    for (const found of token.image.matchAll(/\\(.)/g)) {
      if (escapes.has(found[1])) continue
      const start = span.start + found.index
      yield diagnostic('RNN118', { escape: found[0] }, { span: { file, start, end: start + 2 } })
    }
  }
}

/** Describes why a number cannot be a 64-bit float as written; undefined if it can. */
export function unrepresentable(image: string): string | undefined {
  const value = Number(image)
  if (!Number.isFinite(value)) return 'too large (the largest number is 1.8e308)'
  if (value === 0 && /[1-9]/.test(image.replace(/e.*/i, '')))
    return 'too small (the smallest number above 0 is 4.9e-324)'
  if (/^\d+$/.test(image) && !Number.isSafeInteger(value))
    return 'too large for an exact whole number (the largest is 9007199254740991)'
  return undefined
}

// Symbols of other languages and of papers, and their counterparts here.
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^'/, 'strings are written with double quotes: `"…"`'],
  [/^&+/, 'write `and`'],
  [/^\|+/, 'write `or`; a pipe is `|>`'],
  [/^!/, 'write `not`; unequal is `!=`'],
  [/^[⊙×·∘∗]/, 'write `*` for an element-wise product, `@` for a matrix product'],
  [/^[−–—]/, 'write minus as a plain `-`'],
  [/^[’′‘]/, "write a prime as a plain `'`"],
  [/^[“”]/, 'strings are written with plain double quotes: `"…"`'],
  [/^≤/, 'write `<=`'],
  [/^≥/, 'write `>=`'],
  [/^≠/, 'write `!=`'],
  [/^\?/, 'choose between two values with `where(b, x, y)`'],
  [/^σ/, 'write `sigmoid(x)`'],
  [/^[∑Σ]/, 'write `sum(x)`'],
  [/^√/, 'write `sqrt(x)`'],
  [/^[\uff01-\uff5e]/, 'write it as the plain character of a keyboard: `(`, `)`, `,`, `=`'],
  [/^\p{L}/u, 'names consist of the letters a to z, digits and `_`'],
]

function unknown(text: string, span: Span): Diagnostic {
  const help = foreign.find(([pattern]) => pattern.test(text))?.[1]
  return diagnostic('RNN102', { text }, { span, help })
}
