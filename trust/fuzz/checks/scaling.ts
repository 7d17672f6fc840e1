// Multiplying the loss by a factor multiplies the gradient by it.
import { compile } from '../../../compiler/index.ts'
import { type Check, compare } from '../fuzzCheck.ts'
import { type Arrays, graphOf, placeOf, tryGraph } from '../trial.ts'

const factor = 3

export const scaling: Check = {
  name: 'scaling',
  claim: 'scaling the loss scales the gradient',
  every: 4,
  run: trial => {
    const { batch, inputs, model, tested } = trial
    const losses = model.unit.body.flatMap(s => (s.kind === 'loss' ? [s.value.span] : []))
    const source = losses.reduceRight(
      (text, { start, end }) => `${text.slice(0, start)}${factor} * (${text.slice(start, end)})${text.slice(end)}`,
      trial.case.source,
    )
    const scaled = compile(source, { ops: model.context.ops })
    const graph = { context: scaled.context, graph: graphOf(scaled, 'gradient', tested.pipeline) }
    const { run, rounding } = tryGraph(graph, placeOf(trial))
    const once = gradients(trial.tried('gradient').run(batch.sizes, inputs))
    const times = Object.fromEntries(Object.entries(once).map(([name, data]) => [name, data.map(x => factor * x)]))
    return compare(run(batch.sizes, inputs), times, 1e-11, `the gradient of ${factor} times the loss`, rounding)
  },
}

const gradients = (results: Arrays): Arrays =>
  Object.fromEntries(Object.entries(results).filter(([name]) => name === 'loss' || name.startsWith('d:')))
