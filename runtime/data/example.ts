// Examples: the values for one row of a batch, before padding.
import { Grid } from './grid.ts'
import type { Numbers } from './value.ts'

/** The value of one input or target in one example. */
export interface ExampleValue {
  /** All elements without padding, outermost axis first, the item innermost. */
  readonly values: Numbers
  /** For each axis, outermost first, its length at each element of the axes before it; one length for the outermost. */
  readonly lengths: readonly ArrayLike<number>[]
}

/** A value whose elements are rows of a grid: only the numbers that are asked for are put together. */
export class Example implements ExampleValue {
  /** Number of its elements. */
  readonly count: number
  readonly lengths: ExampleValue['lengths']
  readonly #grid: Grid
  readonly #from: number

  constructor(grid: Grid, from: number, count: number, lengths: ExampleValue['lengths']) {
    this.count = count
    this.lengths = lengths
    this.#grid = grid
    this.#from = from
  }

  static of({ values, lengths }: ExampleValue): Example {
    let count = 1
    if (lengths.length > 0) {
      count = 0
      const innermost = lengths[lengths.length - 1]
      for (let i = 0; i < innermost.length; i++) count += innermost[i]
    }
    return new Example(Grid.of(values, count === 0 ? 1 : values.length / count), 0, count, lengths)
  }

  get values(): Numbers {
    return this.#grid.rows(this.#from, this.count)
  }

  /** Copies the numbers of `count` elements to a place in an array. */
  copyElements(first: number, count: number, to: Float64Array | Float32Array | Int32Array, at: number): void {
    this.#grid.copyRows(this.#from + first, count, to, at)
  }

  /** Gives some of its elements, which `lengths` divides anew. */
  cut(from: number, count: number, lengths: ExampleValue['lengths']): Example {
    return new Example(this.#grid, this.#from + from, count, lengths)
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

  static of(list: readonly ExampleValue[]): Examples {
    const examples = list.map(value => (value instanceof Example ? value : Example.of(value)))
    return new Examples(list.length, index => examples[index])
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
