// Typed arrays that grow while a file is read: pieces, so that nothing that was read is copied before the end.

/** The length of the first piece, and the most of any. */
const [least, most] = [64, 65_536]

class Growing<A extends Float64Array | Int32Array> {
  readonly #make: (length: number) => A
  #full: (Float64Array | Int32Array)[] = []
  #piece: Float64Array | Int32Array
  #used = 0
  #before = 0

  constructor(make: (length: number) => A) {
    this.#make = make
    this.#piece = make(least)
  }

  get length(): number {
    return this.#before + this.#used
  }

  push(value: number): void {
    if (this.#used === this.#piece.length) {
      this.#full.push(this.#piece)
      this.#before += this.#used
      this.#piece = this.#make(Math.min(most, 2 * this.#used))
      this.#used = 0
    }
    this.#piece[this.#used++] = value
  }

  /** All values in one array. Nothing is left here. */
  take(): A {
    const all = this.#make(this.length)
    const pieces = this.#full
    let end = 0
    for (const piece of pieces) {
      all.set(piece, end)
      end += piece.length
    }
    all.set(this.#piece.subarray(0, this.#used), end)
    this.#full = []
    this.#piece = this.#make(0)
    this.#before = 0
    this.#used = 0
    return all
  }
}

export class GrowingNumbers extends Growing<Float64Array> {
  constructor() {
    super(length => new Float64Array(length))
  }
}

export class GrowingInts extends Growing<Int32Array> {
  constructor() {
    super(length => new Int32Array(length))
  }
}
