// Tests whether an optimizer goes downhill by a run on one number, as only its equations tell the meaning of its hyper-parameters.
import { type Diagnostic, diagnostic, RnnError } from '../../../dsl/diagnostics.ts'
import { array } from '../../ir/array.ts'
import { createBuilder } from '../../ir/builder.ts'
import { interpret } from '../../ir/interpret.ts'
import { newContext } from '../../ir/ops/index.ts'
import type { Recipe } from '../values/entity.ts'
import type { Init } from '../values/signature.ts'
import type { LoweredModel } from './lowerModel.ts'
import { optimizerSteps } from './optimizer.ts'

/** Weights to start from: 1, as some optimizers scale a step by the weight, and 0, as rounding loses a small step in a large weight. */
const weights = [0, 1]

/** Training steps to start at: a schedule may begin with steps of 0. */
const times = [0, 10, 1e3, 1e5, 1e7]

/** Number of steps in each attempt. */
const steps = 3

/**
 * Gives RNN314 for an optimizer that never moves a weight against its gradient, or the warning RNN346 for one that moves none: from
 * some weight, at some time, steps with a gradient of 1 must end below those with one of -1. Skips an optimizer that takes no single
 * number, or that starts from random states.
 */
export function tryOptimizer(model: LoweredModel, recipe: Recipe): Diagnostic[] {
  const run = optimizerOf(model, recipe)
  if (run === undefined) return []
  const attempts = times.flatMap(time => weights.map(weight => ({ time, weight })))
  const difference = ({ time, weight }: (typeof attempts)[number]): number =>
    run(1, weight, time) - run(-1, weight, time)
  const falls = (d: number): boolean => d < 0 && Number.isFinite(d)
  // Stops at the first success, as nearly every optimizer succeeds at once.
  if (attempts.some(a => falls(difference(a)))) return []
  const found = attempts.map(difference)
  const [optimizer, { span }] = [recipe.text, recipe]
  if (found.every(d => d === 0)) return [diagnostic('RNN346', { optimizer }, { span })]
  const does = found.some(d => d > 0)
    ? 'moves weights along the gradient, so the loss increases'
    : 'makes a weight that is not a finite number'
  return [diagnostic('RNN314', { optimizer, does }, { span })]
}

type Run = (gradient: number, weight: number, time: number) => number

/** Makes a function that runs some steps on one weight; undefined if the optimizer cannot run on a single number. */
function optimizerOf(model: LoweredModel, recipe: Recipe): Run | undefined {
  const context = newContext(0)
  const builder = createBuilder(context)
  const value = builder.param({ dtype: 'real', shape: [] }, { hint: 'p' })
  const gradient = builder.param({ dtype: 'real', shape: [] }, { hint: 'gradient' })
  try {
    const { parameters, states: kept } = optimizerSteps(model, builder, recipe, [{ name: 'p', value, gradient }])
    const starts = kept.map(s => (s.shape.length === 0 ? startOf(s.init) : undefined))
    if (!starts.every(s => s !== undefined)) return undefined
    const block = builder.finish([...parameters, ...kept].map(s => s.value))
    const one = (value: number) => array([], [value])
    return (slope, weight, time) => {
      let [p, ...states] = [weight, ...starts.map((s, i) => (kept[i].dtype === 'int' ? s + time : s))]
      for (let i = 0; i < steps; i++) {
        const results = interpret(context, block, [p, slope, ...states].map(one), {})
        ;[p, ...states] = results.map(r => r.data[0])
      }
      return p
    }
  } catch (error) {
    // Errors of the optimizer itself are reported where it is applied to the weights.
    if (error instanceof RnnError) return undefined
    throw error
  }
}

/** Gives the number that a state starts from; undefined unless it is a number, `zeros` or `ones`. */
function startOf(init: Init): number | undefined {
  if (init.kind === 'number') return init.value
  if (init.kind === 'draw') return { zeros: 0, ones: 1 }[init.initializer]
  return undefined
}
