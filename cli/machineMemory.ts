// Finds the memory of the machine.
import { totalmem } from 'node:os'

/** Bytes that this process may take: the memory of the machine, or the limit of its container. */
export function memoryHere(): number {
  const given = process.constrainedMemory()
  return given > 0 ? Math.min(given, totalmem()) : totalmem()
}
