// What is wrong with a data block as far as it can be told without the data, or from the beginning of it: the block is evaluated
// on tables without rows, by the same functions that load data.
import { distinct } from '../../compiler/elaborate/values/collectProblems.ts'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Data, Equation, Span } from '../../dsl/ast.ts'
import { allExprs } from '../../dsl/children.ts'
import { type Code, type Diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { axesFed } from './axisLengths.ts'
import { bindSizes, type Found } from './bindSizes.ts'
import { readCells, singleCell } from './cells.ts'
import { behind, columnsIn } from './columnsIn.ts'
import { asRead, type Encoding } from './encoding.ts'
import { checkLeft, evaluator, type Lookup, refuseForm, type Surroundings } from './evaluate.ts'
import { type Feed, feedOf, foundIn } from './feed.ts'
import { tableIn } from './functions/file.ts'
import { dataFunctions } from './functions/index.ts'
import { checkOrder, type LoadOptions, loadData, reader, splitOf } from './loadData.ts'
import { withoutRows } from './rowless.ts'
import type { Cells, Column, Sequences, Series } from './value.ts'
import { valuesIn } from './valuesIn.ts'

export interface DataCheckOptions {
  /** The model that is fed; without it the shapes of what feeds it are not checked. */
  readonly signature?: Signature
  /** Sizes that are given (`--set K=10`). */
  readonly sizes?: Sizes
  /** A file to look into, in place of the only one that the block names (`--data`), and its first bytes, whole lines. */
  readonly sample?: { readonly path: string; readonly read: LoadOptions['read'] }
}

/**
 * Everything that loading would stop with whatever the values are: RNN407 and RNN413 for functions, arguments that are too many,
 * too few or of the wrong kind, members that there are not, windows that do not fit the model, splits that do not add up. With a
 * sample, also what its first rows show: columns that there are not, and cells that are no numbers. In the order of the text.
 */
export async function checkData(data: Data, options: DataCheckOptions = {}): Promise<readonly Diagnostic[]> {
  const { sample, signature, sizes } = options
  const found = distinct([...(await checkForms(data)), ...(await checkKinds(data, options))])
  if (sample === undefined || signature === undefined || found.length > 0) return found
  const inRows = await problemsOf(() => loadData(data, signature, { ...sample, sizes }))
  return inRows.filter(d => shownByRows.has(d.code) || (d.code === 'RNN411' && !countsCodes(signature)))
}

/** What is wrong in some rows is wrong in all; what is missing in them may come later. */
const shownByRows: ReadonlySet<Code> = new Set<Code>(['RNN403', 'RNN404', 'RNN406', 'RNN410', 'RNN418', 'RNN419'])

/** Whether the rows bind a size by counting, so that some of them bind another than all. */
const countsCodes = ({ inputs, targets }: Signature): boolean =>
  [...inputs, ...targets].some(port => port.coding !== undefined)

/** RNN306, RNN407 and RNN413 for what is no form of a data block, wherever it stands. */
async function checkForms({ body }: Data): Promise<Diagnostic[]> {
  const checks = body.flatMap(e => [() => checkLeft(e), ...valuesIn(e.value).map(inner => () => refuseForm(inner))])
  return (await Promise.all(checks.map(check => problemsOf(check)))).flat()
}

/** What `run` stops with. */
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

/** What the cell of a JSON object may be: each is read as another kind of value. */
const cellKinds = [1, [1], [[1, 1]]] as const

/** A way to read the columns that only their values tell apart: for each the place in `cellKinds`. */
type Reading = ReadonlyMap<string, number>

const plain: Reading = new Map()

/** No more readings of one equation are tried; one that needs so many is left for its data. */
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
  const judge = async ({ lookup }: Rowless, { name }: Equation): Promise<Feed | undefined> => {
    const [value, port] = [await lookup(name.text), ports.find(p => p.name === name.text)]
    if (value === undefined || port === undefined) return undefined
    const feed = feedOf(port, signature?.targets.includes(port) ? 'target' : 'input', value)
    bindSizes(shapeOf(feed), sizes)
    return feed
  }
  // A sample stands for one file; what no port needs may read another.
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
    const split = await splitOf(data, first.surroundings.read)
    checkOrder(feeds, split)
    if (problems.length > 0) return
    bindSizes(feeds.flatMap(shapeOf), sizes)
    if (tablesIn(data) === 1) checkCounts(feeds)
  }
  return [...problems, ...(await problemsOf(together))]
}

