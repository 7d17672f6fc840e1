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

export interface Table {
  readonly kind: 'table'
  readonly file: string
  readonly columns: ReadonlyMap<string, Column>
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

export type Value = Scalar | Text | Table | Column | Series | Windows | Windowed | Split

/** A value with the expression that gave it. */
export interface Argument {
  readonly value: Value
  readonly span: Span
}

export const widthOf = (series: Series): number => series.item[0] ?? 1

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
    case 'windows':
      return 'windows, of which `.past` or `.next` is taken'
    case 'windowed':
      return `\`.${value.take}\` of windows`
    case 'split':
      return 'a split'
  }
}
