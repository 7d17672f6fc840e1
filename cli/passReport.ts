// Reports on a graph after each pass: the work left in its loops, the values that loops save, and the plan that it would give.
import type { Precision } from '../compiler/backend/backend.ts'
import { type Graph, plan } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import { type Cost, cost, savedElements } from '../compiler/ir/cost.ts'
import { constant, type Dim, format, multiply } from '../compiler/ir/dim.ts'
import { arenaOf } from '../compiler/plan/arena.ts'
import type { Plan, Step } from '../compiler/plan/plan.ts'
import { greatest } from '../dsl/greatest.ts'
import { formula } from './describeSignature.ts'
import { type JsonValue, table } from './output.ts'

export interface PassRow {
  /** `lower` is the graph before the first pass, `grad` the one that has its gradient. */
  readonly pass: string
  readonly cost: Cost
  /** Bytes that the loops stack over their steps. */
  readonly saved: Dim
  /** Number of kernels in the text of the plan, where those of loops count once. */
  readonly kernels: number
  /** Bytes of the plan's own buffers; of two alternative ways, those of the larger. */
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

/** A plan after a pass over plans. */
export interface PlanRow {
  /** `lower-graph` is the plan before the first pass. */
  readonly pass: string
  readonly kernels: number
  readonly buffers: number
  readonly arena: Dim
}

export const planRow = (pass: string, made: Plan, precision: Precision): PlanRow => ({
  pass,
  kernels: kernelsIn(made.steps),
  buffers: made.buffers.length,
  arena: arenaOf(made, precision === 'f32' ? 4 : 8),
})

const kernelsIn = (steps: readonly Step[]): number => steps.reduce((n, step) => n + kernelsOf(step), 0)

/** Counts the kernels of a step; of two alternative ways, the longer counts. */
const kernelsOf = (step: Step): number =>
  step.kind === 'loop' ? kernelsIn(step.steps) : step.kind === 'choice' ? greatest(step.ways.map(kernelsIn)) : 1

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

/** Writes a line for each pass. */
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

export const planPassesJson = (rows: readonly PlanRow[]): JsonValue =>
  rows.map(({ pass, kernels, buffers, arena }) => ({ pass, kernels, buffers, arenaBytes: format(arena) }))

/** Writes a line for each pass over plans. */
export function planPassesText(rows: readonly PlanRow[]): string {
  const head = ['pass over the plan', 'kernels', 'buffers', 'arena bytes']
  const lines = rows.map(({ pass, kernels, buffers, arena }) => [
    pass,
    String(kernels),
    String(buffers),
    formula(arena),
  ])
  return table([head, ...lines], [1, 2])
}
