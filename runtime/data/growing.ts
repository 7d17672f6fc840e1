// Typed arrays that grow while a file is read, in chunks: nothing is copied until all values are there, and then each chunk is freed as
// soon as it is copied. One buffer that grows would be in memory twice while it is moved.

type Growable = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** Number of values in the first chunk; each is as long as all before it. */
const least = 64

/**
 * Bytes of the longest chunk: more than the 32 MB up to which the C library of Linux may keep the memory of what is freed, so that while
 * chunks are joined each is given back to the system. What of a chunk is never written takes no memory.
 */
const most = 33 * 2 ** 20

class Growing<A extends Growable> {
  readonly #over: (buffer: ArrayBuffer, length: number) => A
  readonly #size: number
  /** Full chunks, before the one that is filled. */
  #full: A[] = []
  #chunk: A
  #used = 0
  #before = 0

  constructor(over: (buffer: ArrayBuffer, length: number) => A) {
    this.#over = over
    this.#size = over(new ArrayBuffer(0), 0).BYTES_PER_ELEMENT
    this.#chunk = this.#room(least)
  }

  get length(): number {
    return this.#before + this.#used
  }

  push(value: number): void {
    if (this.#used === this.#chunk.length) this.#grow()
    this.#chunk[this.#used++] = value
  }

  append(values: A): void {
    for (let from = 0; from < values.length; ) {
      if (this.#used === this.#chunk.length) this.#grow()
      const length = Math.min(values.length - from, this.#chunk.length - this.#used)
      this.#chunk.set(values.subarray(from, from + length), this.#used)
      this.#used += length
      from += length
    }
  }

  /** Gives all values, and keeps none. */
  take(): A {
    const all = this.#room(this.length)
    let end = 0
    for (const chunk of [...this.#full, this.#over(this.#chunk.buffer, this.#used)]) {
      all.set(chunk, end)
      end += chunk.length
      // Frees the chunk at once, and not when the garbage collector comes.
      chunk.buffer.transfer(0)
    }
    this.#full = []
    this.#chunk = this.#room(0)
    this.#used = 0
    this.#before = 0
    return all
  }

  #grow(): void {
    this.#full.push(this.#chunk)
    this.#before += this.#used
    this.#chunk = this.#room(Math.min(Math.floor(most / this.#size), Math.max(least, this.#before)))
    this.#used = 0
  }

  #room(length: number): A {
    return this.#over(new ArrayBuffer(length * this.#size), length)
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

export class GrowingBytes extends Growing<Uint8Array<ArrayBuffer>> {
  constructor() {
    super((buffer, length) => new Uint8Array(buffer, 0, length))
  }
}
