// Recovers from an error: removes the statement that could not be read from the tokens.
import { createTokenInstance, type IToken, tokenMatcher } from 'chevrotain'
import type { Failure } from './grammar.ts'
import * as t from './tokens.ts'

export interface Repaired {
  readonly tokens: IToken[]
  /** Whether the file has been read to its end: anything missing there needs no further message. */
  readonly final: boolean
}

/** Repairs tokens so that they fail later than the given ones, if at all. */
export function repair(failure: Failure, tokens: readonly IToken[]): Repaired {
  const found = indexOf(failure.found, tokens)
  const begin = Math.min(indexOf(failure.begin, tokens), found)
  const before = tokens.slice(0, begin)
  const after = tokens.slice(found)
  if (found === tokens.length) {
    return { tokens: failure.inBody ? [...before, closingBrace(before)] : before, final: true }
  }
  if (failure.inBody && begin === found && beginsItem(tokens, found)) {
    return { tokens: [...before, closingBrace(before), ...after], final: false }
  }
  const end = failure.inBody ? endOfStatement(tokens, begin, found) : endOfItem(tokens, begin)
  return { tokens: [...before, ...tokens.slice(end)], final: false }
}

/** Finds the first token of the line of `at` where that line looks like a separate statement that was read as part of the previous one. */
export function swallowedLine(tokens: readonly IToken[], begin: number, at: number): number | undefined {
  let first = Math.min(at, tokens.length - 1)
  while (first > begin && !beginsLine(tokens, first)) first--
  return first > begin && beginsStatement(tokens, first) ? first : undefined
}

/** The place of a token; that of the end of the file is the number of tokens. */
export function indexOf(token: IToken, tokens: readonly IToken[]): number {
  const index = tokens.indexOf(token)
  return index < 0 ? tokens.length : index
}

// A statement ends before the next line that is not indented deeper, or, where it shares its line with others, before the
// next that can only be a statement.
function endOfStatement(tokens: readonly IToken[], begin: number, found: number): number {
  const swallowed = swallowedLine(tokens, begin, found)
  if (swallowed !== undefined) return swallowed
  const indent = beginsLine(tokens, begin) ? tokens[begin].startColumn : undefined
  let depth = 0
  for (let i = Math.max(found, begin + 1); i < tokens.length; i++) {
    if (beginsItem(tokens, i)) return i
    if (tokenMatcher(tokens[i], t.LeftBrace)) depth++
    if (tokenMatcher(tokens[i], t.RightBrace) && depth-- === 0) return i
    if (depth > 0) continue
    if (tokenMatcher(tokens[i - 1], t.Semicolon) && i > found) return i
    if (beginsLine(tokens, i) && (indent === undefined ? beginsStatement(tokens, i) : mayBegin(tokens[i], indent)))
      return i
  }
  return tokens.length
}

function mayBegin(token: IToken, indent: number): boolean {
  const word = [t.Name, t.Primed, t.Return].some(type => tokenMatcher(token, type))
  return word && (token.startColumn ?? 0) <= indent
}

function endOfItem(tokens: readonly IToken[], begin: number): number {
  let end = begin + 1
  while (end < tokens.length && !beginsItem(tokens, end)) end++
  return end
}

function beginsLine(tokens: readonly IToken[], at: number): boolean {
  return at === 0 || tokens[at - 1].endLine !== tokens[at].startLine
}

function beginsItem(tokens: readonly IToken[], at: number): boolean {
  const next = tokens.at(at + 1)
  if (next === undefined || !beginsLine(tokens, at) || !t.topLevelWords.includes(tokens[at].tokenType)) return false
  return tokenMatcher(next, t.Name) || tokenMatcher(next, t.Text)
}

function beginsStatement(tokens: readonly IToken[], at: number): boolean {
  const token = tokens[at]
  const next = tokens.at(at + 1)
  if (t.statementWords.includes(token.tokenType)) return true
  if (!tokenMatcher(token, t.Name) && !tokenMatcher(token, t.Primed)) return false
  return next !== undefined && (tokenMatcher(next, t.Is) || tokenMatcher(next, t.Colon))
}

function closingBrace(before: readonly IToken[]): IToken {
  const last = before.at(-1)
  const [offset, line, column] = [(last?.endOffset ?? -1) + 1, last?.endLine ?? 1, (last?.endColumn ?? 0) + 1]
  return createTokenInstance(t.RightBrace, '', offset, offset, line, line, column, column)
}
