// What the values of one key of JSON objects are: a column of scalars, or a sequence of numbers for each row.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { asRead } from './encoding.ts'
import type { Cells, Column, Sequences, Series } from './value.ts'

/**
 * Numbers, texts and booleans are a column, whose cells are read as those of a CSV file; lists of numbers, or of lists of numbers of
 * one width, are sequences. RNN404 for what is no number in a list and for null, RNN410 where a row has no such key, an object, or
 * something else than the first row, RNN413 for lists nested deeper.
 */
export function readCells(all: Cells, span: Span): Column | Sequences {
  const { file, name, cells, lines } = all
  const malformed: (row: number, what: string) => never = (row, what) =>
    fail('RNN410', { file, reason: `line ${lines[row]} ${what}` }, { span })
  cells.forEach((cell, row) => {
    if (cell === undefined) malformed(row, `has no \`${name}\`, which other lines have`)
    if (cell === null) notANumber(all, row, cell, span)
    if (typeof cell === 'object' && !Array.isArray(cell)) malformed(row, `holds an object in \`${name}\``)
    if (Array.isArray(cell) !== Array.isArray(cells[0])) {
      malformed(row, `holds ${kindOf(cell)} in \`${name}\`, where line ${lines[0]} holds ${kindOf(cells[0])}`)
    }
  })
  const lists = cells.filter(cell => Array.isArray(cell))
  if (lists.length === 0) return { kind: 'column', file, name, cells: cells.map(String), lines }
  return sequences(lists, all, malformed, span)
}

function sequences(
  rows: readonly (readonly unknown[])[],
  all: Cells,
  malformed: (row: number, what: string) => never,
  span: Span,
): Sequences {
  const { file, name, lines } = all
  const values: number[] = []
  /** The row and the width of the first element; no width where it is a number. */
  let first: { readonly row: number; readonly width: number | undefined } | undefined
  const read = (value: unknown, row: number): void => {
    if (Array.isArray(value)) fail('RNN413', { feature: 'a list nested three deep in a data block' }, { span })
    values.push(isNumber(value) ? value : notANumber(all, row, value, span))
  }
  rows.forEach((list, row) => {
    list.forEach((element, i) => {
      const items = Array.isArray(element) ? element : undefined
      if (items === undefined && !isNumber(element)) notANumber(all, row, element, span)
      const at = `in element ${i + 1} of \`${name}\``
      if (items?.length === 0) malformed(row, `has an empty list ${at}`)
      first ??= { row, width: items?.length }
      if (items?.length !== first.width) {
        const others = `where line ${lines[first.row]} begins with ${widthText(first.width)}`
        malformed(row, `has ${widthText(items?.length)} ${at}, ${others}`)
      }
      for (const value of items ?? [element]) read(value, row)
    })
  })
  const width = first?.width
  const lengths = rows.map(list => list.length)
  const series: Series = {
    kind: 'series',
    rows: lengths.reduce((sum, length) => sum + length, 0),
    item: width === undefined ? [] : [width],
    values: Float64Array.from(values),
    encoding: asRead(width ?? 1),
    source: name,
    origins: Array.from({ length: width ?? 1 }, () => ({ file, column: name, lines })),
  }
  return { kind: 'sequences', series, lengths }
}

function notANumber({ file, name, lines }: Cells, row: number, value: unknown, span: Span): never {
  const isText = typeof value === 'string'
  const text = isText || typeof value === 'number' ? String(value) : JSON.stringify(value)
  const help = isText ? 'a list holds numbers: write the indices of texts, from 0' : undefined
  return fail('RNN404', { text, file, row: lines[row], column: name }, { span, ...(help && { help }) })
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const widthText = (width: number | undefined): string => (width === undefined ? 'a number' : `a list of ${width}`)

const kindOf = (cell: unknown): string => (Array.isArray(cell) ? 'a list' : `${JSON.stringify(cell)}`)
