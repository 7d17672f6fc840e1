// Gradient accumulation: several runs of the training graph, each on one batch, make one step of the optimizer.
import { type Builder, fill, zerosLike } from '../ir/builder.ts'
import type { NamedValue, Type, Value } from '../ir/graph.ts'

/** Further inputs of such a run: whether it is the first or the last of its step, and its share of the step's examples. */
export const groupInputs = { first: '@group.first', last: '@group.last', share: '@group.share' } as const

/** A state with its values before and after a run. */
interface Sum extends NamedValue, Type {
  readonly before: Value
}

export interface Accumulation {
  /** Names of the inputs that it adds, in the order of the block's parameters. */
  readonly inputs: readonly string[]
  /** The gradient of each parameter over all batches of the step so far. */
  readonly gradients: ReadonlyMap<string, Value>
  /** These gradients as states from 0 on, which the next run goes on with. */
  readonly sums: readonly Sum[]
  /** Gives the new value of a parameter or a state after the last run of a step, and the old one before. */
  settle(before: Value, after: Value): Value
}

/** Adds the gradients of the runs of a step, each weighted by its share: the gradient of a mean over all their examples. */
export function accumulateGradients(b: Builder, gradients: ReadonlyMap<string, Value>): Accumulation {
  const first = b.param({ dtype: 'bool', shape: [] }, { hint: 'first_of_group' })
  const last = b.param({ dtype: 'bool', shape: [] }, { hint: 'last_of_group' })
  const share = b.param({ dtype: 'real', shape: [] }, { hint: 'share_of_group' })
  const sums = [...gradients].map(([parameter, gradient]): Sum & { readonly parameter: string } => {
    const { dtype, shape } = gradient
    // No name of a program has a blank, so that no state of an optimizer has this name.
    const name = `${parameter}@sum of gradients`
    const before = b.param(gradient, { hint: name })
    const begun = b.emit('where', [fill(b, first, shape), zerosLike(b, gradient), before])
    const value = b.emit('add', [begun, b.emit('mul', [fill(b, share, shape), gradient])])
    return { parameter, name, dtype, shape, before, value }
  })
  return {
    inputs: [groupInputs.first, groupInputs.last, groupInputs.share, ...sums.map(s => s.name)],
    gradients: new Map(sums.map(s => [s.parameter, s.value])),
    sums,
    settle: (before, after) => b.emit('where', [fill(b, last, before.shape), after, before]),
  }
}
