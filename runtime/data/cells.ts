// What the values of one key of JSON objects are: a column of scalars, or a sequence or an item of numbers for each row.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { once } from '../once.ts'
import { asRead } from './encoding.ts'
import { held } from './numberText.ts'
import { asWritten } from './rounding.ts'
import { lineOf, pathTo, placeText } from './sequences.ts'
import { shown, shownJson } from './shown.ts'
import type { Cells, Column, Sequences, Series } from './value.ts'

/** No data has axes in axes deeper than this, and reading lists goes into itself. */
const deepest = 32

/**
 * Numbers, texts, booleans and null are a column, whose cells are read as those of a CSV file; lists of numbers or of booleans, or of
 * such lists, are sequences. RNN404 for what is neither in a list, RNN410 where a row has no such key, an object, lists of another
 * depth, or something else than the first row. Lists are axes down to the number of `axes`, if it is known; else, and below, the
 * innermost are items where they are of one width. What feeds no axis at all is a series, whose items are the lists.
 */
export function readCells(all: Cells, span: Span, axes?: number): Column | Sequences | Series {
  const { file, name, cells, lines, written } = all
  const malformed: (row: number, what: string) => never = (row, what) =>
    fail('RNN410', { file, reason: `line ${lines[row]} ${what}` }, { span })
  const asLists = cells.some(cell => Array.isArray(cell))
  cells.forEach((cell, row) => {
    if (cell === undefined) malformed(row, `has no \`${name}\`, which other lines have`)
    if (cell === null && asLists) notANumber(all, row, cell, span)
    if (typeof cell === 'string' && !cell.isWellFormed()) malformed(row, `holds half a character in \`${name}\``)
    if (typeof cell === 'object' && cell !== null && !Array.isArray(cell))
      malformed(row, `holds an object in \`${name}\``)
    if (Array.isArray(cell) !== Array.isArray(cells[0])) {
      malformed(row, `holds ${kindOf(cell)} in \`${name}\`, where line ${lines[0]} holds ${kindOf(cells[0])}`)
    }
  })
  if (asLists) return sequences(cells.map(asList), all, axes, malformed, span)
  const nulls = new Set(cells.flatMap((cell, row) => (cell === null ? [row] : [])))
  return {
    kind: 'column',
    file,
    name,
    cells: cells.map(asText),
    labels: once(() => cells.map((_, row) => asText(written(row)))),
    ...(nulls.size > 0 && { nulls }),
    lines,
  }
}

const asText = (cell: unknown): string => (cell === null ? '' : String(cell))

const asList = (cell: unknown): readonly unknown[] => (Array.isArray(cell) ? cell : [])

function sequences(
  rows: readonly (readonly unknown[])[],
  all: Cells,
  axes: number | undefined,
  malformed: (row: number, what: string) => never,
  span: Span,
): Sequences | Series {
  const { name, lines, written } = all
  const values: number[] = []
  /** How long the lists of each depth are, outermost first. */
  const levels: number[][] = []
  /** What the first element at each depth is, and where. */
  const firsts: { readonly row: number; readonly element: unknown; readonly kind: string }[] = []
  const read = (list: readonly unknown[], row: number, path: readonly number[]): void => {
    const depth = path.length
    if (depth === deepest) malformed(row, `has lists more than ${deepest} deep in \`${name}\``)
    levels[depth] ??= []
    levels[depth].push(list.length)
    list.forEach((element, i) => {
      const kind = kindOfElement(element) ?? notANumber(all, row, element, span)
      firsts[depth] ??= { row, element, kind }
      const first = firsts[depth]
      if (first.kind !== kind) {
        const others = `where line ${lines[first.row]} begins with ${phrase(first.element)}`
        malformed(row, `has ${phrase(element)} in element ${placeText([...path, i])} of \`${name}\`, ${others}`)
      }
      if (Array.isArray(element)) read(element, row, [...path, i])
      else if (Number.isFinite(Number(element))) values.push(Number(element))
      else {
        const text = shown(String(elementAt(written(row), [...path, i])))
        fail('RNN404', { text, type: held, where: lineOf(all, row) }, { span })
      }
    })
  }
  rows.forEach((list, row) => {
    read(list, row, [])
  })
  const [lengths = [], ...inner] = levels
  const widths = levels.length > (axes ?? 1) ? inner[inner.length - 1] : undefined
  const uneven = widths && unevenText(levels, all)
  const isVector = axes === 0 && levels.length === 1 && lengths[0] > 0 && lengths.every(n => n === lengths[0])
  const item: Series['item'] = isVector ? [lengths[0]] : widths === undefined || uneven !== undefined ? [] : [widths[0]]
  const width = item[0] ?? 1
  const numbers = Float64Array.from(values)
  const series: Series = {
    kind: 'series',
    rows: numbers.length / width,
    item,
    values: numbers,
    encoding: asRead(width),
    source: name,
    origins: [all],
    ...(firsts[levels.length - 1]?.kind === 'a truth' && { truths: true }),
    labels: once(() => rows.flatMap((_, row) => leavesOf(written(row)).map(String))),
    rounding: asWritten(numbers),
  }
  if (isVector) return series
  return {
    kind: 'sequences',
    series,
    lengths,
    inner: item.length === 0 ? inner : inner.slice(0, -1),
    ...(uneven && { uneven }),
  }
}

/** What may stand in a list. */
function kindOfElement(element: unknown): 'a list' | 'a truth' | 'a number' | undefined {
  if (typeof element === 'number') return 'a number'
  if (typeof element === 'boolean') return 'a truth'
  return Array.isArray(element) ? 'a list' : undefined
}

/** Why the innermost lists are no items of one width; undefined where they are. */
function unevenText(levels: readonly (readonly number[])[], { name, lines }: Cells): string | undefined {
  const widths = levels[levels.length - 1]
  const empty = widths.indexOf(0)
  const other = empty < 0 ? widths.findIndex(width => width !== widths[0]) : empty
  if (other < 0) return undefined
  const around = levels.slice(0, -1)
  const [row, ...path] = pathTo(around, other)
  const what = `line ${lines[row]} has ${empty < 0 ? `a list of ${widths[other]}` : 'an empty list'}`
  const others = empty < 0 ? `, where line ${lines[pathTo(around, 0)[0]]} begins with a list of ${widths[0]}` : ''
  return `${what} in element ${placeText(path)} of \`${name}\`${others}`
}

const leavesOf = (list: unknown): unknown[] => (Array.isArray(list) ? list.flat(deepest) : [])

const elementAt = (list: unknown, path: readonly number[]): unknown =>
  path.reduce<unknown>((found, i) => (Array.isArray(found) ? found[i] : undefined), list)

function notANumber(all: Cells, row: number, value: unknown, span: Span): never {
  const isText = typeof value === 'string'
  const text = isText ? shown(value) : shownJson(value)
  const help = isText ? 'a list holds numbers: write the indices of texts, from 0' : undefined
  return fail('RNN404', { text, type: 'number', where: lineOf(all, row) }, { span, ...(help && { help }) })
}

const phrase = (element: unknown): string =>
  Array.isArray(element) ? `a list of ${element.length}` : typeof element === 'boolean' ? 'a truth' : 'a number'

const kindOf = (cell: unknown): string => (Array.isArray(cell) ? 'a list' : shownJson(cell))
