// Encodes numbers as text: base64 of their bytes, little-endian as every platform of JavaScript is.

/** The text of an array. */
export function base64(data: Float32Array | Float64Array | Int32Array | Uint8Array): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const chunks: string[] = []
  for (let i = 0; i < bytes.length; i += 8192) chunks.push(String.fromCharCode(...bytes.subarray(i, i + 8192)))
  return btoa(chunks.join(''))
}
