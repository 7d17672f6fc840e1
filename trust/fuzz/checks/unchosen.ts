// A loss that is not chosen has no gradient, even where the model computes infinities and NaN on the way to it.
import type { Buffer } from '../../../compiler/backend/backend.ts'
import { createBuilder, scalar } from '../../../compiler/ir/builder.ts'
import { naive, type Pipeline, runPasses } from '../../../compiler/passes/pipeline.ts'
import { type Random, random } from '../../../runtime/random.ts'
import { gradientNames, type OwnGraph } from '../../gradients/subject.ts'
import { pickFor } from '../fuzzCase.ts'
import { type Check, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, interpreted, mapArrays, runOn, type Trial } from '../trial.ts'
import { gradientOf, twiceDifferentiated } from './twice.ts'

export const unchosen: Check = {
  name: 'unchosen',
  about: 'gradients',
  claim:
    'if the loss, or a sum of gradients, is not chosen, its gradient is exactly 0, even with infinities and NaN among the values it reads',
  every: 2,
  run: trial => {
    const { model, tested, batch, case: fuzzCase } = trial
    const [backend] = tested.backends
    const others = tested.pipelines.filter(p => p !== tested.pipeline)
    const other = pickFor(fuzzCase, 'unchosen', others)
    return inTurn([
      ...[tested.pipeline, ...(other === undefined ? [] : [other])].map(
        pipeline => () =>
          unchosenCompiled(trial, pipeline, (own, inputs) => runOn(backend, own)(batch.sizes, inputs), backend.name),
      ),
      () => unchosenDerivatives(trial, { context: model.context, graph: model.evaluate({ pipeline: naive }) }),
    ])
  },
}

/** Judges the gradient that a pipeline makes. The weights are finite: passes rely on it, as training and loading see to it. */
export function unchosenCompiled(
  trial: Trial,
  pipeline: Pipeline,
  run: (own: OwnGraph, inputs: Arrays) => Arrays,
  where: string,
): Outcome {
  const { model } = trial
  const own = gradientWithoutLoss(trial, { context: model.context, graph: model.evaluate({ pipeline }) })
  const graph = runPasses(own.context, own.graph, pipeline.backward)
  return onlyZeros(run({ ...own, graph }, wildData(trial)), `${pipeline.name}, ${where}`)
}

/**
 * Judges three gradients in the interpreter and without passes: that of a graph's loss that is not chosen, the gradient of that gradient,
 * and that of a sum of the loss's gradients that is not chosen.
 */
export function unchosenDerivatives(trial: Trial, own: OwnGraph): Outcome {
  const { batch, weights, case: fuzzCase } = trial
  const all = { ...wildData(trial), ...wildly(weights, random(fuzzCase.data, 'wild weights')) }
  const first = gradientWithoutLoss(trial, own)
  const names = gradientNames(first.graph)
  const second = (): OwnGraph => twiceDifferentiated(first, names).gradient
  const ofSecond = (): OwnGraph => gradientWithoutLoss(trial, twiceDifferentiated(gradientOf(own, names), names).loss)
  return inTurn([
    () => onlyZeros(interpreted(first, batch.sizes, all), 'interpreter'),
    () => onlyZeros(interpreted(second(), batch.sizes, all), 'interpreter, its own gradient'),
    () => onlyZeros(interpreted(ofSecond(), batch.sizes, all), 'interpreter, as a sum of gradients'),
  ])
}

/** The input that says whether the loss counts. */
const flag = 'loss is chosen'

/** The gradient of `where(flag, loss, 0)` for everything real that the loss reads. */
function gradientWithoutLoss({ weights, model: { signature } }: Trial, { context, graph }: OwnGraph): OwnGraph {
  const b = createBuilder(context, undefined, graph)
  const loss = graph.results[graph.outputs.indexOf('loss')]
  const isChosen = b.param({ dtype: 'bool', shape: [] }, { hint: 'isChosen' })
  const chosen = b.emit('where', [isChosen, loss, scalar(b, 0)])
  const whole = { ...graph, ...b.finish([chosen]), inputs: [...graph.inputs, flag], outputs: ['loss'] }
  const real = [...signature.inputs, ...signature.targets].flatMap(p => (p.dtype === 'real' ? [p.name] : []))
  return gradientOf(
    { context, graph: whole },
    [...Object.keys(weights), ...real].filter(name => graph.inputs.includes(name)),
  )
}

/** Inputs of the graph, with the data wild and the loss not chosen. */
function wildData({ batch, inputs, case: fuzzCase }: Trial): Arrays {
  const real = Object.fromEntries(Object.entries(batch.arrays).filter(([, data]) => data instanceof Float64Array))
  return { ...inputs, ...wildly(real, random(fuzzCase.data, 'wild data')), [flag]: Int32Array.of(0) }
}

const wild = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e308, -1e308, 1e-320, 0]

/** Half of the arrays stay as they are; so do half of the elements of the others. */
const wildly = (arrays: Arrays, draw: Random): Arrays =>
  mapArrays(arrays, data =>
    draw() < 0.5 ? data : data.map(x => (draw() < 0.5 ? x : wild[Math.floor(draw() * wild.length)])),
  )

function onlyZeros(found: Readonly<Record<string, Buffer>>, where: string): Outcome {
  const wrong = Object.entries(found).flatMap(([name, data]) => {
    const i = name.startsWith('d:') ? data.findIndex((x: number) => x !== 0) : -1
    return i < 0 ? [] : [`${name}[${i}] is ${data[i]}`]
  })
  const checks = Object.keys(found).length
  return wrong.length === 0
    ? { checks }
    : { checks, failure: { message: `${wrong[0]} and should be 0, as the loss is not chosen (${where})` } }
}
