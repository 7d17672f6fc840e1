// Evaluates the equations of a data block: each once, and only those that something needs.
import type { Arg, BinaryOperator, Data, Equation, Expr, Span } from '../../dsl/ast.ts'
import { beginning, chain } from '../../dsl/children.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { checkPath } from '../../dsl/paths.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { type Asked, askedOf, namedOnce, roundingAsked, usedUp } from './asked.ts'
import { readCells } from './cells.ts'
import type { Encoding } from './encoding.ts'
import type { FileFormat } from './functions/file.ts'
import type { Call, DataFunction } from './functions/function.ts'
import { dataFunctions } from './functions/index.ts'
import type { Rows } from './rows.ts'
import type { Step } from './scalingSteps.ts'
import { combine, extend, join, numbersOf, numeric } from './series.ts'
import { shown } from './shown.ts'
import { readArray } from './storedArray.ts'
import { type Places, take } from './take.ts'
import {
  type Argument,
  type Column,
  type Document,
  describe,
  type FileContent,
  isElements,
  type Sequences,
  type Series,
  seriesOf,
  type Table,
  type TableColumn,
  type Value,
  widthOf,
} from './value.ts'
import { namesIn } from './valuesIn.ts'

export interface Surroundings {
  /** Reads a file. */
  readonly read: (source: FileSource) => Promise<FileContent>
  /** Gives the files of a text. */
  readonly files: (source: TextSource) => Document['files']
  /** Reads a column of a table, in place of `columnOf`. */
  readonly columnOf?: typeof columnOf
  /** Fits an encoding; `call` is the place of a fitted call, such as `s.standardize`. */
  readonly fit: (call: string, rows: number, compute: (training: Rows) => Encoding) => Encoding
  /**
   * The inputs and targets that are fed, if tables are for this evaluation alone: a column that is named once is freed when it is read,
   * and the numbers of what is named once, and feeds nothing, may be overwritten.
   */
  readonly fed?: ReadonlySet<string>
  /** Number of axes that each equation feeds, if it is one number. */
  readonly axes?: ReadonlyMap<string, number>
}

/** A file that a function reads. */
export interface FileSource {
  readonly path: string
  readonly span: Span
  readonly by: DataFunction
  readonly format: FileFormat
  readonly variant: string
  readonly asked: (column: string) => Asked
}

/** A path that a function reads a text from: of a file, of a folder, or a pattern. */
export interface TextSource {
  readonly path: string
  readonly span: Span
}

/** The value of the equation for `name`; undefined if the block has none. */
export type Lookup = (name: string) => Promise<Argument | undefined>

/** Checks the left sides of a block, and gives a function that evaluates its equations on demand. RNN107 for a name defined twice. */
export function evaluator(data: Data, surroundings: Surroundings): Lookup {
  const equations = equationsOf(data)
  const values = new Map<string, Promise<Argument>>()
  const asked = askedOf(data)
  const asksRounding = roundingAsked(data)
  const { fed } = surroundings
  const releasable = fed === undefined ? new Set<string>() : namedOnce(data)
  const spent = fed === undefined ? new Set<string>() : usedUp(data, fed)
  const lookup: Lookup = async name => {
    const equation = equations.get(name)
    if (equation === undefined) return undefined
    // Evaluating these first avoids recursion: a chain of equations may be longer than the stack is deep.
    for (const before of readBy(equation, equations, values)) await evaluated(before)
    return evaluated(equation)
  }
  const evaluated = (equation: Equation): Promise<Argument> => {
    const value = values.get(equation.name.text) ?? evaluate(equation.value, scopeOf(equation))
    values.set(equation.name.text, value)
    return value
  }
  const scopeOf = (user: Equation): Scope => {
    const fits = new Map<string, number>()
    // A type says how deep its lists are; where there is none, what the equation feeds does.
    const axes = user.type?.axes.length ?? surroundings.axes?.get(user.name.text)
    return {
      read: source => surroundings.read({ ...source, asked }),
      files: surroundings.files,
      model: data.model.text,
      axes,
      keepsRounding: asksRounding.has(user.name.text),
      isReleased: name => releasable.has(name),
      columnOf: surroundings.columnOf ?? columnOf,
      fit: name => {
        const count = (fits.get(name) ?? 0) + 1
        fits.set(name, count)
        const place = `${user.name.text}.${name}${count === 1 ? '' : `_${count}`}`
        return (rows, compute) => surroundings.fit(place, rows, compute)
      },
      name: async (name, span) => {
        const equation = equations.get(name)
        // Equations further down are not defined yet; this also excludes cycles.
        if (equation !== undefined && equation.span.start >= user.span.start) {
          const labels = [{ span: equation.name.span, text: 'defined here' }]
          fail('RNN109', { name }, { span, labels, help: 'move its definition above this line' })
        }
        const found = (await lookup(name)) ?? unknownName(name, span, equations.keys())
        return spent.has(name) ? found : { ...found, isOwn: false }
      },
    }
  }
  return lookup
}

