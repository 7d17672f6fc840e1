// Whether an optimizer goes downhill: tried on one number, since what its hyper-parameters mean only its own equations say.
import { type Diagnostic, diagnostic, RnnError } from '../../../dsl/diagnostics.ts'
import { array } from '../../ir/array.ts'
import { createBuilder } from '../../ir/builder.ts'
import { interpret } from '../../ir/interpret.ts'
import { newContext } from '../../ir/ops/index.ts'
import type { Recipe } from '../values/entity.ts'
import type { Init } from '../values/signature.ts'
import type { LoweredModel } from './lowerModel.ts'
import { optimizerSteps } from './optimizer.ts'

/** Weights to start from: some optimizers scale a step by the weight, and a small step is lost in a large one. */
const weights = [0, 1]

/** How far the training is: a schedule may begin with steps of 0. */
const times = [0, 10, 1e3, 1e5, 1e7]

/** How many steps each attempt makes. */
const steps = 3

/**
 * RNN314 for an optimizer that never moves a weight against its gradient, and the warning RNN346 for one that moves none: steps
 * with a gradient of 1 must end below those with one of -1, from some weight, at some time. One that takes no single number, or
 * starts from random states, is not tried.
 */
export function tryOptimizer(model: LoweredModel, recipe: Recipe): Diagnostic[] {
  const run = optimizerOf(model, recipe)
  if (run === undefined) return []
  const attempts = times.flatMap(time => weights.map(weight => ({ time, weight })))
  const difference = ({ time, weight }: (typeof attempts)[number]): number =>
    run(1, weight, time) - run(-1, weight, time)
  const falls = (d: number): boolean => d < 0 && Number.isFinite(d)
  // Nearly every optimizer does so at once.
  if (attempts.some(a => falls(difference(a)))) return []
  const found = attempts.map(difference)
  const [optimizer, { span }] = [recipe.text, recipe]
  if (found.every(d => d === 0)) return [diagnostic('RNN346', { optimizer }, { span })]
  const does = found.some(d => d > 0)
    ? 'moves weights along the gradient: the loss grows'
    : 'makes of a weight what is no finite number'
  return [diagnostic('RNN314', { optimizer, does }, { span })]
}

type Run = (gradient: number, weight: number, time: number) => number

/** What some steps make of one weight. Undefined where it cannot be said of a single number. */
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
    // What is wrong with the optimizer itself is told where it meets the weights.
    if (error instanceof RnnError) return undefined
    throw error
  }
}

/** Undefined for what is drawn. */
function startOf(init: Init): number | undefined {
  if (init.kind === 'number') return init.value
  if (init.kind === 'draw') return { zeros: 0, ones: 1 }[init.initializer]
  return undefined
}
