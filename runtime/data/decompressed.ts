// Decompresses bytes by the platform's own streams, which browsers and Node have.

/** Decompresses pieces as they come. Throws the platform's error for data that is damaged, ends early or goes on. */
export async function* decompressed(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: CompressionFormat,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async controller => {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => {
      await iterator.return?.()
    },
  })
  // Not every browser can iterate a stream.
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Yields bytes as a single piece. */
export async function* alone<B extends Uint8Array>(bytes: B): AsyncGenerator<B> {
  yield bytes
}
