// Reversing a sequence twice restores it.
import { compile } from '../../../compiler/index.ts'
import { allExprs } from '../../../dsl/children.ts'
import { locate } from '../../gradients/locate.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { graphNames, graphOf, placeOf, type Trial, tryGraph } from '../trial.ts'

export const reversal: Check = {
  name: 'reversal',
  claim: 'reversing an input twice changes nothing',
  every: 4,
  run: trial => {
    const { tested, batch, inputs, model } = trial
    const source = reversedTwice(trial)
    if (source === undefined) return { checks: 0 }
    const twice = compile(source, { ops: model.context.ops })
    return inTurn(
      graphNames.map(name => (): Outcome => {
        const { context } = twice
        const place = placeOf(trial)
        const { run, rounding } = tryGraph({ context, graph: graphOf(twice, name, tested.pipeline) }, place)
        const expected = trial.tried(name).run(batch.sizes, inputs)
        const what = `${name} with an input reversed twice`
        const outcome = compare(run(batch.sizes, inputs), expected, 1e-11, what, rounding)
        if (outcome.failure === undefined || name !== 'gradient') return outcome
        const loss = { context, graph: twice.evaluate({ pipeline: tested.pipeline }) }
        return { ...outcome, failure: { ...outcome.failure, locate: () => locate(loss, place) } }
      }),
    )
  },
}

/**
 * Writes `reverse(reverse(x) + …)` for the program's first input over one axis, wherever the model reads it. The term that is added is zero
 * and not reversed: so passes cannot cancel the two `reverse` before they are carried out.
 */
function reversedTwice({ model, case: { source } }: Trial): string | undefined {
  const port = model.signature.inputs.find(i => i.dtype === 'real' && i.axes.length === 1)
  if (port === undefined) return undefined
  const [{ name: axis }] = port.axes
  const exprs = model.unit.body.flatMap(s => ('value' in s && s.value !== undefined ? [...allExprs(s.value)] : []))
  const uses = exprs.filter(e => e.kind === 'name' && e.name === port.name)
  if (uses.length === 0) return undefined
  const turned = `reverse(reverse(${port.name}, over ${axis}) + 0 * position(over ${axis}), over ${axis})`
  return uses
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((text, { span }) => text.slice(0, span.start) + turned + text.slice(span.end), source)
}
