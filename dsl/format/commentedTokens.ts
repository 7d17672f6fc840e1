// Gives each token of a program the comments that belong to it.
import { scan } from '../scanText.ts'

/** A comment on a line of its own. */
export interface OwnComment {
  readonly text: string
  /** Whether an empty line stands before it. */
  readonly blankBefore: boolean
}

export interface CommentedToken {
  /** The token as it is written; empty at the end of the file. */
  readonly image: string
  readonly start: number
  readonly line: number
  /** Whether an empty line stands before it, below its comments. */
  readonly blankBefore: boolean
  /** Comments on lines of their own before it. */
  own: readonly OwnComment[]
  /** The comment that ends its line. */
  trailing?: string
}

/** Reads tokens with their comments; the last marks the end of the file. Lines of the source end with `\n`. */
export function commentedTokens(source: string): CommentedToken[] {
  const found: CommentedToken[] = []
  let [read, lineNumber] = [0, 1]
  const add = (image: string, start: number): void => {
    const gap = source.slice(read, start)
    const { trailing, own, blankBefore } = commentsOf(gap)
    const before = found.at(-1)
    const first = trailing === undefined ? [] : [trailing]
    if (before !== undefined) before.trailing = trailing
    const comments = before === undefined ? [...first.map(text => ({ text, blankBefore: false })), ...own] : own
    lineNumber += gap.split('\n').length - 1
    found.push({ image, start, line: lineNumber, blankBefore, own: comments })
    read = start + image.length
  }
  for (const { image, startOffset } of scan(source, '').tokens) add(image, startOffset)
  add('', source.length)
  // From the right: the sign of a number may follow an operator.
  for (let at = found.length - 2; at > 0; at--) if (operators.test(found[at].image)) moveBefore(found, at)
  for (let at = 1; at < found.length - 1; at++) if (/^[,;{]$/.test(found[at].image)) moveBehind(found, at)
  return found
}

/** Finds the comments between two tokens. */
function commentsOf(gap: string): Pick<CommentedToken, 'trailing' | 'own' | 'blankBefore'> {
  const own: OwnComment[] = []
  let trailing: string | undefined
  let read = 0
  for (const { 0: text, index } of gap.matchAll(/#[^\n]*/g)) {
    const space = gap.slice(read, index)
    if (!space.includes('\n') && read === 0) trailing = text.trimEnd()
    else own.push({ text: text.trimEnd(), blankBefore: isBlank(space) })
    read = index + text.length
  }
  return { trailing, own, blankBefore: isBlank(gap.slice(read)) }
}

const isBlank = (space: string): boolean => space.split('\n').length > 2

const operators = /^(\|>|==|!=|<=|>=|[<>+\-*/%@^]|or|and)$/

/** Moves the comments around an operator before it: an expression is broken there. */
function moveBefore(tokens: readonly CommentedToken[], at: number): void {
  const [before, token, next] = tokens.slice(at - 1, at + 2)
  const ends = before.trailing === undefined && token.own.length === 0
  if (ends) before.trailing = token.trailing
  token.own = [...token.own, ...asOwn(ends ? undefined : token.trailing), ...next.own]
  token.trailing = undefined
  next.own = []
}

/** Moves the comments before a comma, a semicolon or an opening brace behind it. */
function moveBehind(tokens: readonly CommentedToken[], at: number): void {
  const [before, token, next] = tokens.slice(at - 1, at + 2)
  if (before.trailing === undefined && token.own.length === 0) return
  next.own = [...token.own, ...asOwn(token.trailing), ...next.own]
  token.trailing = before.trailing
  before.trailing = undefined
  token.own = []
}

const asOwn = (text: string | undefined): OwnComment[] => (text === undefined ? [] : [{ text, blankBefore: false }])
