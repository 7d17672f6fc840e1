// Collects the lengths of lists: as a single number while all are alike, as items of one width are.
import { once } from '../once.ts'
import { GrowingInts } from './growing.ts'

export interface Lengths {
  /** The length that all have; undefined if they differ, or there are none. */
  readonly each: number | undefined
  readonly all: () => Int32Array
}

export class LengthsBuilder {
  #count = 0
  #first = 0
  #all: GrowingInts | undefined

  push(length: number): void {
    if (this.#count === 0) this.#first = length
    if (this.#all === undefined && length !== this.#first) {
      this.#all = new GrowingInts()
      for (let i = 0; i < this.#count; i++) this.#all.push(this.#first)
    }
    this.#all?.push(length)
    this.#count++
  }

  take(): Lengths {
    const [count, first, all] = [this.#count, this.#first, this.#all?.take()]
    if (all !== undefined) return { each: undefined, all: () => all }
    return { each: count === 0 ? undefined : first, all: once(() => new Int32Array(count).fill(first)) }
  }
}
