// Reading and writing files: errors in the user's words, and never half a file.
import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { access, constants, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fail } from '../../dsl/diagnostics.ts'

/** The bytes of a file. RNN406 if it does not exist or cannot be read, or is one that reading might never come to the end of. */
export async function readBytes(path: string): Promise<Uint8Array> {
  await refuseEndless(path)
  try {
    return await readFile(path)
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

async function refuseEndless(path: string): Promise<void> {
  const reason = endlessReason(await stat(path).catch(() => undefined), path)
  if (reason !== undefined) fail('RNN406', { path, reason }, { help: endlessHelp })
}

/** Why reading might never end: nobody may write to a pipe that has a name, and a device gives what it likes. A pipe that is open is one of a shell, which ends. */
function endlessReason(there: Stats | undefined, path: string): string | undefined {
  if (there === undefined || there.isFile() || there.isDirectory()) return undefined
  if (there.isCharacterDevice() || there.isBlockDevice()) return 'it is a device, not a file'
  return openPipe.test(path) ? undefined : 'it is a pipe, not a file'
}

/** `rnnc predict … --data /dev/stdin`, `--data <(…)`. */
const openPipe = /^\/dev\/stdin$|^\/(dev|proc\/(self|\d+))\/fd\/\d+$/

const endlessHelp = 'write what it gives to a file first; a shell may pipe into `/dev/stdin`'

/**
 * The first bytes of a file, `most` of them if these hold two lines or more, and whole lines: the cut is after a line at which no
 * quotes are open. RNN406 as for `readBytes`.
 */
export async function readStart(path: string, most: number): Promise<Uint8Array> {
  await refuseEndless(path)
  try {
    const file = await open(path)
    try {
      let bytes = new Uint8Array(most + 1)
      for (let length = 0; ; ) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length)
        length += bytesRead
        if (bytesRead === 0) return bytes.subarray(0, length)
        if (length < bytes.length) continue
        const end = endOfLines(bytes)
        if (end > 0) return bytes.subarray(0, end)
        const longer = new Uint8Array(2 * length)
        longer.set(bytes)
        bytes = longer
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

/** Behind the last end of a line that is not inside of quotes; 0 where there are fewer than two. */
function endOfLines(bytes: Uint8Array): number {
  const [quote, lineFeed, carriageReturn] = [0x22, 0x0a, 0x0d]
  let isOpen = false
  let lines = 0
  let end = 0
  bytes.forEach((byte, i) => {
    if (byte === quote) isOpen = !isOpen
    if (isOpen || (byte !== lineFeed && byte !== carriageReturn)) return
    if (i > end) lines++
    end = i + 1
  })
  return lines > 1 ? end : 0
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
