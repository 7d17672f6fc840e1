// Reads the text that printGraph.ts prints. In text written by hand, types of results and names of attributes may be left out.
import { messageOf } from '../../dsl/messageOf.ts'
import { type Context, newValue, opOf } from './builder.ts'
import { type Dim, parseDim } from './dim.ts'
import type { Attr, Attrs, Block, DType, Eqn, Graph, Type, Value } from './graph.ts'
import { newContext } from './ops/index.ts'
import { isOpName, type Schema } from './ops/schemas.ts'
import { impliedByBody } from './printGraph.ts'

/** Parses a graph. Throws an Error with the line's number where the text is not one. */
export function readGraph(text: string, context: Context = newContext()): { graph: Graph; context: Context } {
  const reader: Reader = { context, lines: text.split('\n').map(withoutComment), at: 0 }
  const graph = readWhole(reader)
  if (peek(reader) !== undefined) fail(reader, 'the graph has ended')
  return { graph, context }
}

interface Reader {
  readonly context: Context
  readonly lines: readonly string[]
  /** The index of the line being read. */
  at: number
}

type Scope = Map<string, Value>

const name = String.raw`"(?:[^"\\]|\\.)*"|[^\s%",{}#=()[\]]*[^\s%",:{}#=()[\]]`
const value = String.raw`%[\w.']+`
const dtypes: Readonly<Record<string, DType>> = { real: 'real', int: 'int', bool: 'bool' }

function readWhole(reader: Reader): Graph {
  const [, graphName, inPlace] = take(reader, `graph (${name})( in place)? \\{`, 'graph NAME {')
  reader.at++
  const scope: Scope = new Map()
  const inputs: string[] = []
  const params: Value[] = []
  const fixed: string[] = []
  while (/^(?:fixed )?input /.test(peek(reader) ?? '')) {
    const form = `(fixed )?input (${name})(?: (${value}))?\\s*:\\s*(.+)`
    const [, stays, label, own, type] = take(reader, form, 'input NAME: TYPE')
    inputs.push(unquoted(label))
    if (stays !== undefined) fixed.push(unquoted(label))
    params.push(define(reader, scope, own ?? `%${unquoted(label)}`, readType(reader, type)))
    reader.at++
  }
  const eqns = readEqns(reader, scope)
  const outputs: string[] = []
  const results: Value[] = []
  while (peek(reader)?.startsWith('output ')) {
    const [, label, own] = take(reader, `output (${name})(?: (${value}))?`, 'output NAME %VALUE')
    outputs.push(unquoted(label))
    results.push(lookup(reader, scope, own ?? `%${unquoted(label)}`))
    reader.at++
  }
  close(reader)
  return {
    name: unquoted(graphName),
    inputs,
    outputs,
    params,
    eqns,
    results,
    ...(inPlace !== undefined && { inPlace: true }),
    ...(fixed.length > 0 && { fixed }),
  }
}

/** Reads equations up to the first line that is not one. */
function readEqns(reader: Reader, scope: Scope): Eqn[] {
  const eqns: Eqn[] = []
  for (;;) {
    const line = peek(reader)
    if (line === undefined || /^(?:output|next|yield|(?:fixed )?input|const|carry|each)\s|^\}/.test(line)) return eqns
    eqns.push(readEqn(reader, scope))
  }
}

function readEqn(reader: Reader, scope: Scope): Eqn {
  const start = reader.at
  const [, left = '', name, call, brace] = take(
    reader,
    String.raw`(?:(.*?)\s*=\s*)?(\w+)\((.*)\)\s*(\{)?`,
    '%VALUE = OP(…)',
  )
  const op = isOpName(name) ? name : fail(reader, `no op is called ${name}`)
  const schema = guarded(reader, () => opOf(reader.context, op)).attrs
  const args = splitTop(call)
  const operands = args.filter(a => a.startsWith('%')).map(a => lookup(reader, scope, a))
  const given = readAttrs(
    reader,
    schema,
    args.filter(a => !a.startsWith('%')),
    brace !== undefined,
  )
  reader.at++
  const scan = brace === undefined ? undefined : readBody(reader, scope)
  const end = reader.at
  reader.at = start
  const ins = scan === undefined ? operands : scan.ins
  const attrs = scan === undefined ? given : { ...given, ...scan.counts }
  const body = scan?.body
  const targets = splitTop(left).map(t => split(t, ':'))
  const inferred = targets.every(t => t[1] !== undefined)
    ? []
    : guarded(reader, () => opOf(reader.context, op).infer(ins, attrs, body))
  const outs = targets.map(([target, type], i) => {
    if (type === undefined && inferred[i] === undefined) fail(reader, `${op} has ${inferred.length} results`)
    return define(reader, scope, target, type === undefined ? inferred[i] : readType(reader, type))
  })
  reader.at = end
  return { op, ins, attrs, outs, ...(body && { body }) }
}

interface ScanText {
  readonly body: Block
  readonly ins: readonly Value[]
  readonly counts: { readonly consts: number; readonly carries: number }
}

