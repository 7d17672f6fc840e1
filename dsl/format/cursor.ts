// Walks through the tokens of a program, each with its comments, so that whatever is printed of it loses neither.
import type { CommentedToken } from './commentedTokens.ts'
import { comment, type Doc } from './doc.ts'

export interface Cursor {
  /** The token that comes next. */
  peek(): CommentedToken
  /** Prints the next token, as it is written or as `text`, and its comments. */
  take(text?: string): Doc
  /** Prints the comments before the next token alone: `take` then leaves them out. */
  takeOwn(): Doc
  /** Drops the comments before the next token, which the caller has printed. */
  dropOwn(): void
}

export function newCursor(tokens: readonly CommentedToken[]): Cursor {
  let at = 0
  let ownTaken = false
  const own = (): Doc => (ownTaken ? [] : tokens[at].own.map(({ text }) => comment(text, true)))
  return {
    peek: () => tokens[at],
    take: (text = tokens[at].image) => {
      const { trailing } = tokens[at]
      const doc: Doc = [own(), text, trailing === undefined ? [] : comment(trailing, false)]
      at = Math.min(at + 1, tokens.length - 1)
      ownTaken = false
      return doc
    },
    takeOwn: () => {
      const doc = own()
      ownTaken = true
      return doc
    },
    dropOwn: () => {
      ownTaken = true
    },
  }
}