/** Gives the equations by name, with their left sides checked. */
function equationsOf(data: Data): ReadonlyMap<string, Equation> {
  const equations = new Map<string, Equation>()
  for (const equation of data.body) {
    checkLeft(equation)
    const { text, span } = equation.name
    const other = equations.get(text)
    if (other !== undefined)
      fail('RNN107', { name: text }, { span, labels: [{ span: other.name.span, text: 'also here' }] })
    equations.set(text, equation)
  }
  return equations
}

/** Lists the equations that one reads, directly or by others, and that have no value yet, in the order of the text. */
function readBy(
  equation: Equation,
  equations: ReadonlyMap<string, Equation>,
  values: ReadonlyMap<string, unknown>,
): Equation[] {
  const found = new Set<Equation>()
  const toVisit = [equation]
  for (let user = toVisit.pop(); user !== undefined; user = toVisit.pop()) {
    for (const name of namesIn(user.value)) {
      const used = equations.get(name)
      if (used === undefined || used.span.start >= user.span.start || values.has(name) || found.has(used)) continue
      found.add(used)
      toVisit.push(used)
    }
  }
  return [...found].sort((a, b) => a.span.start - b.span.start)
}

interface Scope {
  readonly read: (source: Omit<FileSource, 'asked'>) => Promise<FileContent>
  readonly files: Surroundings['files']
  readonly model: string
  /** Number of axes that the expression feeds, if it is one number. */
  readonly axes: number | undefined
  /** Whether something asks for the rounding of the value, for which the numbers that it is made of are kept. */
  readonly keepsRounding: boolean
  /** Whether a column is freed when it is read. */
  readonly isReleased: (column: string) => boolean
  /** Reads a column of a table. */
  readonly columnOf: typeof columnOf
  /** The `fit` of the next call of the function `name` in this equation. */
  readonly fit: (name: string) => Call['fit']
  readonly name: (name: string, span: Span) => Promise<Argument>
}

/** RNN306 for a prime, which does not belong to the left side of an equation about data. */
export function checkLeft({ name, primed }: Equation): void {
  if (primed) fail('RNN306', { name: name.text }, { span: name.span, help: 'a data block has no states' })
}

function unknownName(name: string, span: Span, others: Iterable<string>): never {
  if (dataFunctions.has(name)) {
    const found = 'a data function without arguments'
    return fail('RNN210', { what: `\`${name}\``, expected: 'a value', found }, { span, help: `write \`${name}(…)\`` })
  }
  return fail('RNN106', { name }, { span, help: didYouMean(name, others) })
}

/** RNN407 or RNN420 where the form of an expression, or the function that it calls, does not run on data. */
export function refuseForm(expr: Expr): void {
  const { span } = expr
  if (expr.kind === 'call') refusePaths(functionOf(expr.callee), expr.args)
  else if (expr.kind === 'pipe') functionOf(expr.callee.kind === 'call' ? expr.callee.callee : expr.callee)
  else if (expr.kind === 'unary' && expr.op === 'not') notAFunction('not', span)
  else if (expr.kind === 'binary' && operators[expr.op] === undefined) notAFunction(expr.op, span)
}

/** RNN420 for an argument that is written as a path that not every system can have. */
function refusePaths({ parameters }: DataFunction, args: readonly Arg[]): void {
  args.forEach((arg, i) => {
    if (arg.kind === 'over' || arg.value.kind !== 'string') return
    const name = arg.kind === 'positional' ? parameters[i]?.name : arg.name.text
    const wrong = name === 'path' ? checkPath(arg.value.value, arg.value.span) : undefined
    if (wrong !== undefined) throw new RnnError([wrong])
  })
}

