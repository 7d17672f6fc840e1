// Takes labels, vocabularies and scales from examples that a program holds itself, by the functions of data blocks.
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Data, Expr } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { parse } from '../../dsl/parse.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describeLeaf, isList, type Nested } from './arrays.ts'
import { axesFed } from './axisLengths.ts'
import { describePort } from './bindSizes.ts'
import { CellsBuilder } from './cells.ts'
import type { Encoding } from './encoding.ts'
import { evaluator, type FileSource } from './evaluate.ts'
import * as invertibles from './functions/invertibles.ts'
import { countedPlaces } from './rowPlaces.ts'
import type { Rows } from './rows.ts'
import { isElements, seriesOf, type Table, tableOf } from './value.ts'

/** For each input or target the functions that encode it, as a data block writes them behind a pipe: `standardize`, `log |> minmax`. */
export type Encodings = Readonly<Record<string, string>>

type Columns = Readonly<Record<string, readonly Nested[] | ArrayLike<number>>>

/** Name of the data in messages. */
const source = 'the data'

/**
 * Fits an encoding to the training rows of each column that `asked` names, and of each that has texts: the labels of a class, and single
 * texts of tokens. Throws RNN106 for a name that is no column, RNN509 for what is no function that encodes and for tokens of what is
 * declared as numbers, RNN411 for texts of which
 * nothing says how they are cut into tokens, and the errors of these functions.
 */
export async function fitEncodings(
  { name: model, inputs, targets }: Signature,
  columns: Columns,
  asked: Encodings,
  training: Rows,
): Promise<Record<string, Encoding>> {
  const ports = [...inputs, ...targets].filter(port => Object.hasOwn(columns, port.name))
  const names = ports.map(port => port.name)
  const unknown = Object.keys(asked).find(name => !names.includes(name))
  if (unknown !== undefined) fail('RNN106', { name: unknown }, { help: didYouMean(unknown, names) })
  const wanted = ports.flatMap(port => {
    const own = Object.hasOwn(asked, port.name) ? asked[port.name] : functionFor(port, columns[port.name])
    return own === undefined ? [] : [{ port, steps: own }]
  })
  if (wanted.length === 0) return {}
  const data = blockOf(model, wanted)
  const lookup = evaluator(data, {
    read: async given => tableFrom(columns, given),
    files: () => () => fail('RNN509', { what: 'encode', expected: 'functions of a column', found: 'a file' }),
    fit: (_, __, compute) => compute(training),
    axes: axesFed(data, ports),
  })
  const found: [string, Encoding][] = []
  for (const { port, steps } of wanted) {
    const value = (await lookup(port.name).catch(withoutPlace))?.value
    if (value === undefined || !isElements(value)) return refuse(port.name, steps)
    const { encoding } = seriesOf(value)
    if (encoding.kind === 'tokens' && port.coding === undefined) {
      const expected = `functions of numbers, as \`${port.name}\` is declared as ${describePort(port)}`
      fail('RNN509', { what: `encode.${port.name}`, expected, found: `\`${steps}\`` })
    }
    found.push([port.name, encoding])
  }
  return Object.fromEntries(found)
}

/** Function that encodes a column of which nothing was said; undefined for one of numbers. */
function functionFor(port: Port, column: Columns[string]): string | undefined {
  const depth = depthOfText(column)
  if (depth === undefined || port.coding === undefined) return undefined
  if (port.coding.kind === 'class') return 'classes'
  if (depth === port.axes.length) return 'words(unknown = false)'
  const values = { input: port.name, declared: describePort(port), found: 'texts' }
  const help = `say how they are cut into tokens: \`encode: { ${port.name}: 'words' }\`, or \`'chars'\``
  return fail('RNN411', values, { help })
}

/** Most levels of lists that are followed: a list may contain itself. */
const mostLevels = 100

