// The syntax trees of the standard library as JSON, from which each program makes its own.
// The package contains the JSON that comes out, in place of this file.
import { parse } from './parse.ts'
import { libraryFiles } from './standardLibrary.ts'

/** A list of `Program`, one for each file of the library. */
export const libraryJson: string = JSON.stringify([...libraryFiles].map(([file, text]) => parse(text, file).program))
