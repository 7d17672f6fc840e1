// Finds errors in a data block without its data, or with the beginning of it: the block is evaluated on tables without rows, by the
// same functions that load data.

import { distinct } from '../../compiler/elaborate/values/collectProblems.ts'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Data, Equation, Span } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'
import { counted } from '../../dsl/counted.ts'
import { type Code, type Diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { axesFed } from './axisLengths.ts'
import { bindSizes, type Found } from './bindSizes.ts'
import { readCells, singleCell } from './cells.ts'
import { behind, columnsIn } from './columnsIn.ts'
import { typedOf } from './declaredTypes.ts'
import { asRead, type Encoding } from './encoding.ts'
import { checkLeft, columnOf, evaluator, type Lookup, refuseForm, type Surroundings } from './evaluate.ts'
import { type Feed, feedOf, foundIn } from './feed.ts'
import { dataFunctions } from './functions/index.ts'
import { checkOrder, type LoadOptions, loadData, splitOf } from './loadData.ts'
import { withoutRows } from './rowless.ts'
import { noRows, type Rows } from './rows.ts'
import { sourcesOf } from './sources.ts'
import { arrayOfZeros, readArray } from './storedArray.ts'
import { type Cells, type Column, type Sequences, type Series, type StoredArray, seriesOf } from './value.ts'
import { valuesIn } from './valuesIn.ts'

export interface DataCheckOptions {
  /** Model that is fed; without it shapes are not checked. */
  readonly signature?: Signature
  /** Sizes that are given (`--set K=10`). */
  readonly sizes?: Sizes
  /**
   * A file to look into, in place of the only one that the block names (`--data`), with its reader; of a text the first whole lines are
   * enough.
   */
  readonly sample?: { readonly path: string; readonly read: LoadOptions['read'] }
}

/**
 * Finds everything that loading would stop with whatever the values are: RNN407 for functions, arguments that are too many,
 * too few or of the wrong kind, missing members, windows that do not fit the model, splits that do not add up. With a sample, also
 * errors in its first rows: missing columns, and cells that are not numbers. In the order of the text.
 */
export async function checkData(data: Data, options: DataCheckOptions = {}): Promise<readonly Diagnostic[]> {
  const { sample, signature, sizes } = options
  const found = distinct([...(await checkForms(data)), ...(await checkKinds(data, options))])
  if (sample === undefined || signature === undefined || found.length > 0) return found
  const inRows = await problemsOf(() => loadData(data, signature, { ...sample, sizes }))
  return inRows.filter(d => shownByRows.has(d.code) || (d.code === 'RNN411' && !countsCodes(signature)))
}

/** Errors that some rows prove for the whole; anything else that they lack may come in later rows. */
const shownByRows: ReadonlySet<Code> = new Set<Code>(['RNN403', 'RNN404', 'RNN406', 'RNN410', 'RNN418', 'RNN419'])

/** Tells whether the rows bind a size by counting, so that some of them bind another size than all. */
const countsCodes = ({ inputs, targets }: Signature): boolean =>
  [...inputs, ...targets].some(port => port.coding !== undefined)

/** RNN306 and RNN407 for expressions that no data block can have, wherever they stand. */
async function checkForms({ body }: Data): Promise<Diagnostic[]> {
  const checks = body.flatMap(e => [() => checkLeft(e), ...valuesIn(e.value).map(inner => () => refuseForm(inner))])
  return (await Promise.all(checks.map(check => problemsOf(check)))).flat()
}

/** Gives the errors that `run` stops with. */
async function problemsOf(run: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    await run()
    return []
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return error.diagnostics
  }
}

// ---- kinds

/** Samples of the kinds that the cell of a JSON object may have: each is read as another kind of value. */
const cellKinds = [1, [1], [[1, 1]]] as const

/** Dims that an array may have, in the same way. */
const arrayKinds = [[1], [1, 1], [1, 1, 1]] as const

