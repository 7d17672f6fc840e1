// Reading and writing files: errors in the user's words, and never half a file.
import { randomUUID } from 'node:crypto'
import { access, constants, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fail } from '../../dsl/diagnostics.ts'

/** The bytes of a file. RNN406 if it does not exist or cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

/**
 * The first bytes of a file, at most about `most` and whole lines of it: the cut is after a line at which no quotes are open.
 * RNN406 if it does not exist or cannot be read.
 */
export async function readStart(path: string, most: number): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(most + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = (await file.read(bytes, length, bytes.length - length)).bytesRead
      }
      return length <= most ? bytes.subarray(0, length) : bytes.subarray(0, endOfLines(bytes))
    } finally {
      await file.close()
    }
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

/** Behind the last line break that is not inside of quotes; behind the last one if all are. */
function endOfLines(bytes: Uint8Array): number {
  const [quote, lineFeed] = [0x22, 0x0a]
  let isOpen = false
  let end = 0
  bytes.forEach((byte, i) => {
    if (byte === quote) isOpen = !isOpen
    if (byte === lineFeed && !isOpen) end = i + 1
  })
  return end > 0 ? end : bytes.lastIndexOf(lineFeed) + 1
}

/** The reader of the files that a program in `folder` names: absolute paths, and paths relative to the program. */
export const readerIn =
  (folder: string): ((path: string) => Promise<Uint8Array>) =>
  path =>
    readBytes(resolve(folder, path))

/**
 * Writes a file so that its path always holds the old content or the new, whole: the bytes go to a temporary file in the same
 * folder, which then takes the place. A link stays one, and its target is written; what is no file (a pipe, /dev/stdout) is
 * written in place. RNN503 if that fails; the temporary file is removed.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)
  try {
    if (await isSpecial(target)) return await writeFile(target, bytes)
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      // Without it a crash may leave the new name with the old disk blocks.
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    fail('RNN503', { path, reason: reasonOf(error) })
  }
}

/**
 * RNN503 if a path surely cannot be written: it is a folder, or lies in none. To be asked before the work whose result it is
 * meant for; a later write may still fail.
 */
export async function checkWritable(path: string): Promise<void> {
  const refuse = (code: string): never => fail('RNN503', { path, reason: reasons[code] })
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (folder === undefined) refuse('ENOENT')
  else if (!folder.isDirectory()) refuse('ENOTDIR')
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) refuse('EISDIR')
  const [asked, mode] = there === undefined ? [dirname(path), constants.W_OK | constants.X_OK] : [path, constants.W_OK]
  await access(asked, mode).catch(error => fail('RNN503', { path, reason: reasonOf(error) }))
}

/** Whether something is there that is neither a file nor a folder. */
async function isSpecial(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && !there.isFile() && !there.isDirectory()
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EMFILE: 'too many files are open',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return reasons[code] ?? error.message
}
