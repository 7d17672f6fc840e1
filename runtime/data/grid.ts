// The numbers of a series: a row for each element. Columns that are joined stay where they are, side by side: a row-major copy of them
// would take as much memory again.
import type { Numbers } from './value.ts'

/** Some components of all rows, row-major. */
interface Part {
  readonly values: Numbers
  /** How many components they are. */
  readonly width: number
}

interface Block extends Part {
  /** The first of the components. */
  readonly start: number
}

/** The first number, row by row, that a function made infinite or NaN. */
export interface NotFinite {
  readonly place: number
  readonly before: number
  readonly after: number
}

/** Rows of `width` numbers; a place counts the numbers row by row, wherever they are stored. */
export class Grid {
  readonly width: number
  readonly length: number
  readonly #blocks: readonly Block[]
  /** The numbers where one array has them all. */
  readonly #all: Numbers | undefined
  /** For each component its block, where there are several. */
  readonly #blockOf: Int32Array

  private constructor(parts: readonly Part[]) {
    const kept = parts.filter(({ width }) => width > 0)
    let width = 0
    this.#blocks = (kept.length > 0 ? kept : parts.slice(0, 1)).map(part => {
      const block = { ...part, start: width }
      width += part.width
      return block
    })
    this.width = width
    this.length = this.#blocks.reduce((n, { values }) => n + values.length, 0)
    this.#all = this.#blocks.length === 1 ? this.#blocks[0].values : undefined
    this.#blockOf = new Int32Array(this.#all === undefined ? width : 0)
    this.#blocks.forEach(({ start, width }, i) => {
      this.#blockOf.fill(i, start, start + width)
    })
  }

  /** Takes an array, row-major, as it is. */
  static of(values: Numbers, width: number): Grid {
    return new Grid([{ values, width }])
  }

  /** Puts the rows of grids side by side; they share their arrays. */
  static beside(grids: readonly Grid[]): Grid {
    return new Grid(grids.flatMap(grid => grid.#blocks))
  }

  at(place: number): number {
    return this.#all === undefined
      ? this.component(place % this.width)(Math.floor(place / this.width))
      : this.#all[place]
  }

  /** Makes the function from a row to one component of it. */
  component(component: number): (row: number) => number {
    const { values, width, start } = this.#blocks[this.#blockOf[component] ?? 0]
    const offset = component - start
    return row => values[row * width + offset]
  }

  /** Gives the numbers of `count` rows, row-major: in place if one array has them, else a copy. */
  rows(from: number, count: number): Numbers {
    if (this.#all !== undefined) return this.#all.subarray(from * this.width, (from + count) * this.width)
    const rows = new Float64Array(count * this.width)
    for (const { values, width, start } of this.#blocks) {
      for (let offset = 0; offset < width; offset++) {
        let to = start + offset
        for (let at = from * width + offset; at < (from + count) * width; at += width, to += this.width)
          rows[to] = values[at]
      }
    }
    return rows
  }

  /** Copies the numbers of `count` rows, row-major, to a place in an array. */
  copyRows(from: number, count: number, to: Float64Array | Float32Array | Int32Array, at: number): void {
    for (const { values, width, start } of this.#blocks) {
      for (let row = 0; row < count; row++) {
        const [source, target] = [(from + row) * width, at + row * this.width + start]
        for (let offset = 0; offset < width; offset++) to[target + offset] = values[source + offset]
      }
    }
  }

  /** Gives the components from one up to another, without that; shares the arrays of which it takes all. */
  components(from: number, to: number): Grid {
    const parts = this.#blocks.map(({ values, width, start }): Part => {
      const [first, last] = [from, to].map(edge => Math.min(Math.max(edge - start, 0), width))
      const own = last - first
      if (own === width) return { values, width }
      const taken = new Float64Array((values.length / width) * own)
      for (let i = 0; i < taken.length; i++) taken[i] = values[Math.floor(i / own) * width + first + (i % own)]
      return { values: taken, width: own }
    })
    return new Grid(parts)
  }

  /** Makes each array anew, as where rows are left out of all of them alike. */
  each(make: (values: Numbers, width: number) => Numbers): Grid {
    return new Grid(this.#blocks.map(({ values, width }) => ({ values: make(values, width), width })))
  }

  /** Applies a function to each number; writes the results over them where nothing else reads them: `isOwn`. */
  mapped(functionOf: (component: number) => (x: number) => number, isOwn: boolean): Grid | NotFinite {
    let wrong: NotFinite | undefined
    const parts = this.#blocks.map(({ values, width, start }): Part => {
      const functions = Array.from({ length: width }, (_, offset) => functionOf(start + offset))
      const made = isOwn && values instanceof Float64Array ? values : new Float64Array(values.length)
      for (let i = 0, offset = 0; i < values.length; i++) {
        const before = values[i]
        const after = functions[offset](before)
        made[i] = after
        if (!Number.isFinite(after)) {
          const place = Math.floor(i / width) * this.width + start + offset
          if (wrong === undefined || place < wrong.place) wrong = { place, before, after }
          break
        }
        offset = offset + 1 === width ? 0 : offset + 1
      }
      return { values: made, width }
    })
    return wrong ?? new Grid(parts)
  }

  /** The first place, row by row, of a number that is wanted; -1 if none is. */
  findIndex(isWanted: (value: number) => boolean): number {
    let found = -1
    for (const { values, width, start } of this.#blocks) {
      const i = values.findIndex(isWanted)
      const place = Math.floor(i / width) * this.width + start + (i % width)
      if (i >= 0 && (found < 0 || place < found)) found = place
    }
    return found
  }
}
