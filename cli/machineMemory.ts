// The memory of the machine.
import { totalmem } from 'node:os'

/** The bytes that this process may take: all that the machine has, or as many as a container is given. */
export function memoryHere(): number {
  const given = process.constrainedMemory()
  return given > 0 ? Math.min(given, totalmem()) : totalmem()
}
