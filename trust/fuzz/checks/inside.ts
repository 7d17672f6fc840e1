// Checks the gradient of every value inside the program, at every step of its loops, on its own scale.
// So an error in a gradient that has almost vanished cannot hide behind a larger one.
import { wrongInside } from '../../gradients/locate.ts'
import type { Check } from '../fuzzCheck.ts'
import { placeOf } from '../trial.ts'

export const inside: Check = {
  name: 'inside',
  about: 'gradients',
  claim: 'the gradient of every value inside a program, at every step, agrees with dual numbers',
  every: 4,
  run: trial => {
    const { model, tested } = trial
    const loss = { context: model.context, graph: model.evaluate({ pipeline: tested.pipeline }) }
    const { checks, causes } = wrongInside(loss, placeOf(trial))
    const [cause] = causes
    if (cause === undefined) return { checks }
    const { value, ops, steps } = cause
    const at = steps.length === 0 ? '' : ` at step ${steps.join(', ')}`
    const message = `the gradient of ${value || 'a value'}, which ${ops.join(', ')} reads, is wrong${at}`
    return { checks, failure: { message, locate: () => cause } }
  },
}
