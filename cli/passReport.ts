// What each pass does to a graph: how much is left in its loops, what the loops save, and the plan that it would give.
import type { Precision } from '../compiler/backend/backend.ts'
import { type Graph, plan } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import { type Cost, cost, savedElements } from '../compiler/ir/cost.ts'
import { add, constant, type Dim, evaluate, format, multiply, symbolsOf } from '../compiler/ir/dim.ts'
import type { Buffer, Plan, Step } from '../compiler/plan/plan.ts'
import { buffersOfWays, conditionOf } from '../compiler/plan/ways.ts'
import { greatest } from '../runtime/greatest.ts'
import { type JsonValue, table } from './output.ts'
import { formula } from './signature.ts'

export interface PassRow {
  /** `lower` is the graph before the first pass, `grad` the one that has its gradient. */
  readonly pass: string
  readonly cost: Cost
  /** What the loops stack over their steps, in bytes. */
  readonly saved: Dim
  /** Kernels in the text of the plan, those of loops once. */
  readonly kernels: number
  /** The plan's own buffers, in bytes; of two ways, those of the larger. */
  readonly arena: Dim
}

export function passRow(pass: string, context: Context, graph: Graph, precision: Precision): PassRow {
  const made = plan(context, graph)
  const real = precision === 'f32' ? 4 : 8
  return {
    pass,
    cost: cost(context, graph),
    saved: multiply(constant(real), savedElements(graph)),
    kernels: kernelsIn(made.steps),
    arena: arenaOf(made, real),
  }
}

const kernelsIn = (steps: readonly Step[]): number => steps.reduce((n, step) => n + kernelsOf(step), 0)

/** Of two ways, the longer counts. */
const kernelsOf = (step: Step): number =>
  step.kind === 'loop' ? kernelsIn(step.steps) : step.kind === 'choice' ? greatest(step.ways.map(kernelsIn)) : 1

function arenaOf(plan: Plan, real: number): Dim {
  const given = new Set(plan.inputs.map(p => p.operand.buffer))
  const own = plan.buffers.filter(b => !given.has(b))
  const bytes = (list: readonly Buffer[]): Dim =>
    list.map(({ dtype, size }) => multiply(constant(dtype === 'real' ? real : 4), size)).reduce(add, constant(0))
  const ways = buffersOfWays(plan)
  const choices = Map.groupBy(ways, ([, way]) => conditionOf(way))
  const larger = [...choices.values()].map(list => {
    const [first, second] = [true, false].map(side =>
      bytes(list.flatMap(([buffer, way]) => (way.first === side && own.includes(buffer) ? [buffer] : []))),
    )
    return largerOf(first, second)
  })
  return [bytes(own.filter(b => !ways.has(b))), ...larger].reduce(add)
}

/** Of two sizes the one that is larger where batches and sequences are. */
function largerOf(a: Dim, b: Dim): Dim {
  const many = Object.fromEntries([a, b].flatMap(symbolsOf).map(name => [name, 2 ** 10]))
  return evaluate(a, many) < evaluate(b, many) ? b : a
}

export const passesJson = (rows: readonly PassRow[]): JsonValue =>
  rows.map(({ pass, cost: c, saved, kernels, arena }) => ({
    pass,
    equations: c.equations,
    matmuls: { outside: c.contractions.outside, inLoops: c.contractions.inside },
    flopsInLoops: format(c.flops.inside),
    savedBytes: format(saved),
    kernels,
    arenaBytes: format(arena),
  }))

/** A line for each pass. */
export function passesText(rows: readonly PassRow[]): string {
  const head = [
    'pass',
    'equations',
    'matmuls outside',
    'in loops',
    'kernels',
    'FLOPs in loops',
    'saved bytes',
    'arena bytes',
  ]
  const lines = rows.map(({ pass, cost: c, saved, kernels, arena }) => [
    pass,
    String(c.equations),
    String(c.contractions.outside),
    String(c.contractions.inside),
    String(kernels),
    formula(c.flops.inside),
    formula(saved),
    formula(arena),
  ])
  return table([head, ...lines], [1, 2, 3, 4])
}