/** A way to read the columns whose kind only their values tell: for each the index in `cellKinds`. */
type Reading = ReadonlyMap<string, number>

const plain: Reading = new Map()

/** Greatest number of readings tried for an equation; one that needs more is left for its data. */
const mostReadings = 81

async function checkKinds(data: Data, options: DataCheckOptions): Promise<readonly Diagnostic[]> {
  const { signature, sizes = {} } = options
  const ports = signature === undefined ? [] : [...signature.inputs, ...signature.targets]
  const rowless = rowlessOf(data, ports, options)
  const onTheLeft = await problemsOf(() => rowless(plain))
  if (onTheLeft.length > 0) return onTheLeft
  const first = rowless(plain)
  const problems: Diagnostic[] = []
  const feeds: Feed[] = []
  const judge = async ({ lookup }: Rowless, { name, type }: Equation): Promise<Feed | undefined> => {
    const [value, port] = [await lookup(name.text), ports.find(p => p.name === name.text)]
    if (value !== undefined && type !== undefined) bindSizes(shapeOf(typedOf(name.text, type, value)), sizes)
    if (value === undefined || port === undefined) return undefined
    const feed = feedOf(port, signature?.targets.includes(port) ? 'target' : 'input', value)
    bindSizes(shapeOf(feed), sizes)
    return feed
  }
  // Skips equations that no port needs: a sample stands for one file, and they may read another.
  const needed = options.sample === undefined ? data.body : behind(data.body, [...ports.map(p => p.name), 'split'])
  for (const equation of needed) {
    const found = await problemsOf(async () => {
      const feed = await judge(first, equation)
      if (feed !== undefined) feeds.push(feed)
    })
    if (found.length === 0) continue
    const readings = first.isOpen() ? readingsOf(columnsOf(equation, data.body)) : []
    if (readings === undefined) continue
    const all = [found]
    for (const reading of readings) {
      all.push(await problemsOf(() => judge(rowless(reading), equation)))
      if (all.at(-1)?.length === 0) break
    }
    if (all.every(list => list.length > 0)) problems.push(...mostFrequent(all))
  }
  const together = async (): Promise<void> => {
    const split = await splitOf(data, first.surroundings)
    checkOrder(feeds, split)
    if (problems.length > 0) return
    bindSizes(feeds.flatMap(shapeOf), sizes)
    if (filesIn(data.body) === 1) checkCounts(feeds)
  }
  return [...problems, ...(await problemsOf(together))]
}

/** Shape of a feed as far as it is certain: not the number of codes, nor the shape of sequences and arrays, which depend on the values. */
function shapeOf(feed: Feed): Found[] {
  const { codes: _, ...found } = foundIn(feed, noRows)
  return feed.value.kind === 'sequences' || seriesOf(feed.value).isOpen ? [] : [found]
}

/** RNN423 where the windows or streams of one table differ, so that the numbers of examples differ too. */
function checkCounts(feeds: readonly Feed[]): void {
  const needed = ({ value }: Feed): number =>
    // Distinct from every length of windows.
    value.kind === 'windowed' ? value.length + value.ahead : value.kind === 'streamed' ? -value.count : 1
  const text = ({ value }: Feed): string =>
    value.kind === 'windowed'
      ? `windows of ${value.length} + ${value.ahead} rows`
      : value.kind === 'streamed'
        ? counted(value.count, 'example')
        : 'one row in each example'
  const [first] = feeds
  const other = feeds.find(feed => needed(feed) !== needed(first))
  if (other === undefined) return
  const [left, right] = [first, other].map(({ port }) => `\`${port.name}\``)
  const lengths = { leftLength: text(first), rightLength: text(other) }
  fail('RNN423', { left, right, ...lengths }, { span: other.span })
}

/** An evaluation on tables without rows. */
interface Rowless {
  readonly surroundings: Surroundings
  readonly lookup: Lookup
  /** Whether a table had columns of unknown kinds. */
  readonly isOpen: () => boolean
}

