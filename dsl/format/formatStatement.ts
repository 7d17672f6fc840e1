// Lays out statements. A list of declarations that is too long for a line becomes one declaration a line.
import type { Equation, Statement } from '../ast.ts'
import type { OwnComment } from './commentedTokens.ts'
import type { Cursor } from './cursor.ts'
import { type Doc, fill, group, indent, lineOr } from './doc.ts'
import { commaSeparated, formatExpr, formatType } from './formatExpr.ts'

/** A statement that is laid out, and what stands before it. */
export interface LaidOut {
  /** Its keyword; empty for an equation. */
  readonly word: string
  /** Its text, the keyword followed by so many spaces. */
  readonly doc: (spaces: number) => Doc
  readonly blankBefore: boolean
  readonly own: readonly OwnComment[]
}

/** Lays out the statements of a body, up to its closing brace. */
export function formatStatements(body: readonly (Statement | Equation)[], cursor: Cursor): LaidOut[] {
  const laidOut: LaidOut[] = []
  for (let at = 0; at < body.length; ) {
    const { own, blankBefore } = cursor.peek()
    cursor.dropOwn()
    const { word, doc, pieces } = formatStatement(body, at, cursor)
    const end = cursor.peek().image === ';' ? cursor.take('') : ''
    laidOut.push({ word, doc: spaces => [doc(spaces), end], own, blankBefore })
    at += pieces
  }
  return laidOut
}

interface Formatted {
  readonly word: string
  readonly doc: (spaces: number) => Doc
  /** Number of nodes that the statement consists of. */
  readonly pieces: number
}

/** Lays out the statement of a body that begins at a place. */
function formatStatement(body: readonly Statement[], at: number, cursor: Cursor): Formatted {
  const first = body[at]
  if (first.kind === 'equation') {
    const doc = formatEquation(first, cursor)
    return { word: '', doc: () => doc, pieces: 1 }
  }
  const word = cursor.peek().image
  const keyword = cursor.take()
  if (first.kind === 'return') {
    const value = formatExpr(first.value, cursor)
    return { word, doc: spaces => [keyword, ' '.repeat(spaces), value], pieces: 1 }
  }
  const pieces: Doc[] = [formatPiece(first, cursor)]
  const commas: Doc[] = []
  while (cursor.peek().image === ',') {
    commas.push(cursor.take(''))
    pieces.push(formatPiece(body[at + pieces.length], cursor))
  }
  return {
    word,
    doc: spaces => list(keyword, pieces, { commas, again: word + ' '.repeat(spaces) }),
    pieces: pieces.length,
  }
}

/** Lays out the pieces of a statement on one line, or each as a statement of its own, which begins with `again`. */
function list(keyword: Doc, pieces: readonly Doc[], { commas, again }: { commas: readonly Doc[]; again: string }): Doc {
  const spaces = again.slice(again.trimEnd().length)
  return group(
    keyword,
    spaces,
    pieces.map((piece, i) => (i === 0 ? piece : [commas[i - 1], lineOr(', ', again), piece])),
  )
}

/** Lays out one piece of a statement, behind its keyword. */
function formatPiece(statement: Statement, cursor: Cursor): Doc {
  switch (statement.kind) {
    case 'input':
    case 'target':
    case 'param':
    case 'state': {
      const names = commaSeparated(statement.names, () => cursor.take(), cursor)
      const type = [cursor.take(), ' ', formatType(statement.type, cursor)]
      const init = statement.init === undefined ? '' : formatInit(statement.init, cursor)
      return [group(indent(fill(names))), type, init]
    }
    case 'part':
    case 'output':
      return [cursor.take(), statement.value === undefined ? '' : formatInit(statement.value, cursor)]
    case 'loss':
    case 'metric':
      return [
        statement.name === undefined ? '' : [cursor.take(), ' ', cursor.take(), ' '],
        formatExpr(statement.value, cursor),
      ]
    case 'predict':
      return [cursor.take(), ' ', cursor.take(), ' ', formatExpr(statement.value, cursor)]
    case 'return':
      return formatExpr(statement.value, cursor)
    case 'equation':
      return formatEquation(statement, cursor)
  }
}

function formatEquation({ type, value }: Equation, cursor: Cursor): Doc {
  const name = cursor.take()
  const typed = type === undefined ? '' : [cursor.take(), ' ', formatType(type, cursor)]
  return [name, typed, formatInit(value, cursor)]
}

/** Lays out ` = value`. */
export const formatInit = (value: Equation['value'], cursor: Cursor): Doc => [
  ' ',
  cursor.take(),
  ' ',
  formatExpr(value, cursor),
]
