// Links a program: the file, its imports, and the library become one table of top-level names.
import type { Data, Fn, Program, Span, TopLevel, Train, Unit } from '../../../dsl/ast.ts'
import { deepest } from '../../../dsl/depth.ts'
import { type Diagnostic, diagnostic, RnnError } from '../../../dsl/diagnostics.ts'
import { type Parsed, parse } from '../../../dsl/parse.ts'
import { checkPath } from '../../../dsl/paths.ts'
import { libraryFiles } from '../../../dsl/standardLibrary.ts'
import { suggest } from '../../../dsl/suggest.ts'
import type { Entity } from '../values/entity.ts'

/** Gives the text of an imported file, by its path as written and the file that imports it; undefined if there is none. */
export type ImportReader = (path: string, from: string) => { readonly file: string; readonly text: string } | undefined

export interface LinkedProgram {
  readonly program: Program
  readonly topLevel: ReadonlyMap<string, Entity>
  /** Definitions of the library, the only top level that its own text sees. */
  readonly library: ReadonlyMap<string, Entity>
  readonly models: readonly Unit[]
  readonly trains: readonly Train[]
  readonly datas: readonly Data[]
  /** The text of every file, the library's too. */
  readonly sources: ReadonlyMap<string, string>
  readonly warnings: readonly Diagnostic[]
}

const nothing: ImportReader = () => undefined

/** Parses and links. Throws RnnError with all syntax errors, unknown imports and clashes. */
export function linkProgram(text: string, file: string, find: ImportReader = nothing): LinkedProgram {
  const sources = new Map<string, string>([[file, text]])
  const { program, diagnostics } = parse(text, file)
  const problems = [...diagnostics]

  const library = libraryOf(sources)
  const topLevel = new Map<string, Entity>(library)
  const imported = new Map<string, { item: TopLevel; file: string }>()
  const datas: Data[] = []
  const trains: Train[] = []
  const models: Unit[] = []

  const read = new Map<string, Parsed>()
  const importInto = (from: Program, fromFile: string, path: readonly string[]): void => {
    for (const item of from.items) {
      if (item.kind !== 'import') continue
      // Skips a path with a syntax error, as no file can be looked for.
      if (problems.some(d => d.span !== undefined && isWithin(d.span, item.pathSpan))) continue
      const noPath = checkPath(item.path, item.pathSpan)
      if (noPath !== undefined) {
        problems.push(noPath)
        continue
      }
      const found = find(item.path, fromFile)
      if (found === undefined) {
        problems.push(diagnostic('RNN111', { path: item.path }, { span: item.pathSpan }))
        continue
      }
      if (path.includes(found.file)) {
        const cycle = [...path.slice(path.indexOf(found.file)), found.file].join(' → ')
        problems.push(diagnostic('RNN120', { path: found.file, cycle }, { span: item.pathSpan }))
        continue
      }
      if (path.length > deepest) {
        const help = `it is imported through ${deepest} files, each by the one before`
        problems.push(diagnostic('RNN119', {}, { span: item.pathSpan, help }))
        continue
      }
      const before = read.get(found.file)
      const imports = before ?? parse(found.text, found.file)
      if (before === undefined) {
        // Reads a file once, however many imports lead to it.
        read.set(found.file, imports)
        sources.set(found.file, found.text)
        for (const d of imports.diagnostics) problems.push(d)
        importInto(imports.program, found.file, [...path, found.file])
      }
      const named = imports.program.items.filter(i => i.kind === 'unit' || i.kind === 'fn')
      for (const wanted of item.names) {
        if (!named.some(i => i.name.text === wanted.text)) {
          const near = suggest(
            wanted.text,
            named.map(i => i.name.text),
          )
          problems.push(
            diagnostic(
              'RNN113',
              { path: item.path, name: wanted.text },
              { span: wanted.span, help: near && `did you mean \`${near}\`?` },
            ),
          )
        }
      }
      for (const i of named) {
        const name = i.name.text
        if (item.names.length > 0 && !item.names.some(n => n.text === name)) continue
        const before = imported.get(name)
        if (before !== undefined && before.file !== found.file) {
          problems.push(
            diagnostic(
              'RNN112',
              { name, first: `\`${before.file}\``, second: `\`${found.file}\`` },
              { span: item.pathSpan },
            ),
          )
        }
        imported.set(name, { item: i, file: found.file })
        topLevel.set(name, entityOf(i))
      }
    }
  }
  importInto(program, file, [file])

  const own = new Map<string, Span>()
  for (const item of program.items) {
    if (item.kind === 'import') continue
    if (item.kind === 'train') {
      trains.push(item)
      continue
    }
    const { text: name, span } = item.name
    const before = own.get(name)
    const clash = imported.get(name)
    if (before !== undefined)
      problems.push(diagnostic('RNN107', { name }, { span, labels: [{ span: before, text: 'defined here' }] }))
    else if (clash !== undefined)
      problems.push(diagnostic('RNN112', { name, first: `\`${clash.file}\``, second: 'this file' }, { span }))
    own.set(name, span)
    if (item.kind === 'data') datas.push(item)
    else {
      topLevel.set(name, entityOf(item))
      if (item.kind === 'unit' && item.unit === 'model') models.push(item)
    }
  }
  if (problems.some(d => d.severity === 'error')) throw new RnnError(problems)
  return { program, topLevel, library, models, trains, datas, sources, warnings: problems }
}

const isWithin = (a: Span, b: Span): boolean => a.file === b.file && a.start >= b.start && a.end <= b.end

const entityOf = (item: Unit | Fn): Entity =>
  item.kind === 'fn' ? { kind: 'fn', fn: item } : { kind: 'template', unit: item }

/** Gives the library's names. Parses it anew for each program, so that programs share nothing. */
function libraryOf(sources: Map<string, string>): Map<string, Entity> {
  const names = new Map<string, Entity>()
  for (const [file, text] of libraryFiles) {
    sources.set(file, text)
    for (const item of parse(text, file).program.items) {
      if (item.kind === 'unit' || item.kind === 'fn') names.set(item.name.text, entityOf(item))
    }
  }
  return names
}
