// Decompresses a file as its pieces come, if its first bytes say that gzip has compressed it.

import { joinedBytes } from '../../dsl/joinedBytes.ts'
import { decompressed } from './decompressed.ts'

/** An error of compressed data. */
export class DamagedGzip extends Error {
  constructor(cause: unknown) {
    super(`its gzip data is damaged or incomplete: ${cause instanceof Error ? cause.message : cause}`)
  }
}

/** Decompresses pieces. */
export type Inflate = (pieces: AsyncIterable<Uint8Array<ArrayBuffer>>) => AsyncIterable<Uint8Array>

/**
 * Gives the pieces of a file, decompressed if they begin as gzip does; a piece is valid until the next is asked for. Throws
 * `DamagedGzip` where the compressed data is damaged or ends early.
 */
export async function* gunzipped(
  pieces: AsyncIterable<Uint8Array>,
  inflate: Inflate = inflateMember,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  try {
    const start = await startOf(iterator)
    const isGzip = start[0] === 0x1f && start[1] === 0x8b
    const all = after(start, iterator)
    yield* isGzip ? inflated(all, inflate) : all
  } finally {
    await iterator.return?.()
  }
}

/** Reads the first pieces, at least two bytes if the file has them. */
async function startOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array()
  while (start.length < 2) {
    const { done, value } = await iterator.next()
    if (done) break
    start = start.length === 0 ? value : joinedBytes([start, value])
    // Copies the byte: its place may be used again.
    if (start.length < 2) start = start.slice()
  }
  return start
}

async function* after(start: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
}

/** Decompresses pieces, and tells errors of reading them from those of what they hold. */
async function* inflated(pieces: AsyncIterable<Uint8Array>, inflate: Inflate): AsyncGenerator<Uint8Array> {
  let failure: { readonly error: unknown } | undefined
  // Copies the pieces, as a stream may still need one after the next is asked for.
  async function* copies(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      for await (const piece of pieces) yield piece.slice()
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  try {
    yield* inflate(copies())
  } catch (error) {
    throw failure === undefined ? new DamagedGzip(error) : failure.error
  }
}

/** Decompresses what one run of gzip wrote: a file of several such members, put together, is refused. Runs on every platform. */
const inflateMember: Inflate = pieces => decompressed(pieces, 'gzip')
