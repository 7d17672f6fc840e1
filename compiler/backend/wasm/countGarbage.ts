// Tells V8 of memories that it does not count: those that threads share.

/** Most bytes that are told at once. */
export const mostCounted = 2 ** 26

/**
 * Makes garbage of so many bytes, none of which is ever written. V8 counts buffers to know when to collect, but not shared memories: without
 * this, any number of them that nothing refers to would pile up.
 */
export function countGarbage(bytes: number): void {
  new ArrayBuffer(Math.min(bytes, mostCounted))
}
