// What runs a program of the loop language over a memory that grows.

export interface Engine {
  /** The whole memory; another object after it has grown. */
  buffer(): ArrayBufferLike
  /** Whether an array lies in this memory, wherever it has grown since. */
  owns(array: { readonly buffer: ArrayBufferLike }): boolean
  /** Makes the memory so many bytes long, if it is shorter. What arrays of it that were given out hold stays theirs. */
  grow(bytes: number): void
  /** Runs the program on a frame. */
  run(frame: number): void
}
