// Files by their paths where a program runs under Node. This module loads in a browser too, and asks for Node's modules only when it is used.
import { fail } from '../../dsl/diagnostics.ts'
import { reasonOf } from './reasonOf.ts'

/** Node's modules of files; undefined where there is no Node. */
function modules() {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') return undefined
  return { files: process.getBuiltinModule('node:fs/promises'), paths: process.getBuiltinModule('node:path') }
}

const noFiles = 'files are there under Node only; without a path the bytes themselves are given and taken'

/** Reads a whole file. RNN406 if it cannot be read, or there is no Node. */
export async function readHostFile(path: string): Promise<Uint8Array> {
  const node = modules()
  if (node === undefined) return fail('RNN406', { path, reason: noFiles }, { help: 'pass its bytes' })
  try {
    return await node.files.readFile(path)
  } catch (error) {
    return fail(
      'RNN406',
      { path, reason: reasonOf(error) },
      { help: 'the path is relative to the folder of the process' },
    )
  }
}

/**
 * Writes a file so that its path always holds the old content or the new, whole: the bytes go to a file beside it, which then replaces it.
 * RNN503 if any of it fails, or there is no Node; then the path keeps its content.
 */
export async function writeHostFile(path: string, bytes: Uint8Array): Promise<void> {
  const node = modules()
  if (node === undefined) return fail('RNN503', { path, reason: noFiles })
  const { files, paths } = node
  let fresh: string | undefined
  try {
    const target = await files.realpath(path).catch(() => path)
    // Does not derive the name from the path's, which might become too long.
    fresh = paths.join(paths.dirname(target), `.${crypto.randomUUID()}.tmp`)
    const there = await files.stat(target).catch(() => undefined)
    const file = await files.open(fresh, 'wx', there?.mode)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(fresh, target)
  } catch (error) {
    if (fresh !== undefined) await files.rm(fresh, { force: true })
    return fail('RNN503', { path, reason: reasonOf(error) })
  }
}

/** Gives the path of a file as it is seen from the folder of another, with `/` between folders; the path itself where there is no Node. */
export function pathFrom(other: string, file: string): string {
  const paths = modules()?.paths
  if (paths === undefined) return file
  return paths
    .relative(paths.dirname(paths.resolve(other)), paths.resolve(file))
    .split(paths.sep)
    .join('/')
}

/** Gives the path of a file that is named from the folder of another. */
export function pathBeside(other: string, file: string): string {
  const paths = modules()?.paths
  return paths === undefined || paths.isAbsolute(file) ? file : paths.join(paths.dirname(other), file)
}
