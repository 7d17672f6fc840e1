// Typed arrays that grow while a file is read, each in one buffer: an outgrown one is freed at once. Left to the garbage collector, all
// data read so far would be in memory two times and more.

type Growable = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>

/** Number of values that there is room for at first, and the factor by which the room grows. */
const [least, growth] = [64, 1.25]

class Growing<A extends Growable> {
  readonly #over: (buffer: ArrayBuffer, length: number) => A
  #values: Growable
  #length = 0

  constructor(over: (buffer: ArrayBuffer, length: number) => A) {
    this.#over = over
    this.#values = over(new ArrayBuffer(8 * least), least)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow()
    this.#values[this.#length++] = value
  }

  /** Gives all values, and keeps none. */
  take(): A {
    const all = this.#over(this.#values.buffer, this.#length)
    this.#values = this.#over(new ArrayBuffer(0), 0)
    this.#length = 0
    return all
  }

  #grow(): void {
    const { buffer, length, BYTES_PER_ELEMENT: size } = this.#values
    const more = Math.max(least, Math.ceil(length * growth))
    // The added room takes no memory until it is used.
    this.#values = this.#over(buffer.transfer(more * size), more)
  }
}

export class GrowingNumbers extends Growing<Float64Array<ArrayBuffer>> {
  constructor() {
    super((buffer, length) => new Float64Array(buffer, 0, length))
  }
}

export class GrowingInts extends Growing<Int32Array<ArrayBuffer>> {
  constructor() {
    super((buffer, length) => new Int32Array(buffer, 0, length))
  }
}