function readBody(reader: Reader, outer: Scope): ScanText {
  const scope: Scope = new Map()
  const params: { keyword: string; inner: Value; outer: Value }[] = []
  while (/^(?:const|carry|each)\s/.test(peek(reader) ?? '')) {
    const form = `(const|carry|each) (${value})(?:\\s*:\\s*(.+?))?\\s*=\\s*(${value})`
    const [, keyword, own, type, from] = take(reader, form, `const, carry or each %VALUE = %OUTER`)
    const operand = lookup(reader, outer, from)
    const like: Type = keyword === 'each' ? { dtype: operand.dtype, shape: operand.shape.slice(1) } : operand
    params.push({
      keyword,
      inner: define(reader, scope, own, type === undefined ? like : readType(reader, type)),
      outer: operand,
    })
    reader.at++
  }
  const eqns = readEqns(reader, scope)
  const leaving = readResults(reader, scope, 'next')
  const results = [...leaving, ...readResults(reader, scope, 'yield')]
  const kind = (keyword: string): typeof params => params.filter(p => p.keyword === keyword)
  const [consts, carries] = [kind('const'), kind('carry')]
  if (leaving.length !== carries.length)
    fail(reader, `${carries.length} carries enter the step and ${leaving.length} leave`)
  close(reader)
  const ordered = [...consts, ...carries, ...kind('each')]
  return {
    body: { params: ordered.map(p => p.inner), eqns, results },
    ins: ordered.map(p => p.outer),
    counts: { consts: consts.length, carries: carries.length },
  }
}

function readResults(reader: Reader, scope: Scope, keyword: string): Value[] {
  const results: Value[] = []
  while (peek(reader)?.startsWith(`${keyword} `)) {
    const [, list] = take(reader, `${keyword} (.+)`, `${keyword} %VALUE, …`)
    for (const v of splitTop(list)) results.push(lookup(reader, scope, v))
    reader.at++
  }
  return results
}

/** Attributes by name, or in the schema's order without names. */
function readAttrs(reader: Reader, schema: Schema, texts: readonly string[], hasBody: boolean): Attrs {
  const wanted = Object.keys(schema).filter(a => !(hasBody && impliedByBody.has(a)))
  const found = new Map<string, string>()
  texts.forEach((text, i) => {
    const match = /^([a-z]\w*)\s*=\s*(.*)$/.exec(text)
    const key = match?.[1] ?? wanted[i]
    if (key === undefined || !wanted.includes(key)) fail(reader, `there is no attribute for ${text}`)
    found.set(key, match?.[2] ?? text)
  })
  const attrs = wanted.flatMap((key): [string, Attr][] => {
    const text = found.get(key)
    if (text === undefined) return schema[key] === 'flag' ? [] : fail(reader, `the attribute ${key} is missing`)
    return [[key, guarded(reader, () => readers[schema[key]](text))]]
  })
  return Object.fromEntries(attrs)
}

const readers = {
  number: readNumber,
  boolean: text => readOne(text, { true: true, false: false }, 'true or false'),
  flag: text => readOne(text, { true: true }, 'true'),
  string: unquoted,
  dim: parseDim,
  numbers: text => readList(text).map(readNumber),
  dims: text => readList(text).map(parseDim),
} satisfies Readonly<Record<Schema[string], (text: string) => Attr>>

function readNumber(text: string): number {
  const number = Number(text)
  if (text === '' || (Number.isNaN(number) && text !== 'NaN')) throw new Error(`${text} is not a number`)
  return number
}

function readOne<T>(text: string, choices: Readonly<Record<string, T>>, what: string): T {
  if (!Object.hasOwn(choices, text)) throw new Error(`${text} is not ${what}`)
  return choices[text]
}

function readList(text: string): string[] {
  const match = /^\[(.*)\]$/.exec(text)
  if (match === null) throw new Error(`${text} is not a list`)
  return splitTop(match[1])
}

function readType(reader: Reader, text: string): Type {
  return guarded(reader, () => {
    const match = /^(\w+)\s*(\[.*\])?$/.exec(text.trim())
    if (match === null) throw new Error(`${text} is not a type`)
    const shape: readonly Dim[] = match[2] === undefined ? [] : readList(match[2]).map(parseDim)
    return { dtype: readOne(match[1], dtypes, 'real, int or bool'), shape }
  })
}

/** Defines a value under its name; the hint is the name without its number. */
function define(reader: Reader, scope: Scope, text: string, type: Type): Value {
  if (!new RegExp(`^${value}$`).test(text)) fail(reader, `${text} is not the name of a value`)
  if (scope.has(text)) fail(reader, `${text} is defined twice`)
  const hint = text.slice(1).replace(/^\d+$|\.\d+$/, '')
  const made = newValue(reader.context, type, { hint })
  scope.set(text, made)
  return made
}

function lookup(reader: Reader, scope: Scope, text: string): Value {
  return scope.get(text) ?? fail(reader, `${text} is not defined`)
}

/** The next line that is not empty; moves the reader to it, and not past it. */
function peek(reader: Reader): string | undefined {
  while (reader.at < reader.lines.length && reader.lines[reader.at] === '') reader.at++
  return reader.lines[reader.at]
}

function take(reader: Reader, form: string, what: string): RegExpExecArray {
  const line = peek(reader)
  const match = line === undefined ? null : new RegExp(`^${form}$`).exec(line)
  return (
    match ?? fail(reader, line === undefined ? `the text ends before: ${what}` : `expected ${what}, found: ${line}`)
  )
}

function close(reader: Reader): void {
  take(reader, '\\}', '}')
  reader.at++
}

function guarded<T>(reader: Reader, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return fail(reader, messageOf(error))
  }
}

function fail(reader: Reader, message: string): never {
  throw new Error(`line ${Math.min(reader.at + 1, reader.lines.length)}: ${message}`)
}

const withoutComment = (line: string): string => line.replace(/(^|\s)#.*$/, '').trim()

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  const parsed: unknown = JSON.parse(text)
  return String(parsed)
}

/** Splits at commas outside brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if ('[('.includes(text[i])) depth++
    else if ('])'.includes(text[i])) depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts.map(p => p.trim()).filter(p => p !== '')
}

/** Splits at the first separator; the second part is undefined where there is none. */
function split(text: string, separator: string): [string, string | undefined] {
  const place = text.indexOf(separator)
  return place < 0 ? [text.trim(), undefined] : [text.slice(0, place).trim(), text.slice(place + 1).trim()]
}
