// Tells where the rows of a file are, for messages. Of a text nearly every row ends on the line after the one before it: only the rows at
// which this is not so are kept.
import { GrowingInts } from './growing.ts'

/** Places of the rows of a file. */
export interface RowPlaces {
  readonly count: number
  /** Names the place of a row, from 0: `line 7`. */
  readonly of: (row: number) => string
}

export const noPlaces: RowPlaces = { count: 0, of: row => `row ${row + 1}` }

/** Places in a file without lines, whose rows are counted from 1. */
export const countedPlaces = (count: number): RowPlaces => ({ ...noPlaces, count })

/** Collects the lines on which rows end, from 1. */
export class LinesBuilder {
  /** Rows whose line is not the one after that of the row before, and their lines. */
  readonly #rows = new GrowingInts()
  readonly #lines = new GrowingInts()
  #next = Number.NaN
  #count = 0

  get count(): number {
    return this.#count
  }

  push(line: number): void {
    if (line !== this.#next) {
      this.#rows.push(this.#count)
      this.#lines.push(line)
    }
    this.#next = line + 1
    this.#count++
  }

  take(): RowPlaces {
    const [rows, lines, count] = [this.#rows.take(), this.#lines.take(), this.#count]
    const of = (row: number): string => {
      const start = lastUpTo(rows, row)
      return `line ${lines[start] + row - rows[start]}`
    }
    return { count, of }
  }
}

/** Finds the last of ascending numbers that is no greater than a limit. */
function lastUpTo(numbers: Int32Array, limit: number): number {
  let [from, to] = [0, numbers.length]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    if (numbers[middle] <= limit) from = middle
    else to = middle
  }
  return from
}