/** Finds the function of data that is called. RNN407 for another. */
function functionOf(callee: Expr): DataFunction {
  if (callee.kind !== 'name') return notAFunction('this', callee.span)
  return dataFunctions.get(callee.name) ?? notAFunction(callee.name, callee.span)
}

/** Evaluates `x["name"]`, `x[2]` or `x[1:3]`. RNN217 for more places than an item has dims. */
async function indexed(
  { slices, span }: Extract<Expr, { kind: 'index' }>,
  before: Argument,
  scope: Scope,
): Promise<Found> {
  const [slice] = slices
  if (slice.kind === 'at' && slice.index.kind === 'string' && slices.length === 1)
    return member(before, slice.index.value, slice.span, scope)
  const { value } = before
  const elements = value.kind === 'column' ? numbersOf(value, before.span) : value
  if (!isElements(elements)) {
    return fail(
      'RNN422',
      { user: 'an index in `[…]`', expected: 'items', found: describe(value) },
      { span: before.span },
    )
  }
  const at = async (expr: Expr): Promise<number> => placeOf(await evaluate(expr, scope))
  const places = slices.map(
    async (s): Promise<Places> =>
      s.kind === 'at'
        ? { kind: 'at', at: await at(s.index) }
        : { kind: 'range', from: s.start ? await at(s.start) : 0, ...(s.stop && { to: await at(s.stop) }) },
  )
  const all = await Promise.all(places)
  if (all.length > 1) {
    const index = all.map(p => (p.kind === 'at' ? p.at : `${p.from}:${p.to ?? ''}`)).join(', ')
    return fail('RNN217', { index, shape: `[${widthOf(seriesOf(elements))}]` }, { span })
  }
  return { value: take(elements, all[0], slice.span), isOwn: before.isOwn === true }
}

/** RNN207 unless the place is a whole number. */
function placeOf({ value, span }: Argument): number {
  if (value.kind === 'number' && Number.isInteger(value.value)) return value.value
  return fail('RNN207', { what: 'an index', expected: 'a whole number', found: describe(value) }, { span })
}

/** Value that an expression acts on, if any; a call begins with the name of a function, which is not a value. */
const valueBefore = (expr: Expr): Expr | undefined => (expr.kind === 'call' ? undefined : beginning(expr))

async function evaluate(expr: Expr, scope: Scope): Promise<Argument> {
  // Evaluates the links of a chain in a loop: it may be longer than the stack is deep.
  const [first, ...links] = chain(expr, valueBefore)
  for (const link of links.toReversed()) refuseForm(link)
  refuseForm(first)
  const lastAsking = links.findLastIndex(asksRounding)
  const scopeOf = (link: number): Scope => (link < lastAsking ? { ...scope, keepsRounding: true } : scope)
  let found: Argument = { ...(await begin(first, scopeOf(-1))), span: first.span }
  for (const [i, link] of links.entries()) found = { ...(await follow(link, found, scopeOf(i))), span: link.span }
  return found
}

/** Tells whether a link of a chain asks for the rounding of what comes before. */
const asksRounding = (link: Expr): boolean => {
  if (link.kind !== 'pipe') return false
  const { callee } = link
  return functionOf(callee.kind === 'call' ? callee.callee : callee).readsRounding === true
}

/** What an expression gives, before its place is added. */
type Found = Pick<Argument, 'value' | 'isOwn'>

/** Withholds the numbers of an operand from being overwritten where something asks for the rounding of the result. */
const operand = (x: Argument, { keepsRounding }: Scope): Argument => (keepsRounding ? { ...x, isOwn: false } : x)

/** Evaluates the beginning of a chain. */
async function begin(first: Expr, scope: Scope): Promise<Found> {
  const { span } = first
  switch (first.kind) {
    case 'number':
      return { value: { kind: 'number', value: first.value } }
    case 'string':
      return { value: { kind: 'text', value: first.value } }
    case 'bool':
      return { value: { kind: 'truth', value: first.value } }
    case 'name':
      return scope.name(first.name, span)
    case 'list': {
      const items = await evaluateAll(first.items, scope)
      return { value: joined(items, span), isOwn: items.every(item => item.isOwn) }
    }
    case 'unary': {
      const minusOne: Argument = { value: { kind: 'number', value: -1 }, span }
      return { value: binary('*', minusOne, operand(await evaluate(first.value, scope), scope), span), isOwn: true }
    }
    case 'call':
      return call(first.callee, first.args, [], span, scope)
    default:
      return fail(
        'RNN210',
        { what: 'a value of a data block', expected: 'a number, a string or a series', found: first.kind },
        { span },
      )
  }
}

