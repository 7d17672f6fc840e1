// Joins lines to a text. Comments at the ends of lines stand below each other in each paragraph, as far as no line is empty.
import { greatest } from '../greatest.ts'
import type { Line } from './renderDoc.ts'

/** Spaces between code and its comment, at least. */
const gap = 3
/** Longer lines do not move the comments of others. */
const longest = 60

/** Joins lines, with their comments in columns. */
export function alignComments(lines: readonly Line[]): string {
  let text = ''
  for (let start = 0; start < lines.length; ) {
    let end = start + 1
    while (end < lines.length && !isEmpty(lines[end])) end++
    for (const shown of paragraph(lines.slice(start, end))) text += `${shown}\n`
    start = end
  }
  return text
}

function paragraph(lines: readonly Line[]): string[] {
  const lengths = lines.flatMap(({ code, comment }) =>
    comment !== undefined && code.length <= longest ? code.length : [],
  )
  const column = greatest(lengths, 0)
  return lines.map(({ code, comment }) =>
    comment === undefined
      ? code
      : code.padEnd(code.length > longest ? code.length : column) + ' '.repeat(gap) + comment,
  )
}

const isEmpty = ({ code, comment }: Line): boolean => code === '' && comment === undefined
