// Follows the imports of a program from file to file, and gathers the definitions that they name.

import type { Fn, Import, Program, Unit } from '../../../dsl/ast.ts'
import { deepest } from '../../../dsl/depth.ts'
import { type Diagnostic, diagnostic } from '../../../dsl/diagnostics.ts'
import { isWithin } from '../../../dsl/isWithin.ts'
import { parse } from '../../../dsl/parse.ts'
import { checkPath } from '../../../dsl/paths.ts'
import { suggest } from '../../../dsl/suggest.ts'

/** Gives the text of an imported file, by its path as written and the file that imports it; undefined if there is none. */
export type ImportReader = (path: string, from: string) => { readonly file: string; readonly text: string } | undefined

/** A definition of another file. */
export interface ImportedItem {
  readonly item: Unit | Fn
  readonly file: string
}

/** The files read so far, and what they brought. */
interface Reading {
  readonly find: ImportReader
  readonly parsed: Map<string, Program>
  readonly imported: Map<string, ImportedItem>
  readonly sources: Map<string, string>
  readonly problems: Diagnostic[]
}

/**
 * Gives the imported definitions by name. Adds the text of each file to `sources`; to `problems`, which holds the syntax errors of the
 * program, those of its imports, and RNN111, RNN112, RNN113, RNN119 and RNN120.
 */
export function followImports(
  program: Program,
  file: string,
  find: ImportReader,
  sources: Map<string, string>,
  problems: Diagnostic[],
): ReadonlyMap<string, ImportedItem> {
  const reading: Reading = { find, parsed: new Map(), imported: new Map(), sources, problems }
  followFrom(reading, program, [file])
  return reading.imported
}

/** Follows the imports of one file: the last of `path`, which are the files that lead to it. */
function followFrom(reading: Reading, from: Program, path: readonly string[]): void {
  const file = path[path.length - 1]
  const broken = reading.problems.flatMap(({ span }) => (span?.file === file ? span : []))
  for (const item of from.items) {
    if (item.kind !== 'import') continue
    // Skips a path with a syntax error, as no file can be looked for.
    if (broken.some(span => isWithin(span, item.pathSpan))) continue
    const found = readImport(reading, item, path)
    if (found !== undefined) takeNames(reading, item, found)
  }
}

/** Reads the file that an import names, and follows its imports; undefined, with a problem, where that cannot be. */
function readImport(
  reading: Reading,
  item: Import,
  path: readonly string[],
): { readonly file: string; readonly program: Program } | undefined {
  const { problems, parsed, sources } = reading
  const refused = (problem: Diagnostic): undefined => {
    problems.push(problem)
  }
  const noPath = checkPath(item.path, item.pathSpan)
  if (noPath !== undefined) return refused(noPath)
  const found = reading.find(item.path, path[path.length - 1])
  if (found === undefined) return refused(diagnostic('RNN111', { path: item.path }, { span: item.pathSpan }))
  const { file, text } = found
  if (path.includes(file)) {
    const cycle = [...path.slice(path.indexOf(file)), file].join(' → ')
    return refused(diagnostic('RNN120', { path: file, cycle }, { span: item.pathSpan }))
  }
  if (path.length > deepest) {
    const help = `it is imported through a chain of ${deepest} files`
    return refused(diagnostic('RNN119', {}, { span: item.pathSpan, help }))
  }
  const before = parsed.get(file)
  // Reads a file once, however many imports lead to it.
  if (before !== undefined) return { file, program: before }
  const { program, diagnostics } = parse(text, file)
  parsed.set(file, program)
  sources.set(file, text)
  for (const d of diagnostics) problems.push(d)
  followFrom(reading, program, [...path, file])
  return { file, program }
}

/** Takes the definitions that an import names, or all of the file where it names none. */
function takeNames(
  { imported, problems }: Reading,
  item: Import,
  { file, program }: { readonly file: string; readonly program: Program },
): void {
  const defined = program.items.filter(i => i.kind === 'unit' || i.kind === 'fn')
  const names = defined.map(i => i.name.text)
  for (const { text: name, span } of item.names) {
    if (names.includes(name)) continue
    const near = suggest(name, names)
    problems.push(diagnostic('RNN113', { path: item.path, name }, { span, help: near && `did you mean \`${near}\`?` }))
  }
  for (const i of defined) {
    const name = i.name.text
    if (item.names.length > 0 && !item.names.some(n => n.text === name)) continue
    const before = imported.get(name)
    if (before !== undefined && before.file !== file) {
      const between = { name, first: `\`${before.file}\``, second: `\`${file}\`` }
      problems.push(diagnostic('RNN112', between, { span: item.pathSpan }))
    }
    imported.set(name, { item: i, file })
  }
}
