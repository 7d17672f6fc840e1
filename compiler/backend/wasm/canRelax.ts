// Finds out whether an engine can round a product and its sum at once: WebKit cannot.

/** A module with one function, which adds a product to a vector by `f32x4.relaxed_madd`. */
const example = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  // Types: nothing to a vector. Functions: one of it.
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  // Its code: three times `i8x16.splat` of 1, then the instruction.
  ...[10, 19, 1, 17, 0],
  ...[65, 1, 253, 15, 65, 1, 253, 15, 65, 1, 253, 15],
  ...[253, 0x85, 2, 11],
)

export const canRelax = (): boolean => WebAssembly.validate(example)