/** Evaluates the next link of a chain on the value of the links before. */
async function follow(link: Expr, before: Argument, scope: Scope): Promise<Found> {
  switch (link.kind) {
    case 'binary': {
      const right = await evaluate(link.right, scope)
      return { value: binary(link.op, operand(before, scope), operand(right, scope), link.span), isOwn: true }
    }
    case 'pipe': {
      const { callee, span } = link
      const [name, args] = callee.kind === 'call' ? [callee.callee, callee.args] : [callee, []]
      return call(name, args, [before], span, scope)
    }
    case 'member':
      return member(before, link.name.text, link.name.span, scope)
    case 'index':
      return indexed(link, before, scope)
    default:
      throw new Error(`${link.kind} goes on from nothing`)
  }
}

/** Evaluates one after another: files are read, and calls counted, in the order of the text. */
async function evaluateAll(exprs: readonly Expr[], scope: Scope): Promise<Argument[]> {
  const values: Argument[] = []
  for (const expr of exprs) values.push(await evaluate(expr, scope))
  return values
}

async function call(
  callee: Expr,
  args: readonly Arg[],
  before: readonly Argument[],
  span: Span,
  scope: Scope,
): Promise<Found> {
  const definition = functionOf(callee)
  const given = await bindArguments(definition, args, before, span, scope)
  const read: Call['read'] = (path, at, format, variant) =>
    scope.read({ path, span: at, by: definition, format, variant })
  const files: Call['files'] = (path, at) => scope.files({ path, span: at })
  const { model, axes, columnOf } = scope
  const fromArray: Call['fromArray'] = array => {
    const value = columnOf(array, span, axes)
    if (value.kind === 'column') throw new Error(`${array.file} holds no column`)
    return value
  }
  const services = { span, read, files, fromArray, model, axes, fit: scope.fit(definition.name) }
  const value = await definition.apply(
    given.map(x => operand(x, scope)),
    services,
  )
  // What a function reads from a file another call of it may give again.
  const own = given.filter(x => hasNumbers(x.value)).map(x => x.isOwn === true)
  return { value, isOwn: own.length > 0 && !own.includes(false) }
}

/** Tells whether a value has numbers of its own, which another may share. */
const hasNumbers = (value: Value): boolean => value.kind === 'column' || value.kind === 'windows' || isElements(value)

/** Binds positional arguments first, then those with names, then defaults. RNN105, RNN107, RNN208, RNN209 as for any call. */
async function bindArguments(
  { name, parameters, takesRows, readsRounding }: DataFunction,
  args: readonly Arg[],
  before: readonly Argument[],
  span: Span,
  outer: Scope,
): Promise<Argument[]> {
  const scope: Scope = {
    ...outer,
    ...(takesRows && { axes: 0 }),
    ...(readsRounding && { keepsRounding: true }),
  }
  const callee = `\`${name}\``
  const positional = [...before]
  const named = new Map<string, Argument>()
  for (const arg of args) {
    if (arg.kind === 'over') return fail('RNN105', { kind: `argument of ${callee}`, name: 'over' }, { span: arg.span })
    const value = await evaluate(arg.value, scope)
    if (arg.kind === 'positional') {
      positional.push(value)
      continue
    }
    const names = parameters.map(p => p.name)
    if (!names.includes(arg.name.text)) {
      const help = didYouMean(arg.name.text, names)
      return fail('RNN105', { kind: `argument of ${callee}`, name: arg.name.text }, { span: arg.name.span, help })
    }
    if (named.has(arg.name.text) || names.indexOf(arg.name.text) < positional.length) {
      return fail('RNN107', { name: arg.name.text }, { span: arg.name.span, help: 'pass each argument once' })
    }
    named.set(arg.name.text, value)
  }
  if (positional.length > parameters.length) {
    const required = parameters.filter(p => p.default === undefined).length
    const most = parameters.length
    const expected = `${required === most ? most : `${required} to ${most}`} argument${most === 1 ? '' : 's'}`
    return fail('RNN208', { callee, expected, found: `${positional.length} are` }, { span })
  }
  return parameters.map((parameter, i) => {
    const value = positional[i] ?? named.get(parameter.name)
    if (value !== undefined) return value
    if (parameter.default !== undefined) return { value: parameter.default, span }
    return fail('RNN209', { callee, name: parameter.name }, { span })
  })
}

