// A sequence that is cut in two, the states carried from one half to the other, gives the results of the whole.
import { type CompiledModel, compile } from '../../../compiler/index.ts'
import { evaluate } from '../../../compiler/ir/dim.ts'
import type { Declaration, TopLevel, Unit } from '../../../dsl/ast.ts'
import { parse } from '../../../dsl/parse.ts'
import { libraryFile, libraryFiles } from '../../../dsl/standardLibrary.ts'
import { type Batch, drawBatch, drawWeights } from '../drawBatch.ts'
import { pickFor } from '../fuzzCase.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, roundingOf, runOn, type Trial } from '../trial.ts'

/** Value of the first hyper-parameter of a cell here. */
const units = 2
const [whole, first, second] = ['Whole', 'First', 'Second']

export const splitting: Check = {
  name: 'splitting',
  every: 4,
  claim:
    'a cell, of the program or of the library, gives the same over a sequence as over two parts of it, with the states carried over',
  run: trial => {
    const { source } = trial.case
    const { items } = parse(source, 'fuzz.rnn').program
    const cells = items.filter(isCell)
    const others = items.flatMap(i => (i.kind === 'fn' || (i.kind === 'unit' && i.unit !== 'model') ? [i] : []))
    const definitions = others.map(i => source.slice(i.span.start, i.span.end)).join('\n')
    const own = cells.flatMap(cell => {
      const required = cell.params.filter(p => p.default === undefined)
      return required.length <= 1 ? [() => split(trial, cell, source, definitions)] : []
    })
    // Adds one cell of the library, each in some program.
    const known = pickFor(trial.case, 'splitting', library)
    return inTurn([...own, ...(known === undefined ? [] : [() => split(trial, known, text, '')])])
  },
}

const file = libraryFile('cells.rnn')
const text = libraryFiles.get(file) ?? ''
const isCell = (item: TopLevel): item is Unit => item.kind === 'unit' && item.unit === 'cell'
const library = parse(text, file).program.items.filter(isCell)

interface Input {
  readonly name: string
  readonly type: string
  /** Whether it goes through time with the cell, or is the same at every step. */
  readonly stepped: boolean
}

function split(trial: Trial, cell: Unit, source: string, definitions: string): Outcome {
  const declarations = cell.body.filter((s): s is Declaration => s.kind === 'input')
  const inputs = declarations.flatMap((d): Input[] =>
    d.names.map(n => ({
      name: n.text,
      type: sized(source.slice(d.type.span.start, d.type.span.end), cell),
      stepped: d.type.axes.length === 0,
    })),
  )
  if (!inputs.some(i => i.stepped)) return { checks: 0 }
  const states = cell.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  const returns = cell.body.some(s => s.kind === 'return')
  const program = (name: string, body: readonly string[]): string =>
    [definitions, `model ${name} {`, ...body.map(line => `  ${line}`), '}', ''].join('\n')
  const declare = (axes: readonly string[]): string[] =>
    inputs.flatMap(({ name, type, stepped }) =>
      stepped ? axes.map(axis => `input ${name}_${axis}: ${type} over ${axis}`) : [`input ${name}: ${type}`],
    )
  const args = (axis: string): string => inputs.map(i => (i.stepped ? `${i.name}_${axis}` : i.name)).join(', ')
  const made = `part c = ${cell.name.text}${cell.hasParams ? `(${cell.params.some(p => p.default === undefined) ? units : ''})` : ''}`
  const finals = (of: string): string[] => states.map(s => `output final_${s} = ${of}.final.${s}`)
  const { ops } = trial.model.context
  const one = compile(
    program('One', [
      ...declare([whole]),
      made,
      `r = c(${args(whole)})`,
      ...(returns ? ['output r'] : []),
      ...finals('r'),
    ]),
    { ops },
  )
  const two = compile(
    program('Two', [
      ...declare([first, second]),
      made,
      `q = c(${args(first)})`,
      `r = c(${args(second)}, from = q.final)`,
      ...(returns ? ['output q', 'output r'] : []),
      ...finals('r'),
    ]),
    { ops },
  )
  return halves(trial, one, two)
}

