// Turns a failure of the grammar into the most helpful message: RNN101, or a more specific code.
import { EOF, type IToken, tokenMatcher } from 'chevrotain'
import { type Details, type Diagnostic, diagnostic } from './diagnostics.ts'
import type { Failure } from './grammar.ts'
import { indexOf, swallowedLine } from './repair.ts'
import { spanOf } from './scanText.ts'
import { suggest } from './suggest.ts'
import * as t from './tokens.ts'

/** The message for a failure at a place in the tokens of a file. */
export function explain(failure: Failure, tokens: readonly IToken[], file: string): Diagnostic {
  const { found } = failure
  const at = indexOf(found, tokens)
  const previous = tokens.at(at - 1)
  const ends = found.tokenType === EOF
  const end = previous === undefined ? 0 : spanOf(previous, file).end
  const span = ends ? { file, start: end, end } : spanOf(found, file)
  if (t.reservedWords.includes(found.tokenType) && wantsName(failure, tokens.at(at + 1))) {
    return diagnostic('RNN117', { name: found.image }, { span })
  }
  const values = { expected: failure.expected, found: ends ? 'the end of the file' : `\`${found.image}\`` }
  return diagnostic('RNN101', values, { span, ...hint(failure, tokens, file) })
}

function wantsName({ expected }: Failure, next: IToken | undefined): boolean {
  if (expected === 'a name' || next === undefined) return expected === 'a name'
  return tokenMatcher(next, t.Is) || (expected === 'a statement or `}`' && tokenMatcher(next, t.Colon))
}

// Gives the first hint that applies.
function hint(failure: Failure, tokens: readonly IToken[], file: string): Details {
  const help =
    foreignWord(failure, tokens) ??
    misspelledWord(failure, tokens) ??
    foreignSign(failure, tokens) ??
    sideBySide(failure, tokens)
  return help === undefined ? (unclosed(failure, tokens, file) ?? unfinished(failure, tokens, file) ?? {}) : { help }
}

// Keywords of other languages for constructs that this one lacks.
const foreignWords: ReadonlyMap<string, string> = new Map([
  ['if', 'there are no branches: choose between two values with `where(b, x, y)`'],
  ['else', 'there are no branches: choose between two values with `where(b, x, y)`'],
  ['for', 'there are no loops: apply a cell to a sequence, and it runs over its axis'],
  ['while', 'there are no loops: apply a cell to a sequence, and it runs over its axis'],
  ['def', 'a function is written `fn name(x) = …`'],
  ['function', 'a function is written `fn name(x) = …`'],
  ['class', 'a unit is a `cell`, a `layer` or a `model`'],
  ['let', 'an equation is just `name = …`'],
  ['var', 'an equation is just `name = …`'],
  ['const', 'an equation is just `name = …`'],
])

function foreignWord(failure: Failure, tokens: readonly IToken[]): string | undefined {
  const at = indexOf(failure.found, tokens)
  const begin = indexOf(failure.begin, tokens)
  return foreignWords.get((at - begin <= 1 ? failure.begin : tokens[at - 1]).image)
}

/** Advice for two values with nothing between them, as `W x`, and for a step that is numbered, as `h[t] = …`. */
function sideBySide({ begin, found, expected }: Failure, tokens: readonly IToken[]): string | undefined {
  const at = indexOf(found, tokens)
  const [before, previous] = [tokens.at(at - 2), tokens.at(at - 1)]
  if (at < 1 || previous === undefined || previous.endLine !== found.startLine) return undefined
  if (previous === begin && tokenMatcher(found, t.LeftSquare) && tokenMatcher(begin, t.Name))
    return `steps have no numbers here: in a cell, \`${begin.image}\` is the state before the step and \`${begin.image}'\` the one after it`
  const areValues = at >= 2 && tokenMatcher(found, t.Name) && tokenMatcher(previous, t.Name)
  if (!areValues || !expected.startsWith('an operator')) return undefined
  if (before?.image === '|>') return `a pipe is missing: \`|> ${previous.image} |> ${found.image}\``
  const [a, b] = [previous.image, found.image]
  return `write \`${a} @ ${b}\` for the product of a matrix, \`${a} * ${b}\` for one element by element`
}