function notAFunction(name: string, span: Span): never {
  return fail('RNN407', { name }, { span, help: didYouMean(name, dataFunctions.keys()) })
}

/** Gives the column itself, or reads its cells or its array; lists are axes down to the number of `axes`, if it is known. */
export function columnOf(column: TableColumn, span: Span, axes: number | undefined): Column | Sequences | Series {
  if (column.kind === 'array') return readArray(column, span, axes)
  return column.kind === 'cells' ? readCells(column, span, axes) : column
}

function member({ value, span: place, isOwn }: Argument, name: string, span: Span, scope: Scope): Found {
  if (value.kind === 'table') {
    const column = value.columns.get(name)
    if (column !== undefined) {
      const read = scope.columnOf(column, span, scope.axes)
      const isReleased = scope.isReleased(name)
      if (isReleased) value.release(name)
      return { value: read, isOwn: isReleased }
    }
    const names = [...value.columns.keys()]
    const inMessage = names.map(n => shown(n))
    const help = separatedOtherwise(name, value) ?? didYouMean(name, inMessage)
    return fail('RNN403', { file: value.file, column: name }, { span, help })
  }
  if (value.kind === 'windows' && (name === 'past' || name === 'next'))
    return { value: { ...value, kind: 'windowed', take: name }, isOwn: isOwn === true }
  const help = value.kind === 'windows' ? didYouMean(name, ['past', 'next']) : undefined
  return fail(
    'RNN218',
    { value: value.kind === 'windows' ? 'the result of `windows`' : describe(value), name },
    { span: value.kind === 'windows' ? span : place, help },
  )
}

/** Help where the only column name contains the wanted one: the line has another separator. */
function separatedOtherwise(name: string, { columns, separators }: Table): string | undefined {
  const [only, ...others] = columns.keys()
  if (separators === undefined || only === undefined || others.length > 0) return undefined
  if (!only.split(/[^\p{L}\p{N}_]+/u).includes(name)) return undefined
  return `the first line is one name, \`${shown(only)}\`: columns are separated by ${separators}`
}

function joined(items: readonly Argument[], span: Span): Value {
  if (items.length === 0)
    return fail('RNN208', { callee: '`[…]`', expected: 'at least one series', found: 'none is' }, { span })
  const parts = items.map(item => {
    const part = numeric(item, '`[…]`')
    if (seriesOf(part).item.length < 2) return part
    return fail('RNN422', { user: '`[…]`', expected: 'numbers and vectors', found: describe(part) }, item)
  })
  return join(parts, span)
}

const operators: { readonly [op in BinaryOperator]?: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

function binary(op: BinaryOperator, left: Argument, right: Argument, span: Span): Value {
  const operate = operators[op]
  if (operate === undefined) return notAFunction(op, span)
  const what = `\`${op}\``
  if (left.value.kind === 'number' && right.value.kind === 'number') {
    return { kind: 'number', value: operate(left.value.value, right.value.value) }
  }
  if (right.value.kind === 'number') {
    const steps = withNumber(op, right.value.value, 'right')
    return extend(numeric(left, what), [steps], what, { ...left, span })
  }
  if (left.value.kind === 'number') {
    const steps = withNumber(op, left.value.value, 'left')
    return extend(numeric(right, what), [steps], what, { ...right, span })
  }
  return combine(numeric(left, what), numeric(right, what), operate, op, span)
}

/** Gives the steps of an operation with a number, which stands on the given side. */
function withNumber(op: BinaryOperator, value: number, side: 'left' | 'right'): Step[] {
  switch (op) {
    case '+':
      return [{ kind: 'add', value }]
    case '-':
      return side === 'right'
        ? [{ kind: 'add', value: -value }]
        : [
            { kind: 'multiply', value: -1 },
            { kind: 'add', value },
          ]
    case '*':
      return [{ kind: 'multiply', value }]
    default:
      return side === 'right' ? [{ kind: 'divide', value }] : [{ kind: 'reciprocal' }, { kind: 'multiply', value }]
  }
}
