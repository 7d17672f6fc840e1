// Lays out the items of the top level: a body is one statement a line, unless it is written on one line and fits there.
import type { Equation, HyperParam, Statement, TopLevel } from '../ast.ts'
import { greatest } from '../greatest.ts'
import type { OwnComment } from './commentedTokens.ts'
import type { Cursor } from './cursor.ts'
import { type Doc, fill, group, indent, joined, line, lineOr } from './doc.ts'
import { brackets, commaSeparated } from './formatExpr.ts'
import { formatInit, formatStatements, type LaidOut } from './formatStatement.ts'
import { type Line, renderDoc, step } from './renderDoc.ts'

/** Lays out an item whose first token comes next. */
export function formatItem(item: TopLevel, cursor: Cursor): Line[] {
  switch (item.kind) {
    case 'import': {
      const word = cursor.take()
      const names = commaSeparated(item.names, () => cursor.take(), cursor)
      const from = names.length === 0 ? '' : [' ', indent(fill(names)), ' ', cursor.take()]
      return renderDoc([word, from, ' ', cursor.take()])
    }
    case 'unit': {
      const head = [cursor.take(), ' ', cursor.take()]
      return formatBody([head, item.hasParams ? formatParams(item.params, cursor) : ''], item.body, cursor)
    }
    case 'fn': {
      const head = [cursor.take(), ' ', cursor.take(), formatParams(item.params, cursor)]
      const [first] = item.body
      if (cursor.peek().image === '=' && first.kind === 'return')
        return renderDoc([head, formatInit(first.value, cursor)])
      return formatBody(head, item.body, cursor)
    }
    case 'train':
    case 'data': {
      const head = [cursor.take(), ' ', cursor.take(), ' ', cursor.take(), ' ', cursor.take()]
      return formatBody(head, item.kind === 'data' ? item.body : item.settings, cursor)
    }
  }
}

function formatParams(params: readonly HyperParam[], cursor: Cursor): Doc {
  const open = cursor.take()
  const items = commaSeparated(
    params,
    ({ default: value }) => [cursor.take(), value === undefined ? '' : formatInit(value, cursor)],
    cursor,
  )
  return brackets(open, joined(items, line), cursor)
}

/** Lays out the body in braces that follows `head`. */
function formatBody(head: Doc, body: readonly (Statement | Equation)[], cursor: Cursor): Line[] {
  const opensOn = cursor.peek().line
  const begin = [head, ' ', cursor.take()]
  const statements = formatStatements(body, cursor)
  const { own, line: closesOn } = cursor.peek()
  cursor.dropOwn()
  const end = cursor.take()
  const isEmpty = statements.length === 0 && own.length === 0
  if (closesOn === opensOn || isEmpty) {
    const inside = isEmpty
      ? ''
      : [
          line,
          joined(
            statements.map(s => s.doc(1)),
            lineOr('; '),
          ),
          line,
        ]
    const short = renderDoc(group(begin, inside, end))
    if (short.length === 1) return short
  }
  const lines = [...statementLines(statements), ...ownLines(own, step)]
  return [...renderDoc(begin), ...withoutBlankFirst(lines), ...renderDoc(end)]
}

function statementLines(statements: readonly LaidOut[]): Line[] {
  const widths = wordWidths(statements)
  return statements.flatMap(({ word, doc, own, blankBefore }, i) => {
    const blank = blankBefore ? [emptyLine] : []
    return [...ownLines(own, step), ...blank, ...renderDoc(doc(widths[i] - word.length + 1), step)]
  })
}

/** Words that are padded to one width where they begin lines one below the other. */
const families = [
  ['input', 'target'],
  ['loss', 'metric'],
]

/** Lengths of the longest keyword of the family around each statement, up to an empty line or another keyword. */
function wordWidths(statements: readonly LaidOut[]): number[] {
  const widths: number[] = []
  while (widths.length < statements.length) {
    const start = widths.length
    const family = families.find(words => words.includes(statements[start].word))
    let end = start + 1
    while (family !== undefined && end < statements.length && joins(statements[end], family)) end++
    const width = greatest(statements.slice(start, end).map(s => s.word.length))
    while (widths.length < end) widths.push(width)
  }
  return widths
}

/** Tells whether a statement goes on with the family of those before it. */
const joins = ({ word, blankBefore, own }: LaidOut, family: readonly string[]): boolean =>
  family.includes(word) && !blankBefore && !own.some(c => c.blankBefore)

export const emptyLine: Line = { code: '' }

/** Lines of comments that have lines of their own. */
export const ownLines = (comments: readonly OwnComment[], indent: number): Line[] =>
  comments.flatMap(({ text, blankBefore }) => [
    ...(blankBefore ? [emptyLine] : []),
    { code: ' '.repeat(indent) + text },
  ])

export const withoutBlankFirst = (lines: readonly Line[]): readonly Line[] =>
  lines.at(0) === emptyLine ? lines.slice(1) : lines
