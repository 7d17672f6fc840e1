// Kinds of values that an expression of a data block can have.
import type { Span } from '../../dsl/ast.ts'
import type { ColumnCells } from './column.ts'
import type { Encoding } from './encoding.ts'
import type { Grid } from './grid.ts'
import type { Labels } from './labelTables.ts'
import type { Lists, Problem } from './lists.ts'
import type { Rounding } from './rounding.ts'
import type { RowPlaces } from './rowPlaces.ts'

export interface Scalar {
  readonly kind: 'number'
  readonly value: number
}

export interface Text {
  readonly kind: 'text'
  readonly value: string
}

/** What a table has by a name. */
export type TableColumn = Column | Cells | StoredArray

export interface Table<C extends TableColumn = TableColumn> {
  readonly kind: 'table'
  readonly file: string
  readonly columns: ReadonlyMap<string, C>
  /** What may stand between the cells of a line, where something does. */
  readonly separators?: string
  /** Frees the cells of a column, once nothing asks for them any more. */
  readonly release: (column: string) => void
}

/** Makes a table of columns. */
export function tableOf<C extends TableColumn>(file: string, all: readonly C[], emptied: (column: C) => C): Table<C> {
  const columns = new Map(all.map(column => [column.name, column]))
  const release = (name: string): void => {
    const column = columns.get(name)
    if (column !== undefined) columns.set(name, emptied(column))
  }
  return { kind: 'table', file, columns, release }
}

/** Copies the place where a column was read without its cells, as values made of the column outlive it. */
export const originIn = ({ file, name, places }: Origin): Origin => ({
  file,
  places,
  ...(name !== undefined && { name }),
})

/** Place where values were read. */
export interface Origin {
  readonly file: string
  /** Name of the column, or the key; a text has none. */
  readonly name?: string
  readonly places: RowPlaces
}

/** The cells of a column, as numbers or as labels. */
export interface Column extends Origin, ColumnCells {
  readonly kind: 'column'
  readonly name: string
}

/** The values of one key of a file of objects, as `readCells` reads them. */
export interface Cells extends Origin {
  readonly kind: 'cells'
  readonly name: string
  /** Every row has a scalar, or every row has a list; neither is there if nothing asks for the key. */
  readonly scalars?: ColumnCells
  readonly lists?: Lists
  /** Error of the first invalid row, as one of another kind than the others. */
  readonly problem?: Problem
}

/** An array of a binary file, or of an archive of them. */
export interface StoredArray {
  readonly kind: 'array'
  readonly file: string
  /** Its name in the archive; empty for the only array of a file. */
  readonly name: string
  /** Number of rows, and the dims of each. */
  readonly dims: readonly number[]
  /** Row-major. */
  readonly values: Numbers
  readonly isTruths: boolean
  /** Digits, by their places, of integers so large that 64 bits may have rounded them. */
  readonly large: ReadonlyMap<number, string>
  /** Place of the first number that is NaN or infinite. */
  readonly notFinite?: number
}

/** What a file holds. */
export type FileContent = Table | StoredArray

export type Numbers = Float64Array | Int32Array | Uint8Array

/** Numbers in the order of the file: an item for each row as read. */
export interface Series {
  readonly kind: 'series'
  readonly rows: number
  /** `[]` for a scalar, `[3]` for three columns joined. */
  readonly item: readonly number[]
  /** [rows, item…]. Codes of tokens are ints. */
  readonly values: Grid
  readonly encoding: Encoding
  /** The column or file that it came from, for messages. */
  readonly source: string
  /** Place where it was read: one for each component, or one for all. */
  readonly origins: readonly Origin[]
  /** Whether 0 and 1 stand for false and true, and are not numbers. */
  readonly truths?: boolean
  /** Throws the error of the first text, where the elements are texts as they were read, and no numbers. */
  readonly texts?: Problem
  /** Labels of the numbers, to the last digit, for numbers as they were read in lists and arrays. */
  readonly labels?: () => Labels
  /** For numbers as they were read in lists and arrays: the texts, by their places, of numbers that 64 bits may have rounded. */
  readonly large?: ReadonlyMap<number, string>
  /** Whether the dims of its items are not known, as a check without data has none of them. */
  readonly isOpen?: boolean
  readonly rounding: Rounding
}