/** Number of lists around the first leaf of a column where that is a text; undefined where it is none. */
function depthOfText(column: Columns[string]): number | undefined {
  const first = (value: Nested, depth: number): number | 'none' | undefined => {
    if (!isList(value)) return typeof value === 'string' ? depth : 'none'
    if (depth === mostLevels) return 'none'
    for (let i = 0; i < value.length; i++) {
      const found = first(value[i], depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  const found = first(column, -1)
  return found === 'none' ? undefined : found
}

/** Functions that an encoding may have: those whose results can be turned back. */
const encoders: ReadonlySet<string> = new Set([
  'classes',
  'words',
  'chars',
  'standardize',
  'minmax',
  ...Object.keys(invertibles),
])

interface Wanted {
  readonly port: Port
  readonly steps: string
}

/** Writes a data block that encodes columns, and reads it. RNN509 for anything but these functions. */
function blockOf(model: string, wanted: readonly Wanted[]): Data {
  const names = wanted.map(({ port }) => port.name)
  let table = 'columns'
  while (names.includes(table)) table += '_'
  for (const { port, steps } of wanted) checkSteps(port.name, steps)
  const lines = wanted.map(({ port: { name }, steps }) => `${name} = ${table}["${name}"] |> ${steps}`)
  const { program } = parse(`data D for ${model} {\n${table} = jsonl("${source}")\n${lines.join('\n')}\n}`, source)
  const [data] = program.items
  if (data?.kind !== 'data') throw new Error('the steps of encodings were read one by one')
  return data
}

function checkSteps(name: string, steps: string): void {
  const { program, diagnostics } = parse(`data D for D {\nx = y |> ${steps}\n}`, source)
  const [data, ...others] = program.items
  const isOne = diagnostics.length === 0 && others.length === 0 && data?.kind === 'data' && data.body.length === 1
  if (!isOne) refuse(name, steps)
  const [{ value }] = data.body
  for (const e of allExprs(value)) if (!isPart(e)) refuse(name, steps)
}

/** Tells whether an expression may be a part of an encoding: a pipe, a function that encodes, or an argument. */
function isPart(e: Expr): boolean {
  switch (e.kind) {
    case 'pipe':
    case 'call':
    case 'number':
    case 'string':
    case 'bool':
      return true
    case 'name':
      return e.name === 'y' || encoders.has(e.name)
    default:
      return false
  }
}

function refuse(name: string, steps: string): never {
  const expected = `one of ${[...encoders].join(', ')}, or several behind each other, such as \`log |> standardize\``
  return fail('RNN509', { what: `encode.${name}`, expected, found: `\`${steps}\`` })
}

/** Makes a table of the columns that an evaluation asks for. */
function tableFrom(columns: Columns, { asked }: FileSource): Table {
  const all = Object.entries(columns).flatMap(([name, column]) => {
    const kept = asked(name)
    if (kept === 'nothing') return []
    const builder = new CellsBuilder(source, name, kept)
    for (let i = 0; i < column.length; i++) {
      const value = plain(name, column[i], i)
      builder.add({ line: i + 1, value, written: () => value })
    }
    return [builder.take(countedPlaces(column.length))]
  })
  return tableOf(source, all, cells => cells)
}

/** Copies a value to plain lists. RNN411 for a leaf that is neither a finite number nor a text nor a bool, and for too many levels. */
function plain(name: string, value: Nested, example: number, level = 0): unknown {
  const isTooDeep = level > mostLevels
  if (isList(value) && !isTooDeep) return Array.from(value, inner => plain(name, inner, example, level + 1))
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  const what = isTooDeep ? `lists of more than ${mostLevels} levels` : describeLeaf(value)
  const found = `${what} in example ${example + 1}`
  return fail('RNN411', { input: name, declared: 'numbers or texts', found })
}

/** Takes the places in the block, which no user wrote, out of an error. */
function withoutPlace(error: unknown): never {
  if (!(error instanceof RnnError)) throw error
  throw new RnnError(error.diagnostics.map(({ span: _, labels: __, caret: ___, ...d }) => d))
}
