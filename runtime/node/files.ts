// Reading and writing files: errors in the user's words, and never half a file.

import { rmSync, type Stats } from 'node:fs'
import {
  access,
  constants,
  copyFile,
  link,
  lstat,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { codeOf, reasonFor, reasonOf } from './reasonOf.ts'

/** Reads a whole file. RNN406 if it does not exist, cannot be read, or might never end, as a device. */
export async function readBytes(path: string): Promise<Uint8Array> {
  await refuseEndless(path)
  try {
    return await readFile(path)
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

/** Is told the bytes that are read so far, and those of the file; a pipe does not know its size. */
export type OnRead = (read: number, size: number | undefined) => void

/**
 * Reads a file piece by piece; a piece is valid until the next is asked for. RNN406 as for `readBytes`. Keeps no bytes, so that large
 * data takes no more memory than its numbers.
 */
export async function* readPieces(path: string, onRead?: OnRead): AsyncGenerator<Uint8Array> {
  await refuseEndless(path)
  const piece = new Uint8Array(262_144)
  const refuse = (error: unknown): never => fail('RNN406', { path, reason: reasonOf(error) })
  const file = await open(path).catch(refuse)
  try {
    const there = await file.stat().catch(refuse)
    const size = there.isFile() && there.size > 0 ? there.size : undefined
    for (let read = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, piece.length).catch(refuse)
      if (bytesRead === 0) return
      yield piece.subarray(0, bytesRead)
      read += bytesRead
      onRead?.(read, size)
    }
  } finally {
    await file.close()
  }
}

async function refuseEndless(path: string): Promise<void> {
  const reason = endlessReason(await stat(path).catch(() => undefined), path)
  if (reason !== undefined) fail('RNN406', { path, reason }, { help: endlessHelp })
}

/**
 * Tells why reading might never end: a named pipe may have no writer, and a device may give bytes for ever. An open pipe comes from a
 * shell, and ends.
 */
function endlessReason(there: Stats | undefined, path: string): string | undefined {
  if (there === undefined || there.isFile() || there.isDirectory()) return undefined
  if (there.isCharacterDevice() || there.isBlockDevice()) return 'it is a device, not a file'
  return openPipe.test(path) ? undefined : 'it is a pipe, not a file'
}

/** Matches open pipes to read: `rnnc predict … --data /dev/stdin`, `--data <(…)`. */
const openPipe = /^\/dev\/stdin$|^\/(dev|proc\/(self|\d+))\/fd\/\d+$/

/** Matches open pipes to write: `--out /dev/stdout`, `--out >(…)`. */
const outPipe = /^\/dev\/std(out|err)$|^\/(dev|proc\/(self|\d+))\/fd\/\d+$/

const endlessHelp = 'write its output to a file first; a shell can pipe into `/dev/stdin`'

/**
 * Writes a file so that its path always holds the old content or the new, whole: the bytes go to a temporary file in the same
 * folder, which then replaces it. A link stays one, and its target is written; a special file (a pipe, /dev/stdout) is written in
 * place. RNN503 if any of it fails; then the path keeps its content, and the temporary file is removed, also where the process ends
 * in between.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await replaceBytes(path, bytes, undefined)
}

/** As `writeBytes`; keeps an earlier file, unless it is empty, under the path `previous`. Tells whether it did. */
export async function replaceBytes(path: string, bytes: Uint8Array, previous: string | undefined): Promise<boolean> {
  const temporaries: string[] = []
  const clean = (): void => {
    for (const file of temporaries) rmSync(file, { force: true })
  }
  const release = onEnd(clean)
  try {
    const target = await targetOf(path)
    if (await isSpecial(target)) {
      await writeFile(target, bytes)
      return false
    }
    // Does not derive the name from the path's, which might become too long.
    const temporary = (folder: string): string => {
      const file = join(folder, `.${crypto.randomUUID()}.tmp`)
      temporaries.push(file)
      return file
    }
    const there = await stat(target).catch(() => undefined)
    const fresh = temporary(dirname(target))
    // Keeps the permissions of the old file, which perhaps only some may read.
    const file = await open(fresh, 'wx', there?.mode)
    try {
      await file.writeFile(bytes)
      // Without this a crash may leave the new name with the old disk blocks.
      await file.sync()
    } finally {
      await file.close()
    }
    const keeps = previous !== undefined && there?.isFile() === true && there.size > 0
    if (keeps) {
      const kept = temporary(dirname(previous))
      await link(target, kept).catch(() => copyFile(target, kept))
      await rename(kept, previous)
    }
    await rename(fresh, target)
    await syncFolder(dirname(target))
    return keeps
  } catch (error) {
    return fail('RNN503', { path, reason: reasonOf(error) })
  } finally {
    clean()
    release()
  }
}

/** Calls `clean` if the process ends, normally or by a signal that nothing else listens to. The result cancels it. */
function onEnd(clean: () => void): () => void {
  const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter(name => process.listenerCount(name) === 0)
  const end = (name: NodeJS.Signals): void => {
    clean()
    release()
    process.kill(process.pid, name)
  }
  const release = (): void => {
    process.off('exit', clean)
    for (const name of signals) process.off(name, end)
  }
  process.on('exit', clean)
  for (const name of signals) process.on(name, end)
  return release
}

/** Flushes a folder, so that a renaming survives a crash. Not every system can. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** Follows links, also to a file that does not exist yet. Throws the system's error for a circle of links. */
async function targetOf(path: string): Promise<string> {
  // The link of an open pipe leads to no path.
  if (await isSpecial(path)) return path
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    const leads = await readlink(path).catch(() => undefined)
    return leads === undefined ? path : targetOf(resolve(dirname(path), leads))
  }
}

/**
 * RNN503 if a path surely cannot be written: it is a folder, lies in none, or in one where nothing can be made. Call it before the
 * work whose result goes there; a later write may still fail.
 */
export async function checkWritable(path: string): Promise<void> {
  const refuse = (code: string): never => fail('RNN503', { path, reason: reasonFor(code) ?? code })
  try {
    const folder = await stat(dirname(path))
    if (!folder.isDirectory()) refuse('ENOTDIR')
    if (path === '' || path.endsWith('/') || path.endsWith(sep)) {
      await stat(path).catch(absent)
      refuse('EISDIR')
    }
    const target = await targetOf(path)
    const there = await stat(target).catch(absent)
    if (there?.isDirectory()) refuse('EISDIR')
    // Opening a pipe waits for a reader, who may never come.
    if (there?.isFIFO() && !outPipe.test(path)) fail('RNN503', { path, reason: 'it is a pipe, not a file' })
    if (there !== undefined) await access(target, constants.W_OK)
    // Replacing a file changes its folder.
    if (there === undefined || there.isFile()) await access(dirname(target), constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof RnnError) throw error
    fail('RNN503', { path, reason: reasonOf(error) })
  }
}

/** Ignores the error of a missing file, and throws any other. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

/** Tells whether two paths lead to one file, by links or other spellings. Special files (a pipe, /dev/null) are never the same. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map(path => stat(path, { bigint: true }).catch(() => undefined)))
  if (one === undefined || other === undefined || !one.isFile() || !other.isFile()) return false
  if (one.dev === other.dev && one.ino === other.ino) return true
  return (await realpath(a)) === (await realpath(b))
}

/** Gives the path, or its first numbered variant that is not taken yet: `a.rnn`, `a-2.rnn`, `a-3.rnn`. */
export async function unusedPath(path: string): Promise<string> {
  const { dir, name, ext } = parse(path)
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : join(dir, `${name}-${n}${ext}`)
    if ((await lstat(candidate).catch(() => undefined)) === undefined) return candidate
  }
}

/**
 * Reads the first bytes of a file, as many as `enough` says when given the first eight; undefined where there is no file, or an empty
 * one. RNN406 if it cannot be read.
 */
export async function readStart(
  path: string,
  enough: (first: Uint8Array) => number | undefined,
): Promise<Uint8Array | undefined> {
  const there = await stat(path).catch(() => undefined)
  if (!there?.isFile() || there.size === 0) return undefined
  try {
    const file = await open(path)
    try {
      const read = async (length: number): Promise<Uint8Array> => {
        const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0)
        return buffer.subarray(0, bytesRead)
      }
      const first = await read(8)
      const length = enough(first)
      return length === undefined ? first : await read(Math.min(length, there.size))
    } finally {
      await file.close()
    }
  } catch (error) {
    return fail('RNN406', { path, reason: reasonOf(error) })
  }
}

/** Tells whether a path leads to something that is neither a file nor a folder. */
async function isSpecial(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined)
  return there !== undefined && !there.isFile() && !there.isDirectory()
}
