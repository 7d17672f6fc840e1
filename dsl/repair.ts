// Recovers from an error: removes the statement that could not be read from the tokens.
import type { Failure } from './grammar.ts'
import { isOf, type Token, tokenAt } from './lexer.ts'
import * as t from './tokens.ts'

export interface Repaired {
  readonly tokens: Token[]
  /** Whether the file has been read to its end: anything missing there needs no further message. */
  readonly final: boolean
}

/** Repairs tokens so that they fail later than the given ones, if at all. */
export function repair(failure: Failure, tokens: readonly Token[]): Repaired {
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
export function swallowedLine(tokens: readonly Token[], begin: number, at: number): number | undefined {
  let first = Math.min(at, tokens.length - 1)
  while (first > begin && !beginsLine(tokens, first)) first--
  return first > begin && beginsStatement(tokens, first) ? first : undefined
}

/** The place of a token; that of the end of the file is the number of tokens. */
export function indexOf(token: Token, tokens: readonly Token[]): number {
  const index = tokens.indexOf(token)
  return index < 0 ? tokens.length : index
}

// A statement ends before the next line that is not indented deeper, or, where it shares its line with others, before the
// next that can only be a statement.
function endOfStatement(tokens: readonly Token[], begin: number, found: number): number {
  const swallowed = swallowedLine(tokens, begin, found)
  if (swallowed !== undefined) return swallowed
  const indent = beginsLine(tokens, begin) ? tokens[begin].startColumn : undefined
  let depth = 0
  for (let i = Math.max(found, begin + 1); i < tokens.length; i++) {
    if (beginsItem(tokens, i)) return i
    if (isOf(tokens[i], t.LeftBrace)) depth++
    if (isOf(tokens[i], t.RightBrace) && depth-- === 0) return i
    if (depth > 0) continue
    if (isOf(tokens[i - 1], t.Semicolon) && i > found) return i
    if (beginsLine(tokens, i) && (indent === undefined ? beginsStatement(tokens, i) : mayBegin(tokens[i], indent)))
      return i
  }
  return tokens.length
}

function mayBegin(token: Token, indent: number): boolean {
  const word = [t.Name, t.Primed, t.Return].some(type => isOf(token, type))
  return word && (token.startColumn ?? 0) <= indent
}

function endOfItem(tokens: readonly Token[], begin: number): number {
  let end = begin + 1
  while (end < tokens.length && !beginsItem(tokens, end)) end++
  return end
}

function beginsLine(tokens: readonly Token[], at: number): boolean {
  return at === 0 || tokens[at - 1].endLine !== tokens[at].startLine
}

function beginsItem(tokens: readonly Token[], at: number): boolean {
  const next = tokens.at(at + 1)
  if (next === undefined || !beginsLine(tokens, at) || !t.topLevelWords.includes(tokens[at].tokenType)) return false
  return isOf(next, t.Name) || isOf(next, t.Text)
}

function beginsStatement(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  const next = tokens.at(at + 1)
  if (t.statementWords.includes(token.tokenType)) return true
  if (!isOf(token, t.Name) && !isOf(token, t.Primed)) return false
  return next !== undefined && (isOf(next, t.Is) || isOf(next, t.Colon))
}

function closingBrace(before: readonly Token[]): Token {
  const last = before.at(-1)
  const [offset, line, column] = [(last?.endOffset ?? -1) + 1, last?.endLine ?? 1, (last?.endColumn ?? 0) + 1]
  return tokenAt(t.RightBrace, '', offset, line, column)
}