/** Writes a type of the cell in the sizes of the model. */
const sized = (type: string, { params }: Unit): string =>
  params.reduce((text, { name }) => text.replaceAll(new RegExp(`\\b${name.text}\\b`, 'g'), String(units)), type)

/** Runs both models on the same elements, and lays the halves of the second end to end. */
function halves(trial: Trial, one: CompiledModel, two: CompiledModel): Outcome {
  const { data, lengths } = trial.case
  const sizes = { ...Object.fromEntries(one.freeDims.map(name => [name, units])), ...trial.case.sizes }
  const B = sizes.B
  const [n, m] = [data % 3, Math.floor(data / 3) % 3]
  const longest = { [first]: n, [second]: m, [whole]: n + m }
  const lengthsOf = (axis: string): number[] => Array.from({ length: B }, (_, b) => (data + b) % (longest[axis] + 1))
  const cut = { [first]: lengthsOf(first), [second]: lengthsOf(second) }
  const total = cut[first].map((length, b) => length + cut[second][b])
  const inTwo = drawBatch(two.signature, {
    ...trial.case,
    sizes: { ...sizes, ...longest },
    lengths: { ...lengths, ...cut },
  })
  const inOne = joined(one, inTwo, { ...sizes, ...longest, ...inTwo.sizes }, cut, total)
  const weights = drawWeights(two.signature, inTwo.sizes, data)
  const run = (model: CompiledModel, batch: Batch): Arrays =>
    runOn(trial.tested.backends[0], {
      context: model.context,
      graph: model.predict({ pipeline: trial.tested.pipeline }),
    })(batch.sizes, {
      ...batch.arrays,
      ...weights,
    })
  const [expected, parts] = [run(one, inOne), run(two, inTwo)]
  const found = Object.fromEntries(
    Object.entries(expected).map(([name, data]) => {
      if (name !== 'r') return [name, parts[name]]
      const width = n + m === 0 || B === 0 ? 0 : data.length / B / (n + m)
      return ['r', concatenated(parts.q, parts.r, { n, m, B, width }, cut)]
    }),
  )
  return compare(found, expected, 1e-11, 'a sequence cut in two', () =>
    roundingOf({ context: one.context, graph: one.predict() }, inOne.sizes, { ...inOne.arrays, ...weights }),
  )
}

type Cut = Readonly<Record<string, readonly number[]>>

/** Builds the batch of the whole sequences: each the valid elements of its two halves. */
function joined(
  one: CompiledModel,
  { arrays }: Batch,
  sizes: Readonly<Record<string, number>>,
  cut: Cut,
  total: readonly number[],
): Batch {
  const { B, [first]: n, [second]: m } = sizes
  const ports = one.signature.inputs.map(port => {
    const stem = port.name.slice(0, -whole.length)
    const [left, right] = [arrays[`${stem}${first}`], arrays[`${stem}${second}`]]
    if (left === undefined || right === undefined) return [port.name, arrays[port.name]] as const
    const width = port.item.reduce((product, d) => product * evaluate(d, sizes), 1)
    return [port.name, concatenated(left, right, { n, m, B, width }, cut, garbage)] as const
  })
  return {
    sizes: { ...sizes },
    arrays: { ...arrays, ...Object.fromEntries(ports), [`${whole}.lengths`]: Int32Array.from(total) },
  }
}

/** Padding of reals; that of ints repeats one of their own elements. */
const garbage = 37

/** Joins [B, n, width] and [B, m, width] to [B, n + m, width]: the valid elements of both, then padding. */
function concatenated<A extends Arrays[string]>(
  left: A,
  right: A,
  { n, m, B, width }: Readonly<Record<'n' | 'm' | 'B' | 'width', number>>,
  cut: Cut,
  padding = 0,
): Arrays[string] {
  const size = B * (n + m) * width
  const result =
    left instanceof Int32Array
      ? new Int32Array(size).fill(left[0] ?? right[0] ?? 0)
      : new Float64Array(size).fill(padding)
  for (let b = 0; b < B; b++) {
    const [p, q] = [cut[first][b], cut[second][b]]
    const start = b * (n + m) * width
    result.set(left.subarray(b * n * width, (b * n + p) * width), start)
    result.set(right.subarray(b * m * width, (b * m + q) * width), start + p * width)
  }
  return result
}
