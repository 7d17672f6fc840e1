// Finds the programs that paths of the command line name: files as they are, and the .rnn files below folders.
import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fail } from '../dsl/diagnostics.ts'
import { reasonOf } from '../runtime/node/index.ts'

/** Lists programs, each once, in the order of the paths; RNN406 for a folder that cannot be read. */
export function programFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap(path => (isFolder(path) ? programsBelow(normalize(path)) : [normalize(path)]))
  return [...new Set(found)]
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function programsBelow(folder: string): string[] {
  const entries = entriesOf(folder).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap(entry => {
    const path = join(folder, entry.name)
    // A link to a folder may lead round in a circle.
    if (entry.isDirectory()) return isSkipped(entry.name) ? [] : programsBelow(path)
    return entry.name.endsWith('.rnn') && statSync(path, { throwIfNoEntry: false })?.isFile() ? [path] : []
  })
}

/** Folders of packages, of git and of other tools: what lies there is not the user's own. */
const isSkipped = (name: string): boolean => name === 'node_modules' || name.startsWith('.')

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return fail('RNN406', { path: folder, reason: reasonOf(error) })
  }
}
