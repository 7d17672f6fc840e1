// Padding is never seen: with other garbage outside the lengths nothing changes.
import { repadded } from '../batch.ts'
import { type Check, compare, inTurn } from '../check.ts'
import { type Arrays, graphNames } from '../trial.ts'

export const padding: Check = {
  name: 'padding',
  claim: 'no result changes with what stands outside the lengths of a sequence',
  run: ({ model, batch, inputs, tried, case: { data } }) => {
    const { sizes } = batch
    const padded = (size: number): Arrays => ({
      ...inputs,
      ...repadded(model.signature, batch, data + 1, size).arrays,
    })
    return inTurn(
      graphNames.map(name => () => {
        const { run, rounding } = tried(name)
        // What overflows far from the data is no number times 0; the runtime pads with elements of the data itself.
        const wild = run(sizes, padded(far))
        const found = areFinite(wild) ? wild : run(sizes, padded(near))
        return compare(found, run(sizes, inputs), 1e-12, `${name} with other padding`, rounding)
      }),
    )
  },
}

/** How large garbage is: far outside the data, and like it. */
const far = 50
const near = 1

const areFinite = (results: Arrays): boolean => Object.values(results).every(data => data.every(Number.isFinite))