/** Makes evaluations under given readings; tables have the columns of the sample, or any that the block names. */
function rowlessOf(data: Data, ports: readonly Port[], { sample }: DataCheckOptions): (reading: Reading) => Rowless {
  const columns = [...new Set(data.body.flatMap(columnsIn))]
  const sampled = sample && sourcesOf(sample)
  const axes = axesFed(data, ports)
  return reading => {
    const undecided = new Set<string>()
    const kindOf = (found: Cells | StoredArray, span: Span, axes: number | undefined): Column | Sequences | Series => {
      const { file, name } = found
      undecided.add(name)
      const kind = reading.get(name) ?? 0
      if (found.kind === 'array') return readArray(arrayOfZeros(file, name, arrayKinds[kind]), span, axes)
      return readCells(singleCell(found, cellKinds[kind]), span, axes)
    }
    const surroundings: Surroundings = {
      read: async source => {
        if (sampled !== undefined) return sampled.read(source)
        const { path, by } = source
        const content = by.example?.(path, columns.length > 0 ? columns : ['x'])
        if (content === undefined) throw new Error(`${by.name} reads no file`)
        return content
      },
      files: () => noFiles,
      columnOf: (column, span, axes) => {
        if (column.kind === 'column') return withoutRows(column, false)
        const known = sample && readIfWell(column, span, axes)
        return known === undefined ? withoutRows(kindOf(column, span, axes), true) : withoutRows(known, false)
      },
      axes,
      fit: (_, __, compute) => fitted(compute),
    }
    return { surroundings, lookup: evaluator(data, surroundings), isOpen: () => undecided.size > 0 }
  }
}

/** A text of no file, which has no tokens. */
async function* noFiles(): AsyncGenerator<never> {}

/** Reads cells or an array; undefined where they are malformed, which loading reports. */
function readIfWell(
  found: Cells | StoredArray,
  span: Span,
  axes: number | undefined,
): Column | Sequences | Series | undefined {
  try {
    return columnOf(found, span, axes)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return undefined
  }
}

/** Computes an encoding from no values; where that fails, gives one that changes nothing. */
function fitted(compute: (training: Rows) => Encoding): Encoding {
  try {
    return compute(noRows)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return asRead(1)
  }
}

/** Lists all readings of some columns except the plain one; undefined where they are too many. */
function readingsOf(columns: readonly string[]): Reading[] | undefined {
  const count = cellKinds.length ** columns.length
  if (count > mostReadings) return undefined
  return Array.from({ length: count }, (_, i) => i)
    .slice(1)
    .map(i => new Map(columns.map((name, c) => [name, Math.floor(i / cellKinds.length ** c) % cellKinds.length])))
}

/** Lists the columns that an equation reads, by itself and through others. */
const columnsOf = ({ name }: Equation, body: readonly Equation[]): string[] => {
  const equations = behind(body, [name.text])
  // The array of a file that has a single one is read without a name.
  return [...new Set([...equations.flatMap(columnsIn), ...(filesIn(equations) > 0 ? [''] : [])])]
}

/** Number of files that are read. */
const filesIn = (body: readonly Equation[]): number =>
  body
    .flatMap(e => [...allExprs(e.value)])
    .filter(
      e => e.kind === 'call' && e.callee.kind === 'name' && dataFunctions.get(e.callee.name)?.example !== undefined,
    ).length

/** Picks the errors that most readings share: they hold whatever the columns are. */
function mostFrequent(lists: readonly (readonly Diagnostic[])[]): readonly Diagnostic[] {
  const text = (list: readonly Diagnostic[]): string => list.map(d => d.message).join()
  const count = (list: readonly Diagnostic[]): number => lists.filter(other => text(other) === text(list)).length
  return lists.toSorted((a, b) => count(b) - count(a))[0] ?? []
}
