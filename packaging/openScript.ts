// Opens a script with the code that V8 compiled in an earlier run of it.
// Node's own cache of modules keeps the functions that are compiled as a module is loaded; each run would compile again all that it calls.
// V8's cache of a script can be taken at the end of a run, with all that the run has called.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

export interface OpenScript<T> {
  /** What the script evaluates to. */
  readonly value: T
  /** Keeps the code compiled so far for later runs, unless this one has had kept code itself. */
  readonly keep: () => void
}

/**
 * Opens the script in a file, whose text must be ASCII, with its compiled code in the file `kept`. The name of that must change with the text,
 * of which V8 compares only the length. Where it is missing or bad, or cannot be written, the script is compiled as it runs.
 */
export function openScript<T>(file: string, kept: string | undefined): OpenScript<T> {
  const cachedData = kept === undefined ? undefined : readKept(kept)
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData })
  const wasKept = cachedData !== undefined && script.cachedDataRejected === false
  return {
    value: script.runInThisContext(),
    keep: () => {
      if (kept !== undefined && !wasKept) write(kept, script.createCachedData())
    },
  }
}

const sumBytes = 4

/** Reads kept code: undefined where there is none, or its sum differs. V8 itself would run damaged code. */
function readKept(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    const code = bytes.subarray(0, -sumBytes)
    return crc32(code) === bytes.readUInt32LE(code.length) ? code : undefined
  } catch {
    return undefined
  }
}

/** Writes code, with its sum behind it, under a name of its own first: other processes read a whole file or none. */
function write(path: string, code: Buffer): void {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(code))
  const draft = `${path}.${process.pid}`
  try {
    try {
      writeFileSync(draft, Buffer.concat([code, sum]))
      renameSync(draft, path)
    } finally {
      rmSync(draft, { force: true })
    }
  } catch {
    // Then the next run compiles again.
  }
}
