// What an expression of a data block can be.
import type { Span } from '../../dsl/ast.ts'
import type { Encoding } from './encoding.ts'

export interface Scalar {
  readonly kind: 'number'
  readonly value: number
}

export interface Text {
  readonly kind: 'text'
  readonly value: string
}

export interface Table<C extends Column | Cells = Column | Cells> {
  readonly kind: 'table'
  readonly file: string
  readonly columns: ReadonlyMap<string, C>
}

/** The cells of a column as text. */
export interface Column {
  readonly kind: 'column'
  readonly file: string
  readonly name: string
  readonly cells: readonly string[]
  /** For each cell the line of the file on which its row ends, from 1. */
  readonly lines: readonly number[]
}

/** The values of one key of a file of objects. What they are is decided where they are used, as `readCells` does. */
export interface Cells {
  readonly kind: 'cells'
  readonly file: string
  readonly name: string
  /** Undefined where the object has no such key. */
  readonly cells: readonly unknown[]
  /** For each cell the line of the file, from 1. */
  readonly lines: readonly number[]
}

/** Where the numbers of a component were read. */
export interface Origin {
  readonly file: string
  readonly column: string
  /** For each row as read the line of the file on which it ends, from 1. */
  readonly lines: readonly number[]
}

/** Numbers in the order of the file: an item for each row as read. */
export interface Series {
  readonly kind: 'series'
  readonly rows: number
  /** `[]` for a scalar, `[3]` for three columns joined. */
  readonly item: readonly [] | readonly [number]
  /** Row-major: [rows, item…]. */
  readonly values: Float64Array
  readonly encoding: Encoding
  /** The column or file that it came from, for messages. */
  readonly source: string
  /** One for each component of the item. */
  readonly origins: readonly Origin[]
}

/** A sequence for each row as read, of lengths that may differ. */
export interface Sequences {
  readonly kind: 'sequences'
  /** The elements of all rows, one row after another. */
  readonly series: Series
  /** How many elements each row has. */
  readonly lengths: readonly number[]
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

/** How the rows are divided: the fractions are those of train, then validation if there are three, then test. */
export interface Split {
  readonly kind: 'split'
  readonly order: 'ordered' | 'shuffled'
  readonly fractions: readonly number[]
}

export type Value = Scalar | Text | Table | Column | Series | Sequences | Windows | Windowed | Split

/** The values that stand on a series, and on which all that acts on the elements of a series acts too. */
export type Elements = Series | Sequences | Windowed

/** A value with the expression that gave it. */
export interface Argument {
  readonly value: Value
  readonly span: Span
}

export const widthOf = (series: Series): number => series.item[0] ?? 1

/** The elements of a value. */
export const seriesOf = (value: Elements): Series => (value.kind === 'series' ? value : value.series)

/** The value with other elements in the same places. */
export const withSeries = (value: Elements, series: Series): Elements =>
  value.kind === 'series' ? series : { ...value, series }

/** How many rows were read, as the split counts them. */
export const rowsOf = (value: Elements): number =>
  value.kind === 'sequences' ? value.lengths.length : seriesOf(value).rows

/** For "found …" in messages. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'number':
      return `the number ${value.value}`
    case 'text':
      return `the text "${value.value}"`
    case 'table':
      return `the table \`${value.file}\``
    case 'column':
      return `the column \`${value.name}\``
    case 'series':
      if (value.encoding.kind === 'classes') return 'a series of classes'
      return value.item.length === 0 ? 'a series' : `a series of [${value.item[0]}]`
    case 'sequences':
      if (value.series.encoding.kind === 'classes') return 'sequences of classes'
      return `sequences of ${value.series.item.length === 0 ? 'numbers' : `[${value.series.item[0]}]`}`
    case 'windows':
      return 'windows, of which `.past` or `.next` is taken'
    case 'windowed':
      return `\`.${value.take}\` of windows`
    case 'split':
      return 'a split'
  }
}
