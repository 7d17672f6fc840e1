// Reads the values of one key of JSON objects: as a column of scalars, or as a sequence or an item of numbers for each row.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Asked } from './asked.ts'
import { columnBuilder, notKept, unasked } from './column.ts'
import { asRead } from './encoding.ts'
import { Grid } from './grid.ts'
import type { Lengths } from './lengths.ts'
import { ListsBuilder, notANumber, type Problem } from './lists.ts'
import { pathTo, placeText } from './raggedSequences.ts'
import { asWritten } from './rounding.ts'
import { countedPlaces, type RowPlaces } from './rowPlaces.ts'
import { shownJson } from './shown.ts'
import { type Cells, type Column, originIn, type Sequences, type Series } from './value.ts'

/** The value of a key in one row. */
export interface Cell {
  readonly line: number
  /** Undefined where the object has no such key. */
  readonly value: unknown
  /** As `value`, but with the text in the file of each number that 64 bits round. */
  readonly written: () => unknown
}

/** Collects the values of one key, row by row. The first decides their kind. */
export class CellsBuilder {
  readonly #file: string
  readonly #name: string
  readonly #lists: ListsBuilder
  readonly #scalars: ReturnType<typeof columnBuilder>
  /** The first row. */
  #first: { readonly line: number; readonly isList: boolean; readonly text: string } | undefined
  #problem: { readonly line: number; readonly tell: Problem } | undefined
  /** First null: an error if any row has a list, else a scalar. */
  #null: { readonly line: number; readonly tell: Problem } | undefined
  #hasLists = false

  constructor(file: string, name: string, asked: Exclude<Asked, 'nothing'>) {
    this.#file = file
    this.#name = name
    this.#lists = new ListsBuilder(file, name, asked)
    this.#scalars = columnBuilder(asked)
  }

  add({ line, value, written }: Cell): void {
    const isList = Array.isArray(value)
    this.#hasLists ||= isList
    this.#first ??= { line, isList, text: kindOf(value) }
    if (value === null) this.#null ??= { line, tell: notANumber(this.#file, this.#name, line, value) }
    if (this.#problem !== undefined) return
    const wrong = this.#wrong(value)
    if (wrong !== undefined) {
      const reason = `line ${line} ${wrong}`
      this.#problem = { line, tell: span => fail('RNN410', { file: this.#file, reason }, { span }) }
    } else if (isList) this.#lists.add({ line, list: value, written })
    else if (value === null) this.#scalars.addNull()
    else if (typeof value === 'number') this.#scalars.addNumber(value, () => String(written()))
    else this.#scalars.add(String(value))
  }

  take(places: RowPlaces): Cells {
    const mixed = this.#hasLists ? this.#null : undefined
    const problem = mixed && !(this.#problem && this.#problem.line < mixed.line) ? mixed : this.#problem
    return {
      kind: 'cells',
      file: this.#file,
      name: this.#name,
      places,
      ...(problem && { problem: problem.tell }),
      ...(this.#hasLists ? { lists: this.#lists.take() } : { scalars: this.#scalars.take() }),
    }
  }

  /** Reason why the value of a row is invalid, by itself or beside the first row; undefined if it is valid. */
  #wrong(value: unknown): string | undefined {
    if (value === undefined) return `has no \`${this.#name}\`, but other lines have one`
    if (typeof value === 'string' && !value.isWellFormed())
      return `contains an incomplete character in \`${this.#name}\``
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return `contains an object in \`${this.#name}\``
    const first = this.#first
    if (first === undefined || Array.isArray(value) === first.isList) return undefined
    return `contains ${kindOf(value)} in \`${this.#name}\`, but line ${first.line} contains ${first.text}`
  }
}

const kindOf = (cell: unknown): string => (Array.isArray(cell) ? 'a list' : shownJson(cell))

/** Makes cells of one row with one value, in place of those of a column. */
export function singleCell({ file, name }: Cells, value: unknown): Cells {
  const builder = new CellsBuilder(file, name, 'labels')
  builder.add({ line: 1, value, written: () => value })
  return builder.take(countedPlaces(1))
}

/**
 * Reads numbers, texts, booleans and null as a column, whose cells are read as those of a CSV file; lists of numbers or of booleans, or
 * of such lists, as sequences. RNN404 for other elements of a list, RNN410 where a row has no such key, an object, lists of another
 * depth, or something else than the first row. Lists are axes down to the number of `axes`, if it is known; else, and below, the
 * innermost are items where they are of one width. Cells that feed no axis at all are a series, whose items are the lists.
 */
export function readCells(all: Cells, span: Span, axes?: number): Column | Sequences | Series {
  const { file, name, places, scalars, lists, problem } = all
  problem?.(span)
  if (lists !== undefined) return sequences(all, lists, axes, span)
  return { kind: 'column', file, name, places, ...(scalars ?? notKept) }
}

function sequences(
  all: Cells,
  { values: numbers, levels, truths, labels, large, problem, texts }: NonNullable<Cells['lists']>,
  axes: number | undefined,
  span: Span,
): Sequences | Series {
  problem?.(span)
  const [outer, ...inner] = levels
  const widths = levels.length > (axes ?? 1) ? inner[inner.length - 1] : undefined
  const isItem = widths?.each !== undefined && widths.each > 0
  const uneven = widths && !isItem ? unevenText(levels, all) : undefined
  const isVector = axes === 0 && levels.length === 1 && outer.each !== undefined && outer.each > 0
  const itemWidth = isVector ? outer.each : isItem ? widths.each : undefined
  const item: Series['item'] = itemWidth === undefined ? [] : [itemWidth]
  const width = item[0] ?? 1
  const values = Grid.of(numbers, width)
  const series: Series = {
    kind: 'series',
    rows: values.length / width,
    item,
    values,
    encoding: asRead(width),
    source: all.name,
    origins: [originIn(all)],
    ...(truths && { truths }),
    ...(texts && { texts }),
    labels: () => labels ?? unasked(),
    large,
    rounding: asWritten(values),
  }
  if (isVector) return series
  return {
    kind: 'sequences',
    series,
    lengths: outer?.all() ?? new Int32Array(),
    inner: (isItem ? inner.slice(0, -1) : inner).map(lengths => lengths.all()),
    ...(uneven && { uneven }),
  }
}

/** Reason why the innermost lists are not items of one width; undefined where they are. */
function unevenText(lengths: readonly Lengths[], { name, places }: Cells): string | undefined {
  const levels = lengths.map(level => level.all())
  const widths = levels[levels.length - 1]
  const empty = widths.indexOf(0)
  const other = empty < 0 ? widths.findIndex(width => width !== widths[0]) : empty
  if (other < 0) return undefined
  const around = levels.slice(0, -1)
  const [row, ...path] = pathTo(around, other)
  const what = `${places.of(row)} has ${empty < 0 ? `a list of ${widths[other]}` : 'an empty list'}`
  const others = empty < 0 ? `, but ${places.of(pathTo(around, 0)[0])} begins with a list of ${widths[0]}` : ''
  return `${what} in element ${placeText(path)} of \`${name}\`${others}`
}
