// Loads data: from the `data` block of a program to the examples of each part, ready to be put into batches.

import type { Precision } from '../../compiler/backend/backend.ts'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Data, Equation, Span } from '../../dsl/ast.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { suggest } from '../../dsl/suggest.ts'
import { axesFed } from './axisLengths.ts'
import { bindSizes, checkCodes, checkLengths, type Role } from './bindSizes.ts'
import { behind } from './columnsIn.ts'
import { type Cut, cut, type PartName } from './cut.ts'
import { checkTyped, type Typed, typedIn, typedOf } from './declaredTypes.ts'
import type { Encoding } from './encoding.ts'
import { evaluator, type Lookup, type Surroundings } from './evaluate.ts'
import type { Part } from './example.ts'
import { examplesOf, placeIn } from './examplesOf.ts'
import { type Feed, feedOf, foundIn } from './feed.ts'
import type { Fitted } from './fitted.ts'
import { readerOfKeys } from './keys.ts'
import { checkHeld } from './precision.ts'
import { originOf } from './raggedSequences.ts'
import { allRows, noRows, type Rows } from './rows.ts'
import { type ReadFile, type Sources, sourcesOf } from './sources.ts'
import { describe, rowsOf, type Split, seriesOf } from './value.ts'

export interface LoadOptions {
  /**
   * Gives the bytes of a file that the block names, by the path as it is written, all at once or piece by piece; each piece is used up
   * before the next is asked for. Gives the files of a folder, or of a pattern. What gzip has compressed is decompressed. It may throw
   * RNN406; other errors become that.
   */
  readonly read: ReadFile
  /** A path to read in place of the only one that the block names (`--data`). */
  readonly path?: string
  /** Encodings and sizes stored with the weights: used as they are, and nothing is fitted anew. */
  readonly fitted?: Fitted
  /** Sizes that are given beforehand (`--set K=10`). */
  readonly sizes?: Sizes
  /** Seed of `shuffled`; 0 if left out. */
  readonly seed?: number
  /** Precision of the run: numbers that it cannot hold are reported with their places in the file. */
  readonly precision?: Precision
}

/** The examples of each part of the data, with what was fitted to the training part. */
export interface LoadedData {
  readonly train: Part
  /** Present with three fractions in the split. */
  readonly validation?: Part
  /** Present with any split. */
  readonly test?: Part
  /** Sizes that were given, and those that the data binds: the V of `token of V`. */
  readonly sizes: Sizes
  readonly fitted: Fitted
  /** Precision that was found to hold all numbers. */
  readonly precision?: Precision
}

export interface InputOptions extends LoadOptions {
  readonly fitted: Fitted
  /** A column that names each example; `row`, where there is none of this name, is the number of the row. */
  readonly key?: string
}

/** The inputs of examples, for predictions. */
export interface LoadedInputs {
  /** The key of each example; of a past that of its last row. Present where one was asked for. */
  readonly keys?: readonly (string | number)[]
  /** Every row; of a series every past, also the last ones, which have no next unless an input takes it. Has no targets. */
  readonly part: Part
  readonly sizes: Sizes
}

/**
 * Loads all examples of a data block for a model, in the parts of its split. Errors: RNN401 a port without an equation, RNN402 to
 * RNN412 for data that is missing, malformed or does not fit.
 */
