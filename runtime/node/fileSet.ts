// Finds the files of a folder, or of a pattern such as `plays/*.txt`. Node's own `glob` reads `[ ] { } ( )` as signs, which are common in names:
// its `b[x].*` finds `bx.txt`, and not the file `b[x].txt`; and before Node 22.17 it warns that it is an experiment.
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fail } from '../../dsl/diagnostics.ts'
import type { FileSet } from '../data/sources.ts'
import { readData } from './dataFiles.ts'
import { reasonOf } from './reasonOf.ts'

/** The files of a folder or a pattern. */
export interface FoundFiles {
  readonly what: FileSet['what']
  /** In the order of their names. */
  readonly files: readonly FoundFile[]
}

interface FoundFile {
  /** As the path that was given: relative to the folder, unless that was absolute. */
  readonly path: string
  /** Where it lies. */
  readonly place: string
}

/**
 * Finds the files that a path names: those of a folder and of the folders in it, or those of a pattern, in which `*` stands for any
 * characters of a name, `?` for one, and `**` for any folders. Names that begin with a point are left out. `path` is relative to
 * `folder`; undefined where it is that of a file. RNN406 for a folder that cannot be read.
 */
export async function findFiles(folder: string, path: string): Promise<FoundFiles | undefined> {
  const whole = resolve(folder, path)
  const there = await stat(whole).catch(() => undefined)
  const parts = path.split('/')
  const first = parts.findIndex(part => /[*?]/.test(part))
  const shown = (place: string): FoundFile => ({
    path: isAbsolute(path) ? place : relative(folder, place).replaceAll(sep, '/'),
    place,
  })
  if (there?.isDirectory()) return { what: 'a folder', files: (await sorted(whole, ['**', '*'])).map(shown) }
  if (there !== undefined || first < 0) return undefined
  const base = resolve(folder, parts.slice(0, first).join('/') || (isAbsolute(path) ? '/' : '.'))
  return { what: 'a pattern', files: (await sorted(base, parts.slice(first))).map(shown) }
}

/** Sorts by the names of folders and files, the same on every system. */
async function sorted(base: string, parts: readonly string[]): Promise<string[]> {
  const found = new Set(await matching(base, parts))
  const key = (path: string): string => path.replaceAll(sep, '\0')
  return [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

async function matching(folder: string, [part, ...rest]: readonly string[]): Promise<string[]> {
  if (part === '**') {
    const here = rest.length === 0 ? [] : await matching(folder, rest)
    const within = (await namesIn(folder)).map(async name => {
      const path = join(folder, name)
      return (await isFolder(path)) ? matching(path, ['**', ...rest]) : []
    })
    return [...here, ...(await Promise.all(within)).flat()]
  }
  const pattern = patternOf(part)
  const within = (await namesIn(folder)).map(async name => {
    const path = join(folder, name)
    if (!pattern.test(name)) return []
    if (rest.length > 0) return (await isFolder(path)) ? matching(path, rest) : []
    const there = await stat(path).catch(() => undefined)
    return there?.isFile() ? [path] : []
  })
  return (await Promise.all(within)).flat()
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false

/** Lists the names in a folder, but hidden ones; none where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => !name.startsWith('.'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    return fail('RNN406', { path: folder, reason: reasonOf(error) })
  }
}

/** Makes the pattern of a name. */
const patternOf = (part: string): RegExp =>
  new RegExp(
    `^${part
      .replace(/[\\^$+.()|{}[\]]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'su',
  )

/** Opens a file that lies at `place`, and that messages call `shown`. */
export type OpenFile = (place: string, shown: string) => AsyncIterable<Uint8Array>

/**
 * Makes the reader of what a program in `folder` names: files, folders and patterns, by absolute paths or relative to the program. Files
 * come piece by piece, decompressed. Errors as of `findFiles` and, while a file is read, of `readData`.
 */
export const readerIn =
  (folder: string, open: OpenFile = place => readData(place)) =>
  async (path: string): Promise<AsyncIterable<Uint8Array> | FileSet> => {
    const found = await findFiles(folder, path)
    if (found === undefined) return open(resolve(folder, path), path)
    return {
      what: found.what,
      files: found.files.map(file => ({ path: file.path, read: () => open(file.place, file.path) })),
    }
  }
