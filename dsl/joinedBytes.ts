// Puts bytes together.

/** Copies pieces of bytes into one array. Spreading them would put each byte on the stack, which holds some hundred thousand. */
export function joinedBytes(pieces: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0))
  let end = 0
  for (const piece of pieces) {
    all.set(piece, end)
    end += piece.length
  }
  return all
}
