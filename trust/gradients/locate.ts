// Locates the fault behind a wrong gradient: the first value, on the way back from the loss, whose cotangent contradicts dual numbers.

import { unravel } from '../../compiler/ir/array.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { grad } from '../../compiler/passes/grad.ts'
import type { Span } from '../../dsl/ast.ts'
import { type Random, random } from '../../runtime/random.ts'
import { type Probe, withProbes } from '../numbers/probes.ts'
import { alongDirection, type Direction, signed } from './direction.ts'
import { jumpAlong, roundingAlong } from './judge.ts'
import { createSubject, type OwnGraph, type Place, type Subject } from './subject.ts'

/** The place of a wrong derivative rule. */
export interface Cause {
  /** The ops that read the value whose gradient is wrong, while the gradients of their results are right. */
  readonly ops: readonly string[]
  /** Name of that value in the source; empty where it has none. */
  readonly value: string
  /** The steps of the loops around it, outermost first, at which it is wrong first. */
  readonly steps: readonly number[]
  /** Where the equation of those ops stands. */
  readonly span?: Span
}

/** Largest number of loop steps that are tried one by one; more are bisected. */
const few = 16

/** Relative gap that is too large for rounding. */
const tolerance = 1e-7

/**
 * Locates where a wrong gradient goes wrong first. Undefined where the rules give the right gradient of the graph as it is, so that a pass
 * or the backend must be at fault. The graph `loss` has an output `loss`.
 */
export const locate = (loss: OwnGraph, place: Place): Cause | undefined => wrongInside(loss, place).causes[0]

/** Finds every value inside a graph whose gradient is wrong, in the order of the backward pass; `checks` counts all that were tried. */
export function wrongInside(
  { context, graph: loss }: OwnGraph,
  place: Place,
): { readonly checks: number; readonly causes: readonly Cause[] } {
  const { graph, probes } = withProbes(context, loss)
  const names = probes.map(p => p.name)
  const { builder, gradients } = grad(context, graph, 'loss', names)
  const block = builder.finish([graph.results[graph.outputs.indexOf('loss')], ...gradients.values()])
  const gradient = { ...graph, ...dce.run(context, block), outputs: ['loss', ...names.map(n => `d:${n}`)] }
  const zeros = graph.params.slice(loss.params.length).map((param, i) => {
    const length = param.shape.reduce((n, d) => n * evaluate(d, place.sizes), 1)
    return [names[i], new Float64Array(length)] as const
  })
  const subject = createSubject({
    ...place,
    gradient: { context, graph: gradient },
    loss: { context, graph },
    inputs: { ...Object.fromEntries(zeros), ...place.inputs },
  })
  const draw = random(1, 'locate')
  const wrong = probes.flatMap(probe => {
    const shape = subject.shapes.get(probe.name)
    const steps = shape && lastWrong(subject, probe, shape, draw)
    return steps === undefined ? [] : [{ probe, steps }]
  })
  const causes = wrong.sort((a, b) => runOrder(b, a)).map(causeOf)
  return { checks: subject.shapes.size, causes }
}

function causeOf({ probe: { value, readers }, steps }: Wrong): Cause {
  const span = readers[0]?.span ?? value.span
  return {
    ops: readers.length === 0 ? ['scan'] : [...new Set(readers.map(e => e.op))],
    value: value.hint,
    steps,
    ...(span && { span }),
  }
}

interface Wrong {
  readonly probe: Probe
  readonly steps: readonly number[]
}

/** Compares two values by the order in which a run defines them: positive if a comes after b. */
function runOrder(a: Wrong, b: Wrong): number {
  for (let i = 0; i < Math.max(a.probe.at.length, b.probe.at.length); i++) {
    const byPlace = (a.probe.at[i] ?? -2) - (b.probe.at[i] ?? -2)
    if (byPlace !== 0) return byPlace
    const byStep = (a.steps[i] ?? 0) - (b.steps[i] ?? 0)
    if (byStep !== 0) return a.probe.loops[i] ? -byStep : byStep
  }
  return 0
}

/** Finds the steps of its loops at which the gradient of a probe is wrong last in a run; undefined where it is right. */
function lastWrong(
  subject: Subject,
  { name, loops }: Probe,
  shape: readonly number[],
  draw: Random,
): number[] | undefined {
  const whole = shape.reduce((n, d) => n * d, 1)
  const counts = shape.slice(0, loops.length)
  const places = counts.reduce((n, d) => n * d, 1)
  const size = places === 0 ? 0 : whole / places
  const all = signed(whole, draw)
  const isWrong = (from: number, to: number): boolean => {
    const direction: Direction = new Map([[name, all.map((s, i) => (i >= from && i < to ? s : 0))]])
    const { sum, scale } = alongDirection(subject, direction)
    const tangent = subject.tangent(direction)
    const gap = Math.abs(sum - tangent)
    // Forward mode cannot judge where its tangent is not finite.
    if (!Number.isFinite(tangent)) return false
    if (Number.isFinite(sum) && gap <= tolerance * Math.max(scale, Math.abs(tangent))) return false
    return !(gap <= roundingAlong(subject, direction) || gap <= jumpAlong(subject, direction, tangent))
  }
  if (whole === 0) return undefined
  const wrongAt = (from: number, to: number): boolean => isWrong(from * size, to * size)
  // Orders the steps as a run comes to them: a loop that runs backward ends at its first step.
  const ordered = Array.from({ length: places }, (_, place) => place).sort((a, b) => {
    const [p, q] = [unravel(a, counts), unravel(b, counts)]
    const i = p.findIndex((step, j) => step !== q[j])
    return i < 0 ? 0 : loops[i] ? q[i] - p[i] : p[i] - q[i]
  })
  if (places <= few) {
    // Judges each step on its own scale, so that a gradient that has almost vanished cannot hide behind larger ones.
    const last = ordered.findLast(place => wrongAt(place, place + 1))
    return last === undefined ? undefined : unravel(last, counts)
  }
  if (!isWrong(0, whole)) return undefined
  // Bisects many steps until one is left; along a single axis the steps of each half are adjacent.
  let [from, to] = [0, places]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    const [early, late] = loops[0]
      ? [
          [middle, to],
          [from, middle],
        ]
      : [
          [from, middle],
          [middle, to],
        ]
    ;[from, to] = wrongAt(late[0], late[1]) ? late : early
  }
  return unravel(from, counts)
}
