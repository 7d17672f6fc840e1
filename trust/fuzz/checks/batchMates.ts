// An example gives the same results alone and in a batch, at any place of it.
import { alone, permuted } from '../drawBatch.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, mapArrays, type Rounding, type Trial } from '../trial.ts'

export const batchMates: Check = {
  name: 'batch mates',
  claim: 'loss and gradient do not depend on the order of a batch, nor the outputs of an example on the others',
  run: trial => {
    const { batch, inputs } = trial
    const { sizes } = batch
    const { run, rounding } = trial.tried('predict')
    const together = run(sizes, inputs)
    const examples = Array.from({ length: sizes.B }, (_, b) => (): Outcome => {
      const one = alone(batch, b)
      const found = run(one.sizes, { ...inputs, ...one.arrays })
      const expected = mapArrays(together, data =>
        data.slice((b * data.length) / sizes.B, ((b + 1) * data.length) / sizes.B),
      )
      const own = (data: ArrayLike<number>) => Array.from(data).slice((b * data.length) / sizes.B)
      const floor = (): Rounding => {
        const { bound, nearby } = rounding()
        return { bound: name => own(bound(name)), nearby: name => nearby(name).map(own) }
      }
      return compare(found, expected, 1e-12, `predict, example ${b} by itself`, floor)
    })
    return inTurn([...examples, () => turned(trial)])
  },
}

/** Reverses the order of the batch: sums are the same except for rounding. */
function turned(trial: Trial): Outcome {
  const { batch, inputs, weights } = trial
  const { sizes } = batch
  const { run, rounding } = trial.tried('gradient')
  const order = Array.from({ length: sizes.B }, (_, b) => sizes.B - 1 - b)
  const whole = (results: Arrays): Arrays =>
    Object.fromEntries(Object.entries(results).filter(([name]) => name === 'loss' || name.slice(2) in weights))
  const [found, expected] = [permuted(batch, order), batch].map(b => whole(run(sizes, { ...inputs, ...b.arrays })))
  return compare(found, expected, 1e-11, 'gradient of the batch turned round', rounding)
}
