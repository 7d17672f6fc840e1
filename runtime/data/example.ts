// Examples: the values for one row of a batch, before padding.
import type { Grid } from './grid.ts'
import type { Numbers } from './value.ts'

/** The value of one input or target in one example. */
export interface Example {
  /** All elements without padding, outermost axis first, the item innermost. */
  readonly values: Numbers
  /** For each axis, outermost first, its length at each element of the axes before it; one length for the outermost. */
  readonly lengths: readonly ArrayLike<number>[]
  /** Gives the numbers from one element up to another; left out where `values` are there, and need not be made for it. */
  readonly elements?: (from: number, to: number) => Numbers
}

/** An example of rows of a grid, of which only the numbers that are asked for are put together. */
export class GridExample implements Example {
  readonly lengths: Example['lengths']
  readonly #grid: Grid
  readonly #from: number
  readonly #count: number

  constructor(grid: Grid, from: number, count: number, lengths: Example['lengths']) {
    this.#grid = grid
    this.#from = from
    this.#count = count
    this.lengths = lengths
  }

  get values(): Numbers {
    return this.#grid.rows(this.#from, this.#count)
  }

  elements(from: number, to: number): Numbers {
    return this.#grid.rows(this.#from + from, to - from)
  }
}

/** Some examples: for each input and target a list of `count`. */
export interface Part {
  readonly count: number
  readonly ports: Readonly<Record<string, Examples>>
}

/** A list of examples, each made when it is asked for: as stored objects, many would take more memory than their numbers. */
export class Examples implements Iterable<Example> {
  readonly length: number
  /** The example at an index from 0. */
  readonly at: (index: number) => Example

  constructor(length: number, at: (index: number) => Example) {
    this.length = length
    this.at = at
  }

  static of(list: readonly Example[]): Examples {
    return new Examples(list.length, index => list[index])
  }

  *[Symbol.iterator](): Generator<Example> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }

  forEach(visit: (example: Example, index: number) => void): void {
    for (let i = 0; i < this.length; i++) visit(this.at(i), i)
  }

  map<T>(convert: (example: Example, index: number) => T): T[] {
    return Array.from({ length: this.length }, (_, i) => convert(this.at(i), i))
  }

  flatMap<T>(convert: (example: Example, index: number) => readonly T[]): T[] {
    return [...this].flatMap(convert)
  }

  /** The first index whose example is wanted; -1 if none is. */
  findIndex(isWanted: (example: Example, index: number) => boolean): number {
    for (let i = 0; i < this.length; i++) if (isWanted(this.at(i), i)) return i
    return -1
  }

  every(isWanted: (example: Example, index: number) => boolean): boolean {
    return this.findIndex((example, i) => !isWanted(example, i)) < 0
  }
}
