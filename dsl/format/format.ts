// Formats a program: spaces, line breaks and empty lines. It needs no types, and keeps every token and every comment.
import type { Program, TopLevel } from '../ast.ts'
import { RnnError } from '../diagnostics.ts'
import { parse } from '../parse.ts'
import { printAst } from '../printAst.ts'
import { alignComments } from './alignComments.ts'
import { commentedTokens } from './commentedTokens.ts'
import { type Cursor, newCursor } from './cursor.ts'
import { emptyLine, formatItem, ownLines, withoutBlankFirst } from './formatItem.ts'
import type { Line } from './renderDoc.ts'

/**
 * The text of a program in the one form that `rnnc fmt` writes; formatting it again changes nothing. Throws the errors of a file that does
 * not parse. Line ends stay `\r\n` where the first line has this one; a byte order mark is dropped.
 */
export function format(source: string, file: string): string {
  const given = parsed(source, file)
  const lineEnd = /^[^\r\n]*\r\n/.test(source) ? '\r\n' : '\n'
  const plain = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const text = alignComments(programLines(parsed(plain, file), newCursor(commentedTokens(plain))))
  // Costs little, and a mistake here must never reach somebody's file.
  if (printAst(parsed(text, file)) !== printAst(given)) throw new Error(`formatting would change ${file}`)
  return text.replaceAll('\n', lineEnd)
}

function parsed(source: string, file: string): Program {
  const { program, diagnostics } = parse(source, file)
  if (diagnostics.some(d => d.severity === 'error')) throw new RnnError(diagnostics)
  return program
}

function programLines(program: Program, cursor: Cursor): readonly Line[] {
  const lines: Line[] = []
  let longBefore = false
  for (const item of program.items) {
    const { above, isLong, own } = formatOne(item, cursor)
    const separate = (isLong || longBefore) && !above.includes(emptyLine) ? [emptyLine] : []
    for (const line of [...(lines.length > 0 ? separate : []), ...above, ...own]) lines.push(line)
    longBefore = isLong
  }
  return withoutBlankFirst([...lines, ...ownLines(cursor.peek().own, 0)])
}

interface One {
  /** Its comments and empty lines. */
  readonly above: readonly Line[]
  readonly own: readonly Line[]
  /** Whether it has several lines: then empty lines set it apart. */
  readonly isLong: boolean
}

function formatOne(item: TopLevel, cursor: Cursor): One {
  const { own: comments, blankBefore } = cursor.peek()
  cursor.dropOwn()
  const above = [...ownLines(comments, 0), ...(blankBefore ? [emptyLine] : [])]
  const own = formatItem(item, cursor)
  return { above, own, isLong: own.length > 1 }
}