function misspelledWord({ begin, found, inBody }: Failure, tokens: readonly IToken[]): string | undefined {
  const at = indexOf(begin, tokens)
  const next = tokens.at(at + 1)
  const distance = indexOf(found, tokens) - at
  if (distance > 1 || next === undefined || !tokenMatcher(begin, t.Name)) return undefined
  if (!inBody && tokenMatcher(next, t.Is))
    return 'an equation must be inside a cell, layer, model, fn, train or data block'
  const words = inBody ? t.statementWords : t.topLevelWords
  if (words.includes(begin.tokenType)) return undefined
  const nearest = suggest(
    begin.image,
    words.map(word => String(word.PATTERN)),
  )
  return nearest === undefined ? undefined : `did you mean \`${nearest}\`?`
}

function foreignSign({ found }: Failure, tokens: readonly IToken[]): string | undefined {
  const at = indexOf(found, tokens)
  const previous = at > 0 ? tokens[at - 1] : undefined
  const next = tokens.at(at + 1)
  if (found.image === '/' && (next?.image === '/' || next?.image === '*' || previous?.image === '/'))
    return 'a comment begins with `#`'
  if (found.image === '*' && previous?.image === '/') return 'a comment begins with `#`'
  if (found.image === '*' && previous?.image === '*') return 'a power is written `x^2`'
  if (found.image === '.' && next !== undefined && tokenMatcher(next, t.Digits)) return `write \`0.${next.image}\``
  if (next?.image === '=' && ['+', '-', '*', '/'].includes(found.image)) {
    return 'a name has one definition; a value that changes from step to step is a state'
  }
  if (found.image === '.' && previous?.image === '.') return 'a slice is written `a:b`'
  if (previous === undefined || !tokenMatcher(previous, t.Digits) || !tokenMatcher(found, t.Name)) return undefined
  return previous.endOffset === found.startOffset - 1
    ? `a product is written \`${previous.image} * ${found.image}\``
    : undefined
}

// A bracket or brace that was opened on an earlier line and never closed.
function unclosed({ begin, found, expected }: Failure, tokens: readonly IToken[], file: string): Details | undefined {
  const at = indexOf(found, tokens)
  const pair = pairs.find(({ close }) => expected.endsWith(`\`${close.PATTERN}\``))
  const goesOn = tokens.at(at - 1)?.endLine === found.startLine
  if (pair === undefined || goesOn || swallowedLine(tokens, indexOf(begin, tokens), at) !== undefined) return undefined
  if (pair.close === t.RightBrace && at < tokens.length && !t.topLevelWords.includes(found.tokenType)) return undefined
  let depth = 0
  for (let i = at - 1; i >= 0; i--) {
    if (tokens[i].tokenType === pair.close) depth++
    if (tokens[i].tokenType !== pair.open || depth-- > 0) continue
    const label = { span: spanOf(tokens[i], file), text: `this \`${pair.open.PATTERN}\` is not closed` }
    return { help: `close it with \`${pair.close.PATTERN}\``, labels: [label] }
  }
  return undefined
}

const pairs = [
  { open: t.LeftBrace, close: t.RightBrace },
  { open: t.LeftParen, close: t.RightParen },
  { open: t.LeftSquare, close: t.RightSquare },
]

// A line whose end is missing, so that the next one was read as its continuation.
function unfinished({ begin, found, expected }: Failure, tokens: readonly IToken[], file: string): Details | undefined {
  const at = indexOf(found, tokens)
  const first = indexOf(begin, tokens)
  if (at <= first) return undefined
  const previous = tokens[at - 1]
  const swallowed = swallowedLine(tokens, first, at)
  const last = swallowed === undefined ? previous : tokens[swallowed - 1]
  if (swallowed === undefined && (at === tokens.length || previous.endLine === found.startLine)) return undefined
  const end = spanOf(last, file).end
  const text = swallowed === at || swallowed === undefined ? `${expected} must follow` : 'something must follow'
  return { help: `line ${last.endLine} seems unfinished`, labels: [{ span: { file, start: end, end }, text }] }
}