export async function loadData(data: Data, signature: Signature, options: LoadOptions): Promise<LoadedData> {
  const sources = sourcesOf(options)
  const split = await splitOf(data, sources)
  const cutRows = cutter(split, options.seed ?? 0)
  const calls: Record<string, Encoding> = { ...options.fitted?.calls }
  const fitNew: Surroundings['fit'] = (call, rows, compute) => {
    calls[call] = compute(cutRows(rows).train)
    return calls[call]
  }
  const fit = options.fitted === undefined ? fitNew : stored(options.fitted, signature.name)
  const ports = [...signature.inputs, ...signature.targets]
  const fed = new Set(ports.map(({ name }) => name))
  const lookup = evaluator(data, { ...sources, fit, axes: axesFed(data, ports), fed })
  const feeds = await feedAll(data, [...inputsOf(signature), ...targetsOf(signature)], lookup)
  checkOrder(feeds, split)
  checkNumbers(feeds, options)
  const typed = await typedAll(data.body, lookup)
  const sizes = bindAll([...typed, ...feeds], rows => cutRows(rows).train, options)
  for (const each of typed) checkTyped(each, sizes)
  const part = (name: PartName) =>
    partOf(feeds, rows => cutRows(rows)[name] ?? noRows, sizes, { name: `the ${name} part` })
  const parts = split === undefined ? 1 : split.value.fractions.length
  const encodings = Object.fromEntries(feeds.map(({ port, value }) => [port.name, seriesOf(value).encoding]))
  return {
    train: part('train'),
    ...(parts === 3 && { validation: part('validation') }),
    ...(parts > 1 && { test: part('test') }),
    sizes,
    fitted: { calls, ports: encodings, sizes },
    ...(options.precision && { precision: options.precision }),
  }
}

/**
 * Loads the inputs of a trained model, for its predictions: no targets are needed, nothing is split and nothing fitted. Errors as those
 * of `loadData`, RNN403 for a key that is no column; RNN501 where the block scales or numbers something for which the weights store nothing.
 */
export async function loadInputs(data: Data, signature: Signature, options: InputOptions): Promise<LoadedInputs> {
  const fit = stored(options.fitted, signature.name)
  const axes = axesFed(data, [...signature.inputs, ...signature.targets])
  const fed = new Set(signature.inputs.map(({ name }) => name))
  const sources = sourcesOf(options)
  const keys = options.key === undefined ? undefined : readerOfKeys(sources, options.key)
  const lookup = evaluator(data, { ...(keys?.sources ?? sources), fit, axes, fed })
  const feeds = await feedAll(data, inputsOf(signature), lookup)
  checkNumbers(feeds, options)
  // What feeds targets alone is not read.
  const read = behind(
    data.body,
    signature.inputs.map(port => port.name),
  )
  const typed = await typedAll(read, lookup)
  const sizes = bindAll([...typed, ...feeds], allRows, options)
  for (const each of typed) checkTyped(each, sizes)
  const part = partOf(feeds, allRows, sizes, { name: 'the data', forecast: true })
  const [first] = feeds
  return { part, sizes, ...(keys && first && { keys: keys.keysOf(first.value, part.count) }) }
}

/** Gives the encodings fitted in training; RNN501 for a call that the data block did not have then. */
const stored =
  ({ calls }: Fitted, model: string): Surroundings['fit'] =>
  call => {
    if (Object.hasOwn(calls, call)) return calls[call]
    return fail('RNN501', { file: 'the weights', model, differences: `nothing was fitted for \`${call}\`` })
  }

interface PortOfModel {
  readonly kind: Role
  readonly port: Port
}

const inputsOf = ({ inputs }: Signature) => inputs.map((port): PortOfModel => ({ kind: 'input', port }))

const targetsOf = ({ targets }: Signature) => targets.map((port): PortOfModel => ({ kind: 'target', port }))

interface SplitEquation {
  readonly value: Split
  readonly span: Span
}

/** Evaluates the split before anything else, as fitting sees the training part only. */
export async function splitOf(data: Data, sources: Sources): Promise<SplitEquation | undefined> {
  const fit = () =>
    fail('RNN231', {
      what: '`split`',
      expected: '`ordered(…)` or `shuffled(…)`',
      found: 'a value that depends on data',
    })
  const result = await evaluator(data, { ...sources, fit })('split')
  if (result === undefined) return undefined
  const { value, span } = result
  if (value.kind === 'split') return { value, span }
  return fail(
    'RNN231',
    { what: '`split`', expected: '`ordered(…)` or `shuffled(…)`', found: describe(value) },
    { span },
  )
}

