// A function of a data block: its name, its parameters, and the code that applies it.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Encoding } from '../encoding.ts'
import type { Rows } from '../rows.ts'
import {
  type Argument,
  type Document,
  describe,
  type FileContent,
  type Sequences,
  type Series,
  type StoredArray,
  type Value,
} from '../value.ts'
import type { FileFormat } from './file.ts'

export interface Parameter {
  readonly name: string
  /** Used where the call leaves the parameter out. */
  readonly default?: Value
}

/** Place of a call, and the services that it may use. */
export interface Call {
  readonly span: Span
  /** Reads a file that the program names; `variant` tells formats of one function apart. */
  readonly read: (path: string, span: Span, format: FileFormat, variant: string) => Promise<FileContent>
  /** Gives the files of a text that the program names. */
  readonly files: (path: string, span: Span) => Document['files']
  /** Gives an array the axes of what the equation feeds. */
  readonly fromArray: (array: StoredArray) => Series | Sequences
  /** Computes an encoding from the rows of the training part, or gives the one that was stored with the weights. */
  readonly fit: (rows: number, compute: (training: Rows) => Encoding) => Encoding
  /** Number of axes that the equation of the call feeds, if it is one number. */
  readonly axes: number | undefined
  /** Name of the model that is fed, for messages. */
  readonly model: string
}

export interface DataFunction {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** For a function that reads a file: what one would hold that has a row, and these columns, for checks without data. */
  readonly example?: (path: string, columns: readonly string[]) => FileContent
  /** Whether it reads the texts of a column, and not its numbers. */
  readonly readsTexts?: boolean
  /** Whether it asks for the rounding of its arguments, to tell noise from variation. */
  readonly readsRounding?: boolean
  /** Whether the elements of its arguments have no axes, as it gives them one. */
  readonly takesRows?: boolean
  /** Takes one argument for each parameter, in their order; those of a default have the call's span. */
  readonly apply: (args: readonly Argument[], call: Call) => Value | Promise<Value>
}

/** Reads an argument as a text. RNN231 for other values. */
export function textOf({ value, span }: Argument, what: string, expected = 'a string in quotes'): string {
  if (value.kind === 'text') return value.value
  return fail('RNN231', { what, expected, found: describe(value) }, { span })
}

/** Reads an argument as `true` or `false`. RNN231 for other values. */
export function truthOf({ value, span }: Argument, what: string): boolean {
  if (value.kind === 'truth') return value.value
  return fail('RNN231', { what, expected: '`true` or `false`', found: describe(value) }, { span })
}

/** Reads an argument as a whole number from `least`. RNN230 for other numbers, RNN231 for other values. */
export function wholeNumber({ value, span }: Argument, what: string, least: number): number {
  if (value.kind === 'number' && Number.isInteger(value.value) && value.value >= least) return value.value
  const code = value.kind === 'number' ? 'RNN230' : 'RNN231'
  return fail(code, { what, expected: `a whole number of at least ${least}`, found: describe(value) }, { span })
}
