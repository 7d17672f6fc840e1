// Measures how large the gradient of the loss is at each state of a model, by how many steps back, in float64.

import type { Buffer } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type Graph, load } from '../../compiler/index.ts'
import { unravel } from '../../compiler/ir/array.ts'
import { type Dim, equal, evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import {
  allEqns,
  type Eqn,
  scanLength,
  scanOperands,
  scanResults,
  type Type,
  type Value,
} from '../../compiler/ir/graph.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { grad } from '../../compiler/passes/grad.ts'
import { simplify } from '../../compiler/passes/simplify.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { drawInputs, type Weights } from '../../runtime/session.ts'
import { withProbes } from '../numbers/probes.ts'
import { inDouble } from './inDouble.ts'
import { type End, lengthsOf, lossAtEnd } from './lossAtEnd.ts'
import { steadyFactors } from './steadyFactors.ts'

export type LagVerdict = 'vanishing' | 'exploding' | 'steady' | 'not finite' | 'none' | 'too short'

/** The gradients of one state by their distance from the loss. */
export interface StateLags {
  /** Name of the state after its part: `rnn.h`; `.2` and so on is added where that name is taken. */
  readonly name: string
  /** Where the cell is applied. */
  readonly span?: Span
  /** Whether it reads its sequence from the end: lags then count from the first step. */
  readonly backward: boolean
  /**
   * Whether the outputs of its loop are read before the last step too: by layers above, attention, a sum over the steps. The factor
   * is then not that of the recurrence alone.
   */
  readonly readBefore: boolean
  /**
   * By lag: the root of the mean, over the sequences that reach it, of the squared L2 norm of the cotangent of the state as it enters the
   * step. Lag 0 is the last valid step of each sequence.
   */
  readonly norms: readonly number[]
  /** Number of sequences that reach each lag. */
  readonly counts: readonly number[]
  /**
   * Geometric mean, over the lags where there is a gradient, of the norm at the next lag divided by that at this one, of the same
   * sequences.
   */
  readonly factor?: number
  readonly verdict: LagVerdict
}

/** How gradients shrink or grow with the distance in time. */
export interface LagReport {
  /**
   * Loss whose gradient this is: the `whole` loss; only its share of the last step (`last step`), where it is an average over steps; or,
   * where that could not be told apart, `every step`, so that nearer losses count too.
   */
  readonly of: 'whole' | 'last step' | 'every step'
  readonly states: readonly StateLags[]
  /** States of loops inside loops, which are not looked at. */
  readonly inner: readonly string[]
}

/**
 * Measures the norm of the loss gradient by lag, for every real state of the cells of a model, on one batch of `pack` or `randomBatch`.
 * Throws the errors of `checkSizes`, and RNN311 where the model has no loss.
 */
export function byLag(
  model: CompiledModel,
  weights: Weights,
  batch: Readonly<Record<string, Buffer>>,
  sizes: Sizes,
  seed = 1,
): LagReport {
  model.checkSizes(sizes)
  const graph = model.evaluate({ pipeline: { name: 'by lag', forward: [simplify], backward: [] } })
  if (!graph.outputs.includes('loss')) fail('RNN311', { model: graph.name }, { span: model.unit.name.span })
  const inputs = inDouble({ ...drawInputs(seed, 0), ...batch, ...weights })
  const port = [...model.signature.inputs, ...model.signature.targets].find(p => graph.inputs.includes(p.name))
  const examples = port && graph.params[graph.inputs.indexOf(port.name)].shape[0]
  const loops = graph.eqns.flatMap(eqn => (eqn.body === undefined ? [] : [{ eqn, carries: statesOf(eqn) }]))
  const ends = (['last', 'first'] as const).map(end => ({
    ...lossAtEnd(model.context, graph, examples, end),
    values: loops.filter(l => endOf(l.eqn) === end).flatMap(l => [...l.carries, ...outputsOf(l.eqn)]),
  }))
  const cotangents = new Map(ends.flatMap(e => [...cotangentsOf(model, e.graph, e.values, inputs, sizes)]))
  const taken = new Map<string, number>()
  const states = loops.flatMap(({ eqn, carries }) => {
    const backward = eqn.attrs.reverse === true
    const lagsOf = (value: Value, type: Type) => {
      const data = cotangents.get(value.id)
      const lengths = lengthsIn(graph, eqn, type, { examples, inputs, sizes })
      return data && reduceByLag(data, lengths, evaluate(scanLength(eqn), sizes), backward)
    }
    const readBefore = outputsOf(eqn).some(y =>
      lagsOf(y, { ...y, shape: y.shape.slice(1) })?.norms.some((norm, lag) => lag > 0 && norm !== 0),
    )
    return carries.flatMap((value): StateLags[] => {
      const lags = lagsOf(value, value)
      if (lags === undefined) return []
      const base = `${partOf(graph, eqn)}${value.hint || 'state'}`
      const nth = (taken.get(base) ?? 0) + 1
      taken.set(base, nth)
      const name = nth === 1 ? base : `${base}.${nth}`
      return [{ name, ...(eqn.span && { span: eqn.span }), backward, readBefore, ...lags }]
    })
  })
  const inner = loops.flatMap(({ eqn }) => {
    const scans = eqn.body === undefined ? [] : [...allEqns(eqn.body)].filter(e => e.body !== undefined)
    return scans.flatMap(e => statesOf(e).map(v => `${partOf(graph, eqn)}${v.hint || 'state'}`))
  })
  const used = ends.filter(e => e.values.length > 0)
  const of = used.some(e => e.uncut) ? 'every step' : used.some(e => e.cut) ? 'last step' : 'whole'
  return { of, states, inner: [...new Set(inner)] }
}

const endOf = (scan: Eqn): End => (scan.attrs.reverse === true ? 'first' : 'last')

const statesOf = (scan: Eqn): readonly Value[] =>
  scanOperands(scan, scan.body?.params).carries.filter(v => v.dtype === 'real')

const outputsOf = (scan: Eqn): readonly Value[] => scanResults(scan).ys.filter(v => v.dtype === 'real')

/** Names the part whose weights a loop reads, with a dot: `enc.f.`; empty where its weights have no part in common. */
function partOf(graph: Graph, scan: Eqn): string {
  const names = scanOperands(scan).consts.flatMap(v => {
    const name = graph.inputs[graph.params.findIndex(p => p.id === v.id)]
    return v.dtype === 'real' && name?.includes('.') ? [name.split('.').slice(0, -1)] : []
  })
  const [first = [], ...others] = names
  const end = first.findIndex((part, i) => others.some(o => o[i] !== part))
  return (end < 0 ? first : first.slice(0, end)).map(part => `${part}.`).join('')
}

/** Computes the cotangents of states as they enter each step, [steps, shape…], and of outputs of loops, by the id of the value. */
function cotangentsOf(
  { context }: CompiledModel,
  graph: Graph,
  values: readonly Value[],
  inputs: Readonly<Record<string, Buffer>>,
  sizes: Sizes,
): ReadonlyMap<number, Buffer> {
  if (values.length === 0) return new Map()
  const ids = new Set(values.map(v => v.id))
  const { graph: probed, probes } = withProbes(context, graph, v => ids.has(v.id))
  const names = probes.map(p => p.name)
  const { builder, gradients } = grad(context, probed, 'loss', names)
  const block = dce.run(context, builder.finish([...gradients.values()]))
  const zeros = probed.params.slice(graph.params.length).map((param, i) => {
    const length = param.shape.reduce((n, d) => n * evaluate(d, sizes), 1)
    return [names[i], new Float64Array(length)] as const
  })
  const executable = load(context, { ...probed, ...block, outputs: names }, js, 'f64')
  const results = executable.run(sizes, { ...inputs, ...Object.fromEntries(zeros) })
  return new Map(probes.map(p => [p.value.id, results[p.name].slice()]))
}

interface Batch {
  /** The number of examples, if an input or target has them. */
  readonly examples: Dim | undefined
  readonly inputs: Readonly<Record<string, Buffer>>
  readonly sizes: Sizes
}

/** Lengths of the sequences of each row of a state: a row for each example, and each place on the axes that its cell is mapped over. */
function lengthsIn(graph: Graph, scan: Eqn, { shape }: Type, { examples, inputs, sizes }: Batch): readonly number[] {
  const batch = shape.findIndex(d => examples !== undefined && equal(d, examples))
  const rows = shape.slice(0, batch + 1)
  const counts = rows.map(d => evaluate(d, sizes))
  const steps = evaluate(scanLength(scan), sizes)
  const found = lengthsOf(graph, scanLength(scan))
  const places = found?.lengths.shape.map(dim => rows.findIndex(d => equal(d, dim))) ?? []
  return Array.from({ length: counts.reduce((n, d) => n * d, 1) }, (_, row) => {
    if (found === undefined || places.includes(-1)) return steps
    const index = unravel(row, counts)
    const at = places.reduce((offset, place) => offset * counts[place] + index[place], 0)
    return Math.max(0, inputs[graph.inputs[graph.params.indexOf(found.lengths)]][at] - found.less)
  })
}

/** Derives norms, factor and verdict from cotangents [steps, rows, item]. */
function reduceByLag(
  data: Buffer,
  lengths: readonly number[],
  steps: number,
  backward: boolean,
): Pick<StateLags, 'norms' | 'counts' | 'factor' | 'verdict'> {
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const width = steps === 0 ? 0 : data.length / steps / lengths.length
  const norm = (row: number, lag: number): number => {
    const step = backward ? lag : lengths[row] - 1 - lag
    const start = (step * lengths.length + row) * width
    return hypot(Float64Array.from(data.subarray(start, start + width)))
  }
  const at = Array.from({ length: longest }, (_, lag) => {
    const rows = [...lengths.keys()].filter(row => lengths[row] > lag)
    const all = Float64Array.from(rows, row => norm(row, lag))
    return { count: rows.length, all: hypot(all), further: hypot(all.filter((_, i) => lengths[rows[i]] > lag + 1)) }
  })
  const norms = at.map(({ all, count }) => all / Math.sqrt(count))
  const counts = at.map(a => a.count)
  if (norms.some(n => !Number.isFinite(n))) return { norms, counts, verdict: 'not finite' }
  if (norms.every(n => n === 0)) return { norms, counts, verdict: 'none' }
  const ratios = at.slice(0, -1).flatMap(({ further }, lag) => (further > 0 ? [at[lag + 1].all / further] : []))
  if (ratios.length === 0) return { norms, counts, verdict: 'too short' }
  const factor = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length)
  const verdict = factor < steadyFactors.from ? 'vanishing' : factor > steadyFactors.to ? 'exploding' : 'steady'
  return { norms, counts, factor, verdict }
}

/** Root of the sum of squares without overflow: `Math.hypot`, for more numbers than a call can take. */
const hypot = (numbers: Float64Array): number => numbers.reduce((a, b) => Math.hypot(a, b), 0)
