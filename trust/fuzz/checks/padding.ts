// Padding is never seen: other garbage outside the lengths changes nothing, be it infinite or NaN.
import { repadded } from '../drawBatch.ts'
import { type Check, compare, inTurn } from '../fuzzCheck.ts'
import { graphNames } from '../trial.ts'

export const padding: Check = {
  name: 'padding',
  claim: 'no result depends on the content of padding, including infinities and NaN',
  run: ({ model, batch, inputs, tried, case: { data } }) => {
    const { sizes } = batch
    const other = { ...inputs, ...repadded(model.signature, batch, data + 1).arrays }
    return inTurn(
      graphNames.map(name => () => {
        const { run, rounding } = tried(name)
        return compare(run(sizes, other), run(sizes, inputs), 1e-12, `${name} with other padding`, rounding)
      }),
    )
  },
}
