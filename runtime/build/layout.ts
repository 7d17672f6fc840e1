// Inputs and outputs of a built module: the field of each, and the source of each size.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { CompiledModel, Graph } from '../../compiler/index.ts'
import { type Dim, format, product, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { known } from '../data/bindSizes.ts'
import type { Encoding } from '../data/encoding.ts'
import type { Fitted } from '../data/fitted.ts'

/** An input or an output of the module. */
export interface Field {
  readonly name: string
  readonly port: Port
  /** Begins with the number of examples. */
  readonly shape: readonly Dim[]
  /** Steps from the numbers read to those of the network; undefined if they are not known. */
  readonly encoding?: Encoding
  /** Number of codes, for a field of codes. */
  readonly codes?: Dim
}

/** A size of the batch: B, or the longest length of a ragged axis. */
export interface SizeField {
  readonly symbol: string
  /** Name for `run`: the symbol, unless an input is called so. */
  readonly name: string
  /** Input whose length determines it, and how many elements belong to one of it; undefined if it must be given. */
  readonly from?: { readonly input: string; readonly each: Dim }
}

/** The lengths of a ragged axis. */
export interface LengthField {
  /** Name in the network: `T.lengths`. */
  readonly input: string
  /** Name for `run`: `T_lengths`. */
  readonly name: string
  readonly shape: readonly Dim[]
  readonly most: Dim
}

/** What a graph takes. */
export interface InputLayout {
  readonly inputs: readonly Field[]
  /** In the order in which they can be computed. */
  readonly sizes: readonly SizeField[]
  readonly lengths: readonly LengthField[]
  /** The name of the seed, for a model that draws. */
  readonly seed?: string
  readonly parameters: readonly { readonly name: string; readonly shape: readonly Dim[] }[]
}

export interface Layout extends InputLayout {
  readonly outputs: readonly Field[]
  /** Sizes that training fixed, and those that `create` must be told. */
  readonly fixed: Sizes
  readonly free: readonly string[]
  /** Outputs that answer for a target; none where the model must generate its answers step by step. */
  readonly answers: readonly { readonly output: Field; readonly target: Field }[]
  /** Whether the module speaks the units and labels of the data: it knows them from a training, or answers with codes. */
  readonly hasPredict: boolean
}

/** Makes the fields of a model: a port with a shape, and its units. */
export const fieldOf = (port: Port, shape: readonly Dim[], fitted: Fitted | undefined): Field => {
  const encoding = fitted !== undefined && Object.hasOwn(fitted.ports, port.name) ? fitted.ports[port.name] : undefined
  return {
    name: port.name,
    port,
    shape,
    ...(encoding && { encoding }),
    ...(port.coding && { codes: port.coding.size }),
  }
}

/** Derives what a graph takes; `known` are sizes that are given. RNN413 for an input that is no port, no length and no parameter. */
export function inputLayout(
  { signature }: CompiledModel,
  graph: Graph,
  fitted: Fitted | undefined,
  known: readonly string[] = [],
): InputLayout {
  const shapes = new Map(graph.inputs.map((name, i) => [name, graph.params[i].shape]))
  const ports = [...signature.inputs, ...signature.targets]
  const inputs = ports.flatMap(port => {
    const shape = shapes.get(port.name)
    return shape === undefined ? [] : [fieldOf(port, shape, fitted)]
  })
  const parameters = signature.parameters.filter(p => shapes.has(p.name))
  const taken = new Set(inputs.map(f => f.name))
  const batch = batchSymbols(signature, graph).filter(s => !known.includes(s))
  const sizes = solve(batch, inputs).map(s => ({ ...s, name: freshName(s.symbol, taken) }))
  const lengths = [...shapes].flatMap(([input, shape]): LengthField[] => {
    const axis = input.endsWith('.lengths') ? input.slice(0, -'.lengths'.length) : undefined
    const most = ports.flatMap(p => p.axes).find(a => a.name === axis)?.size
    return most === undefined ? [] : [{ input, name: freshName(`${axis}_lengths`, taken), shape, most }]
  })
  const seed = shapes.has('@seed') ? freshName('seed', taken) : undefined
  const own = new Set([...inputs, ...parameters].map(f => f.name))
  const accounted = new Set([...own, ...lengths.map(l => l.input), '@seed', '@step'])
  const strange = graph.inputs.find(name => !accounted.has(name))
  if (strange !== undefined) fail('RNN413', { feature: `a module of a model with \`${strange}\`` })
  return { inputs, parameters, lengths, sizes, ...(seed !== undefined && { seed }) }
}

/** Splits the sizes of some graphs into those that training fixed and those that must be given; `known` are those of the batch. */
export function sizesOf(
  graphs: readonly Graph[],
  { signature }: CompiledModel,
  fitted: Fitted | undefined,
): { readonly fixed: Sizes; readonly free: readonly string[] } {
  const batch = graphs.flatMap(graph => batchSymbols(signature, graph))
  const ports = [...signature.inputs, ...signature.targets]
  const used = new Set(graphs.flatMap(g => g.inputs))
  const symbols = graphs.flatMap(g => [...g.params, ...g.results].flatMap(v => v.shape.flatMap(symbolsOf)))
  const codes = ports.flatMap(p => (p.coding === undefined || !used.has(p.name) ? [] : symbolsOf(p.coding.size)))
  const others = [...new Set([...symbols, ...codes])].filter(s => !batch.includes(s))
  const fixed = Object.fromEntries(
    others.flatMap(s => (fitted && Object.hasOwn(fitted.sizes, s) ? [[s, fitted.sizes[s]]] : [])),
  )
  return { fixed, free: others.filter(s => !Object.hasOwn(fixed, s)) }
}

/** Derives everything about a module except its text. */
export function layoutOf(model: CompiledModel, graph: Graph, fitted: Fitted | undefined): Layout {
  const { signature } = model
  const outputs = signature.outputs.map((port, i) => fieldOf(port, graph.results[i].shape, fitted))
  const taken = inputLayout(model, graph, fitted)
  const isFree = model.fedBack.length > 0
  const answers = isFree ? [] : answersIn(signature, outputs, fitted)
  const isCoded = answers.length > 0 && [...taken.inputs, ...answers.map(a => a.target)].some(f => f.codes)
  return {
    ...taken,
    ...sizesOf([graph], model, fitted),
    outputs,
    answers,
    hasPredict: !isFree && (fitted !== undefined || isCoded),
  }
}

/** Pairs each output that answers for a target with it. */
export const answersIn = (
  { predictions, targets }: CompiledModel['signature'],
  outputs: readonly Field[],
  fitted: Fitted | undefined,
): Layout['answers'] =>
  predictions.flatMap(p => {
    const output = outputs.find(o => o.name === p.output)
    const target = targets.find(t => t.name === p.target)
    return output === undefined || target === undefined ? [] : [{ output, target: fieldOf(target, [], fitted) }]
  })

/** Symbols of the batch that the graph uses: B, and the sizes of the ragged axes. */
function batchSymbols(signature: CompiledModel['signature'], graph: Graph): string[] {
  const ports = [...signature.inputs, ...signature.targets]
  const ragged = ports.flatMap(p => p.axes.flatMap(a => (a.ragged ? symbolsOf(a.size) : [])))
  const first = graph.results.flatMap(r => r.shape.slice(0, 1).flatMap(symbolsOf))
  const used = new Set([...graph.params, ...graph.results].flatMap(v => v.shape.flatMap(symbolsOf)))
  return [...new Set([...first, ...ragged])].filter(s => used.has(s))
}

/** Finds which size follows from the length of which input, once the sizes before it are known. */
function solve(symbols: readonly string[], inputs: readonly Field[]): Omit<SizeField, 'name'>[] {
  const found: Omit<SizeField, 'name'>[] = []
  const isKnown = (s: string): boolean => !symbols.includes(s) || found.some(f => f.symbol === s)
  while (found.length < symbols.length) {
    const open = symbols.filter(s => !isKnown(s))
    const next = open.flatMap(symbol =>
      inputs.flatMap(({ name, shape }): Omit<SizeField, 'name'>[] => {
        const at = shape.findIndex(d => format(d) === symbol)
        const rest = shape.filter((_, i) => i !== at)
        if (at < 0 || !rest.flatMap(symbolsOf).every(isKnown)) return []
        return [{ symbol, from: { input: name, each: product(rest) } }]
      }),
    )
    found.push(next[0] ?? { symbol: open[0] })
  }
  return found
}

function freshName(wish: string, taken: Set<string>): string {
  let name = wish
  while (taken.has(name)) name += '_'
  taken.add(name)
  return name
}

/** Writes a shape: `[B, T, 12]`. */
export const dimsText = (shape: readonly Dim[], fixed: Sizes): string =>
  `[${shape.map(d => String(known(d, fixed) ?? format(d))).join(', ')}]`

/** Name of the typed array for real numbers in a module. */
export const realArray = (precision: Precision): string => (precision === 'f32' ? 'Float32Array' : 'Float64Array')
