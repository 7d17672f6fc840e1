// Checks the gradient of a gradient: only there are ops that a backward pass alone emits asked for their own derivative.

import type { CompiledModel } from '../../../compiler/index.ts'
import {
  type Builder,
  type Context,
  constantLike,
  createBuilder,
  reshape,
  scalar,
} from '../../../compiler/ir/builder.ts'
import { product } from '../../../compiler/ir/dim.ts'
import type { Graph, Value } from '../../../compiler/ir/graph.ts'
import { grad } from '../../../compiler/passes/grad.ts'
import { differentiable, type Pipeline } from '../../../compiler/passes/pipeline.ts'
import type { Random } from '../../../runtime/random.ts'
import { alongDirection, signed } from '../../gradients/direction.ts'
import { judge } from '../../gradients/judge.ts'
import { locate } from '../../gradients/locate.ts'
import { createSubject, type OwnGraph, type Subject, sizeIn } from '../../gradients/subject.ts'
import { type Check, inTurn, type Outcome } from '../fuzzCheck.ts'
import { placeOf } from '../trial.ts'

export const twice: Check = {
  name: 'twice',
  about: 'gradients',
  claim: 'the gradient of a smooth sum of all gradients agrees with dual numbers and differences of that sum',
  every: 8,
  run: trial => {
    const { model, tested, draw } = trial
    const second = secondGradient(model, tested.pipeline)
    const place = placeOf(trial)
    const outcome = secondDerivatives(createSubject({ ...second, ...place }), draw)
    const { failure } = outcome
    return failure === undefined
      ? outcome
      : { ...outcome, failure: { ...failure, locate: () => locate(second.loss, place) } }
  },
}

/** Judges the gradient of a gradient, along every parameter. */
export function secondDerivatives(subject: Subject, draw: Random): Outcome {
  if (!Number.isFinite(subject.loss)) return { checks: 0 }
  return inTurn(
    [...subject.shapes.keys()].map(name => (): Outcome => {
      const direction = new Map([[name, signed(sizeIn(subject, name), draw)]])
      const { scale } = alongDirection(subject, direction)
      const { kind, gradient, tangent, difference } = judge(subject, direction, { scale, tolerance: 1e-5 })
      if (kind !== 'wrong') return { checks: 2, kinks: kind === 'right' ? 0 : 1 }
      const message = `the second derivative along ${name} is ${gradient}, by dual numbers ${tangent}, by differences ${difference}`
      return { checks: 2, failure: { message } }
    }),
  )
}

/** A smooth sum of all gradients of a model, and its own gradient. */
function secondGradient(
  { context, signature, gradient }: CompiledModel,
  pipeline: Pipeline,
): { readonly loss: OwnGraph; readonly gradient: OwnGraph } {
  const names = signature.parameters.map(p => p.name)
  return twiceDifferentiated({ context, graph: gradient({ pipeline: differentiable(pipeline), inputs: true }) }, names)
}

/** The same for a graph that gives gradients. */
export function twiceDifferentiated(
  { context, graph }: OwnGraph,
  names: readonly string[],
): { readonly loss: OwnGraph; readonly gradient: OwnGraph } {
  const loss = sumOfGradients(context, graph)
  const read = names.filter(name => loss.graph.inputs.includes(name))
  return { loss, gradient: gradientOf(loss, read) }
}

/** sin(x + ½): no symmetry of a program makes a sum of it vanish. */
const smooth = (b: Builder, x: Value): Value => b.emit('sin', [b.emit('add', [x, constantLike(b, 0.5, x)])])

/** The sum of a smooth function of every element of every gradient of a graph, as its `loss`. */
function sumOfGradients(context: Context, graph: Graph): OwnGraph {
  const b = createBuilder(context, undefined, graph)
  const gradients = graph.results.filter((_, i) => graph.outputs[i].startsWith('d:'))
  const sums = gradients.map(g => b.emit('sum', [smooth(b, reshape(b, g, [product(g.shape)]))], { axes: [-1] }))
  const loss = sums.reduce((x, y) => b.emit('add', [x, y]), scalar(b, 0))
  return { context, graph: { ...graph, ...b.finish([loss]), outputs: ['loss'] } }
}

/** `loss`, and its gradient for each name. */
export function gradientOf({ context, graph }: OwnGraph, names: readonly string[]): OwnGraph {
  const { builder, gradients } = grad(context, graph, 'loss', names)
  const block = builder.finish([graph.results[0], ...gradients.values()])
  return { context, graph: { ...graph, ...block, outputs: ['loss', ...names.map(n => `d:${n}`)] } }
}
