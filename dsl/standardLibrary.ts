// Gives the files of the standard library names that no path of a user can have.
import type { Span } from './ast.ts'
import { standardLibrary } from './std.ts'

const scheme = 'rnnc:'
const folder = 'std/'

/** The library's files, by the names that spans carry. */
export const libraryFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(standardLibrary).map(([name, text]) => [`${scheme}${folder}${name}`, text]),
)

/** The name that spans carry of a file of the library: of `cells.rnn`, say. */
export const libraryFile = (name: string): string => `${scheme}${folder}${name}`

export const isLibraryFile = (file: string): boolean => file.startsWith(scheme)

/** Tells whether a place is in the library, which the user has never seen. */
export const inLibrary = ({ file }: Pick<Span, 'file'>): boolean => isLibraryFile(file)

/** A file as messages show it: `std/cells.rnn` for one of the library. */
export const shownFile = (file: string): string => (isLibraryFile(file) ? file.slice(scheme.length) : file)

/** The optimizer of a training for which none is named. */
export const defaultOptimizer = 'Adam'
