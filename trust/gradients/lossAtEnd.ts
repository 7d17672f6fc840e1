// Cuts a loss that is averaged over the steps to the share of one step, so that nearer losses do not hide how far one reaches.
import { type Builder, broadcast, type Context, createBuilder, scalar, zerosLike } from '../../compiler/ir/builder.ts'
import { asNumber, type Dim, equal, offsetsOf, symbol, symbolsOf } from '../../compiler/ir/dim.ts'
import { type Graph, scanLength, type Type, type Value } from '../../compiler/ir/graph.ts'

/** The step that is kept: the last valid one, or the first, which loops that run backward come to last. */
export type End = 'last' | 'first'

export interface EndLoss {
  readonly graph: Graph
  /** Whether an average was cut to one step, and whether one over steps could not be. */
  readonly cut: boolean
  readonly uncut: boolean
}

/**
 * Drops the terms of every `sum.i` of the graph (of `evaluate`) but those of one step along each axis that a loop runs over. `count.i`
 * stays. An axis inside another (the characters of words) is not cut.
 */
export function lossAtEnd(context: Context, graph: Graph, batch: Dim | undefined, end: End): EndLoss {
  const lengths = graph.eqns.flatMap(e => (e.body === undefined ? [] : [scanLength(e)]))
  const sums = new Set(graph.results.filter((_, i) => graph.outputs[i].startsWith('sum.')).map(v => v.id))
  const b = createBuilder(context, value => value)
  let [cut, uncut] = [false, false]
  for (const eqn of graph.eqns) {
    const summed = eqn.op === 'sum' && sums.has(eqn.outs[0].id) ? eqn.ins[0] : undefined
    const places = summed === undefined ? [] : axesOf(summed, batch).filter(i => isAmong(summed.shape[i], lengths))
    if (summed === undefined || places.length === 0) {
      b.eqns.push(eqn)
      continue
    }
    const masks = places.map(place => stepMask(b, graph, summed, place, end))
    const known = masks.flatMap(m => m ?? [])
    uncut ||= known.length < masks.length
    cut ||= known.length > 0
    const kept = known.reduce((x, mask) => b.emit('where', [mask, x, zerosLike(b, summed)]), summed)
    b.eqns.push({ ...eqn, ins: [kept] })
  }
  return { graph: { ...graph, eqns: b.eqns }, cut, uncut }
}

const isAmong = (dim: Dim, dims: readonly Dim[]): boolean => dims.some(d => equal(d, dim))

/** Lists the axes of a value: its dimensions before that of the examples. */
function axesOf({ shape }: Type, batch: Dim | undefined): number[] {
  const end = shape.findIndex(d => batch !== undefined && equal(d, batch))
  return Array.from({ length: Math.max(0, end) }, (_, i) => i)
}

/** Finds the lengths of an axis among the inputs of a graph, and by how many elements a value along `dim` is shorter than those. */
export function lengthsOf(graph: Graph, dim: Dim): { readonly lengths: Value; readonly less: number } | undefined {
  const [name] = symbolsOf(dim)
  const place = graph.inputs.indexOf(`${name}.lengths`)
  if (name === undefined || place < 0) return undefined
  const less = offsetsOf(dim)[0]
  return equal(dim, symbol(name, less)) ? { lengths: graph.params[place], less } : undefined
}

/**
 * Builds a mask, true at one step of an axis, in the shape of `like`; undefined where the axis has a length for each element of another.
 */
function stepMask(b: Builder, graph: Graph, like: Value, place: number, end: End): Value | undefined {
  const { shape } = like
  const spread = (value: Value, at: number): Value =>
    broadcast(
      b,
      value,
      shape.map((_, i) => i - shape.length).filter(i => i !== at - shape.length),
      shape.filter((_, i) => i !== at),
    )
  const position = spread(b.emit('iota', [], { size: shape[place] }), place)
  const number = (value: number): Value => spread(scalar(b, value, 'int'), shape.length)
  if (end === 'first') return b.emit('eq', [position, number(0)])
  const found = lengthsOf(graph, shape[place])
  if (found === undefined) {
    if (asNumber(shape[place]) === undefined) return undefined
    const size = spread(b.emit('size', [], { dim: shape[place] }), shape.length)
    return b.emit('eq', [position, b.emit('sub', [size, number(1)])])
  }
  if (found.lengths.shape.length !== 1) return undefined
  const batch = shape.findIndex(d => equal(d, found.lengths.shape[0]))
  const last = b.emit('sub', [spread(found.lengths, batch), number(1 + found.less)])
  return b.emit('eq', [position, last])
}