/** A sequence for each row as read, of lengths that may differ. */
export interface Sequences {
  readonly kind: 'sequences'
  /** The elements of all rows, one row after another; of sequences of sequences the innermost. */
  readonly series: Series
  /** Number of elements of each row. */
  readonly lengths: Int32Array
  /** For sequences of sequences, outermost first: the number of elements of each element of the level above. */
  readonly inner: readonly Int32Array[]
  /** Reason why the innermost lists are not items: the first empty one, or the first that is not as wide as the first of all. */
  readonly uneven?: string
}

/** `true` or `false`, as an argument. */
export interface Truth {
  readonly kind: 'truth'
  readonly value: boolean
}

/** `windows(…)`, before `.past` or `.next` is taken. */
export interface Windows {
  readonly kind: 'windows'
  readonly series: Series
  readonly length: number
  readonly ahead: number
}

/** One half of each window over a series: its `length` items, or the `ahead` items after them. */
export interface Windowed {
  readonly kind: 'windowed'
  readonly series: Series
  readonly length: number
  readonly ahead: number
  readonly take: 'past' | 'next'
}

/** A series that is cut, inside each part of the split, into long rows one after another. */
export interface Streamed {
  readonly kind: 'streamed'
  readonly series: Series
  /** Number of rows. */
  readonly count: number
}

/** A text in one file or several, which is read when it is cut into tokens: as a whole it may not fit into memory. */
export interface Document {
  readonly kind: 'document'
  readonly path: string
  /** Gives the files in their order. RNN406 where there is none. */
  readonly files: () => AsyncIterable<TextFile>
}

export interface TextFile {
  readonly path: string
  /** Its bytes; each piece is used up before the next is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>
}

/** Division of the rows: the fractions are those of train, then validation if there are three, then test. */
export interface Split {
  readonly kind: 'split'
  readonly order: 'ordered' | 'shuffled'
  readonly fractions: readonly number[]
}

export type Value =
  | Scalar
  | Text
  | Truth
  | Table
  | Document
  | Column
  | Series
  | Sequences
  | Windows
  | Windowed
  | Streamed
  | Split

/** Values with a series of elements, on which all operations on a series act too. */
export type Elements = Series | Sequences | Windowed | Streamed

const elementKinds: ReadonlySet<string> = new Set<Elements['kind']>(['series', 'sequences', 'windowed', 'streamed'])

export const isElements = (value: Value): value is Elements => elementKinds.has(value.kind)

/** A value with the expression that gave it. */
export interface Argument {
  readonly value: Value
  readonly span: Span
  /** Whether nothing else reads its numbers, now or later: they may be overwritten. */
  readonly isOwn?: boolean
}

export const widthOf = ({ item }: Series): number => item.reduce((n, dim) => n * dim, 1)

/** Gives the elements of a value. */
export const seriesOf = (value: Elements): Series => (value.kind === 'series' ? value : value.series)

/** Replaces the elements of a value, in the same places. */
export const withSeries = (value: Elements, series: Series): Elements =>
  value.kind === 'series' ? series : { ...value, series }

/** Number of rows read, as the split counts them. */
export const rowsOf = (value: Elements): number =>
  value.kind === 'sequences' ? value.lengths.length : seriesOf(value).rows

/** Describes a value, for "found …" in messages. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'number':
      return `the number ${value.value}`
    case 'text':
      return `the text "${value.value}"`
    case 'truth':
      return `\`${value.value}\``
    case 'table':
      return `the table \`${value.file}\``
    case 'document':
      return `the text of \`${value.path}\``
    case 'column':
      return `the column \`${value.name}\``
    case 'series':
      if (value.encoding.kind !== 'numbers') return `a series of ${value.encoding.kind}`
      if (value.texts) return 'a series of texts'
      if (value.truths) return 'a series of bools'
      return value.item.length === 0 ? 'a series' : `a series of [${value.item.join(', ')}]`
    case 'sequences':
      if (value.series.encoding.kind !== 'numbers') return `sequences of ${value.series.encoding.kind}`
      if (value.series.texts) return `${'sequences of '.repeat(1 + value.inner.length)}texts`
      if (value.series.truths) return 'sequences of bools'
      return `${'sequences of '.repeat(1 + value.inner.length)}${value.series.item.length === 0 ? 'numbers' : `[${value.series.item.join(', ')}]`}`
    case 'windows':
      return 'windows, which need `.past` or `.next`'
    case 'windowed':
      return `\`.${value.take}\` of windows`
    case 'streamed':
      return `${value.count} streams`
    case 'split':
      return 'a split'
  }
}
