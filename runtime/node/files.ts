// Reading and writing files: errors in the user's words, and never half a file.
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
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

/** The reader of the files that a program in `folder` names: absolute paths, and paths relative to the program. */
export const readerIn =
  (folder: string): ((path: string) => Promise<Uint8Array>) =>
  path =>
    readBytes(resolve(folder, path))

/**
 * Writes a file so that its path always holds the old content or the new, whole: the bytes go to a temporary file in the same
 * folder, which then takes the place. RNN503 if that fails; the temporary file is removed.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      // Without it a crash may leave the new name with the old disk blocks.
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    fail('RNN503', { path, reason: reasonOf(error) })
  }
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
