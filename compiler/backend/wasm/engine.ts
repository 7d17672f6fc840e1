// What runs a program of the loop language over a memory that grows.

/** The frames of the threads of a run: the first, the bytes from one to the next, how many. */
export interface FramesOfRun {
  readonly start: number
  readonly stride: number
  readonly threads: number
}

export interface Engine {
  /** How many threads may run the program together; a program for one has no barriers. */
  readonly threads: number
  /** Whether the calling thread may sleep while it waits for others. */
  readonly sleeps: boolean
  /** The whole memory; another object after it has grown. */
  buffer(): ArrayBufferLike
  /** The same, for arrays that are given out and have to stay right as it grows. */
  bufferForViews(): ArrayBufferLike
  /** Whether an array lies in this memory, wherever it has grown since. */
  owns(array: { readonly buffer: ArrayBufferLike }): boolean
  /** Makes the memory so many bytes long, if it is shorter. What arrays of it that were given out hold stays theirs. */
  grow(bytes: number): void
  /** Runs the program on frames; `record` is the address of what its barriers are made of. Throws RNN524 where a thread fails. */
  run(frames: FramesOfRun, record: number): void
  /** Lets the threads and the memory go. It can neither grow nor run from then on. */
  dispose(): void
}