/** What is found in any case: not how many codes there are, nor the shape of sequences, which the values tell. */
function shapeOf(feed: Feed): Found[] {
  const { codes: _, ...found } = foundIn(feed, new Int32Array())
  return feed.value.kind === 'sequences' ? [] : [found]
}

/** RNN423 where the windows of one table are of different lengths, so that there are not as many of each. */
function checkCounts(feeds: readonly Feed[]): void {
  const needed = ({ value }: Feed): number => (value.kind === 'windowed' ? value.length + value.ahead : 1)
  const text = ({ value }: Feed): string =>
    value.kind === 'windowed' ? `windows of ${value.length} + ${value.ahead} rows` : 'one row in each example'
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
  /** Whether a table was met of whose columns the kinds are not known. */
  readonly isOpen: () => boolean
}

/** Evaluations under one reading or another; tables have the columns of the sample, or any that the block names. */
function rowlessOf(data: Data, ports: readonly Port[], { sample }: DataCheckOptions): (reading: Reading) => Rowless {
  const columns = [...new Set(data.body.flatMap(columnsIn))]
  const sampled = sample && reader(sample)
  const axes = axesFed(data, ports)
  return reading => {
    const undecided = new Set<string>()
    const kindOf = (cells: Cells, span: Span, axes: number | undefined): Column | Sequences | Series => {
      const known = sample && readIfWell(cells, span, axes)
      if (known !== undefined) return known
      undecided.add(cells.name)
      const cell = cellKinds[reading.get(cells.name) ?? 0]
      return readCells(singleCell(cells, cell), span, axes)
    }
    const surroundings: Surroundings = {
      read: async source => {
        if (sampled !== undefined) return sampled(source)
        const { path, by, format, asked } = source
        const example = by.example?.(columns.length > 0 ? columns : ['x'])
        return tableIn(new TextEncoder().encode(example), path, format(path, asked))
      },
      columnOf: (column, span, axes) => withoutRows(column.kind === 'cells' ? kindOf(column, span, axes) : column),
      axes,
      fit: (_, __, compute) => fitted(compute),
    }
    return { surroundings, lookup: evaluator(data, surroundings), isOpen: () => undecided.size > 0 }
  }
}

/** Undefined where the cells are malformed, of which loading tells. */
function readIfWell(cells: Cells, span: Span, axes: number | undefined): Column | Sequences | Series | undefined {
  try {
    return readCells(cells, span, axes)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return undefined
  }
}

/** An encoding of no values; where it cannot be computed of none, one that does nothing. */
function fitted(compute: (training: Int32Array) => Encoding): Encoding {
  try {
    return compute(new Int32Array())
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return asRead(1)
  }
}

/** All readings of some columns but the plain one; undefined where they are too many. */
function readingsOf(columns: readonly string[]): Reading[] | undefined {
  const count = cellKinds.length ** columns.length
  if (count > mostReadings) return undefined
  return Array.from({ length: count }, (_, i) => i)
    .slice(1)
    .map(i => new Map(columns.map((name, c) => [name, Math.floor(i / cellKinds.length ** c) % cellKinds.length])))
}

/** The columns that an equation reads, by itself and through others. */
const columnsOf = ({ name }: Equation, body: readonly Equation[]): string[] => [
  ...new Set(behind(body, [name.text]).flatMap(columnsIn)),
]

/** How many tables are read. */
const tablesIn = ({ body }: Data): number =>
  body
    .flatMap(e => [...allExprs(e.value)])
    .filter(
      e => e.kind === 'call' && e.callee.kind === 'name' && dataFunctions.get(e.callee.name)?.example !== undefined,
    ).length

/** The message of most readings: what is wrong whatever the columns are. */
function mostFrequent(lists: readonly (readonly Diagnostic[])[]): readonly Diagnostic[] {
  const text = (list: readonly Diagnostic[]): string => list.map(d => d.message).join()
  const count = (list: readonly Diagnostic[]): number => lists.filter(other => text(other) === text(list)).length
  return lists.toSorted((a, b) => count(b) - count(a))[0] ?? []
}
