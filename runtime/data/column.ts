// Collects the cells of a column as numbers, or as labels where the data block uses these.
import { once } from '../once.ts'
import type { Asked } from './asked.ts'
import { GrowingNumbers } from './growing.ts'
import { type Labels, LabelsBuilder, ownText } from './labelTables.ts'
import { type DecimalMark, numberOf } from './numberText.ts'

/** A cell that is not a number, or not a bool. */
export interface WrongCell {
  readonly row: number
  /** Text to the last digit; empty for null. */
  readonly text: string
  readonly isNull: boolean
  /** Number read from the text: NaN where it is none, ±∞ where 64 bits do not hold it. */
  readonly number: number
}

export interface ColumnNumbers {
  /** Also holds 1 and 0 for `true` and `false` in any case. */
  readonly values: Float64Array
  /** The first cell that is not a number. */
  readonly notNumber?: WrongCell
  /** The first cell that is not a bool: `true`, `false`, 1 or 0. */
  readonly notTruth?: WrongCell
  /** Texts, by their places, of numbers so large that 64 bits may have rounded them. */
  readonly large: ReadonlyMap<number, string>
}

export interface ColumnCells {
  readonly rows: number
  readonly numbers: () => ColumnNumbers
  readonly labels: () => Labels
}

/** Reads `true` and `false` in any case as 1 and 0. */
export function truthOf(cell: string): number | undefined {
  const word = cell.toLowerCase()
  return word === 'true' ? 1 : word === 'false' ? 0 : undefined
}

export const isLarge = (value: number): boolean => Math.abs(value) > Number.MAX_SAFE_INTEGER

/** Collects numbers, and the first cells that are not numbers or not bools. */
class NumbersBuilder {
  readonly #values = new GrowingNumbers()
  readonly #large = new Map<number, string>()
  #notNumber: WrongCell | undefined
  #notTruth: WrongCell | undefined

  add(text: string, number: number, isNull: boolean): void {
    const row = this.#values.length
    const value = Number.isNaN(number) ? (truthOf(text) ?? number) : number
    if (!Number.isFinite(number)) this.#notNumber ??= { row, text, isNull, number }
    if (value !== 0 && value !== 1) this.#notTruth ??= { row, text, isNull, number }
    if (isLarge(number)) this.#large.set(row, ownText(text))
    this.#values.push(value)
  }

  /** Adds a number that is not large, and so has no digits to lose. */
  addExact(number: number): void {
    if (number !== 0 && number !== 1)
      this.#notTruth ??= { row: this.#values.length, text: String(number), isNull: false, number }
    this.#values.push(number)
  }

  take(): ColumnNumbers {
    const [notNumber, notTruth] = [this.#notNumber, this.#notTruth]
    return {
      values: this.#values.take(),
      ...(notNumber && { notNumber }),
      ...(notTruth && { notTruth }),
      large: this.#large,
    }
  }
}

/** Reads the same numbers from cells that were kept as labels. */
function numbersIn({ texts, codes }: Labels, nullCode: number | undefined, mark: DecimalMark): ColumnNumbers {
  const numbers = texts.map(text => numberOf(text, mark))
  const truths = texts.map((text, code) => (Number.isNaN(numbers[code]) ? truthOf(text) : undefined) ?? numbers[code])
  const cellAt = (row: number): WrongCell | undefined =>
    row < 0 ? undefined : { row, text: texts[codes[row]], isNull: codes[row] === nullCode, number: numbers[codes[row]] }
  const notNumber = cellAt(codes.findIndex(code => !Number.isFinite(numbers[code])))
  const notTruth = cellAt(codes.findIndex(code => truths[code] !== 0 && truths[code] !== 1))
  const large = new Map<number, string>()
  const values = new Float64Array(codes.length)
  for (let row = 0; row < values.length; row++) {
    values[row] = truths[codes[row]]
    if (isLarge(numbers[codes[row]])) large.set(row, texts[codes[row]])
  }
  return { values, ...(notNumber && { notNumber }), ...(notTruth && { notTruth }), large }
}

/** Collects the cells of a column. */
export interface ColumnBuilder {
  /** Adds a text as it stands in the file. */
  readonly add: (text: string) => void
  /** Adds a number of a file that has numbers; `written` gives it to the last digit. */
  readonly addNumber: (value: number, written: () => string) => void
  readonly addNull: () => void
  readonly take: () => ColumnCells
}

/** Makes a builder that keeps numbers or labels, as asked. */
export const columnBuilder = (asked: Exclude<Asked, 'nothing'>, mark: DecimalMark = '.'): ColumnBuilder =>
  asked === 'numbers' ? numbersBuilder(mark) : labelsBuilder(mark)

function numbersBuilder(mark: DecimalMark): ColumnBuilder {
  const builder = new NumbersBuilder()
  return {
    add: text => builder.add(text, numberOf(text, mark), false),
    addNumber: (value, written) => {
      if (isLarge(value)) builder.add(written(), value, false)
      else builder.addExact(value)
    },
    addNull: () => builder.add('', Number.NaN, true),
    take: () => {
      const numbers = builder.take()
      return { rows: numbers.values.length, numbers: () => numbers, labels: unasked }
    },
  }
}

function labelsBuilder(mark: DecimalMark): ColumnBuilder {
  const builder = new LabelsBuilder()
  let nullCode: number | undefined
  return {
    add: text => builder.add(text),
    addNumber: (_, written) => builder.add(written()),
    addNull: () => {
      nullCode = builder.addApart('', nullCode)
    },
    take: () => {
      const labels = builder.take()
      return { rows: labels.codes.length, numbers: once(() => numbersIn(labels, nullCode, mark)), labels: () => labels }
    },
  }
}

/** Throws for cells that were not kept, as `askedOf` found no use of them. */
export const unasked = (): never => {
  throw new Error('a column is asked for more than `askedOf` has found')
}

/** Cells of a column that no equation names: it cannot be asked for. */
export const notKept: ColumnCells = { rows: 0, numbers: unasked, labels: unasked }

/** Cells of a column without rows. */
export const noCells: ColumnCells = {
  rows: 0,
  numbers: () => ({ values: new Float64Array(), large: new Map() }),
  labels: () => ({ texts: [], codes: new Int32Array() }),
}