/** Cuts any number of rows; columns of equal length are cut alike. */
function cutter(split: SplitEquation | undefined, seed: number): (rows: number) => Cut {
  const cuts = new Map<number, Cut>()
  return rows => {
    const known = cuts.get(rows)
    if (known !== undefined) return known
    const made = split === undefined ? { train: allRows(rows) } : cut(split.value, rows, seed, split.span)
    cuts.set(rows, made)
    return made
  }
}

/** Evaluates the equation of each port. RNN401 for a port without one. */
async function feedAll(data: Data, ports: readonly PortOfModel[], lookup: Lookup): Promise<Feed[]> {
  const feeds: Feed[] = []
  for (const { kind, port } of ports) {
    const value = await lookup(port.name)
    if (value === undefined) {
      const near = suggest(
        port.name,
        data.body.map(e => e.name.text),
      )
      const help = near === undefined ? undefined : `\`${near}\` is defined here: rename it to \`${port.name}\``
      fail('RNN401', { kind, input: port.name, data: data.name.text }, { span: data.name.span, ...(help && { help }) })
    }
    feeds.push(feedOf(port, kind, value))
  }
  return feeds
}

/** Reads the equations that have types. */
async function typedAll(body: readonly Equation[], lookup: Lookup): Promise<Typed[]> {
  const all: Typed[] = []
  for (const { name, type } of typedIn(body)) {
    const value = await lookup(name.text)
    if (value !== undefined) all.push(typedOf(name.text, type, value))
  }
  return all
}

/** RNN426 where windows or streams would be cut from a shuffled series. */
export function checkOrder(feeds: readonly Feed[], split: SplitEquation | undefined): void {
  const cut = feeds.find(({ value: { kind } }) => kind === 'windowed' || kind === 'streamed')
  if (cut === undefined || split?.value.order !== 'shuffled') return
  const what = cut.value.kind === 'windowed' ? 'windows' : 'streams'
  fail('RNN426', { what }, { span: split.span, labels: [{ span: cut.span, text: `${what} of consecutive rows` }] })
}

/** RNN417 for a number that the precision of the run cannot hold. */
function checkNumbers(feeds: readonly Feed[], { precision }: LoadOptions): void {
  if (precision === undefined) return
  for (const { port, value, span } of feeds) {
    checkHeld(port, seriesOf(value).values, precision, index => originOf(value, index), span)
  }
}

function bindAll(feeds: readonly Feed[], training: (rows: number) => Rows, { fitted, sizes }: LoadOptions): Sizes {
  const found = feeds.map(feed => foundIn(feed, training(rowsOf(feed.value))))
  return bindSizes(found, { ...fitted?.sizes, ...sizes })
}

interface PartOptions {
  /** Name of the part for messages. */
  readonly name: string
  /** Whether to include pasts whose next is not known. */
  readonly forecast?: boolean
}

/** Makes and checks the examples of some rows. */
function partOf(
  feeds: readonly Feed[],
  choose: (rows: number) => Rows,
  sizes: Sizes,
  { name, forecast }: PartOptions,
): Part {
  // An input may itself follow a past, as the known weather of the day that is asked for: then it must be there.
  const open = forecast === true && !feeds.some(({ value }) => value.kind === 'windowed' && value.take === 'next')
  const rows = feeds.map(({ value }) => choose(rowsOf(value)))
  const lists = feeds.map((feed, i) => examplesOf(feed, rows[i], { name, open }))
  const count = lists[0]?.length ?? 0
  feeds.forEach(({ port, span }, i) => {
    if (lists[i].length !== count) {
      const [left, right] = [feeds[0].port, port].map(({ name }) => `\`${name}\``)
      const [leftLength, rightLength] = [count, lists[i].length].map(n => counted(n, 'example'))
      fail('RNN423', { left, leftLength, right, rightLength }, { span })
    }
    const where = (example: number, k: number): string => placeIn(feeds[i], rows[i], example, k)
    checkCodes(port, lists[i], sizes, where, span)
  })
  const part = { count, ports: Object.fromEntries(feeds.map(({ port }, i) => [port.name, lists[i]])) }
  checkLengths(feeds, part, rows[0])
  return part
}
