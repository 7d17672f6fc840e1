// Writes all of a text to standard output: Node may silently cut short one write to a file where the disk is nearly full.
import { fstatSync, writeSync } from 'node:fs'
import { reasonOf } from '../runtime/node/reasonOf.ts'

/**
 * Makes a function that writes all of a text, or ends the process: with exit code 1 after `onFailure` was called with the reason; but
 * quietly, and with the exit code that it would have had, where the reader has closed the pipe (`| head`).
 */
export function createWriter(
  stdout: NodeJS.WriteStream & { readonly fd: 1 },
  onFailure: (reason: string) => void,
): (text: string, exitCode: number) => void {
  let otherwise = 0
  const end = (error: unknown): never => {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') process.exit(process.exitCode ?? otherwise)
    onFailure(reasonOf(error))
    process.exit(1)
  }
  stdout.on('error', end)
  return (text, exitCode) => {
    otherwise = exitCode
    if (isStream(stdout)) {
      stdout.write(text)
      return
    }
    try {
      const bytes = new TextEncoder().encode(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(stdout.fd, bytes, at)
    } catch (error) {
      end(error)
    }
  }
}

/** Tells whether stdout is a terminal, a pipe or a socket, where the system takes a text in parts, as it can. */
function isStream({ fd, isTTY }: { readonly fd: number; readonly isTTY: boolean }): boolean {
  const there = fstatSync(fd)
  return isTTY || there.isFIFO() || there.isSocket()
}
