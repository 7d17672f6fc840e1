// Links a program: the file, its imports, and the library become one table of top-level names.
import type { Data, Fn, Program, Span, Train, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, diagnostic, RnnError } from '../../../dsl/diagnostics.ts'
import { libraryJson } from '../../../dsl/libraryJson.ts'
import { parse } from '../../../dsl/parse.ts'
import { libraryFiles } from '../../../dsl/standardLibrary.ts'
import type { Entity } from '../values/entity.ts'
import { followImports, type ImportReader } from './followImports.ts'

export type { ImportReader }

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
  const imported = followImports(program, file, find, sources, problems)
  for (const [name, { item }] of imported) topLevel.set(name, entityOf(item))
  const datas: Data[] = []
  const trains: Train[] = []
  const models: Unit[] = []
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

const entityOf = (item: Unit | Fn): Entity =>
  item.kind === 'fn' ? { kind: 'fn', fn: item } : { kind: 'template', unit: item }

/** Gives the library's names. Makes its syntax trees anew for each program, so that programs share nothing. */
function libraryOf(sources: Map<string, string>): Map<string, Entity> {
  for (const [file, text] of libraryFiles) sources.set(file, text)
  const programs: readonly Program[] = JSON.parse(libraryJson)
  return new Map(
    programs.flatMap(({ items }) =>
      items.flatMap(item =>
        item.kind === 'unit' || item.kind === 'fn' ? [[item.name.text, entityOf(item)] as const] : [],
      ),
    ),
  )
}
