// A batch of sequences of different lengths gives the results of its examples one by one, where there is no padding at all.
import { type Batch, forEachItem, repadded, unpadded } from '../drawBatch.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { type Arrays, runOn, type Trial } from '../trial.ts'

export const oneByOne: Check = {
  name: 'one by one',
  claim:
    'outputs and gradients of a batch with garbage in its padding equal those of its examples one by one, without padding',
  every: 2,
  run: trial => {
    const { model, batch, inputs, case: fuzzCase } = trial
    const padded = repadded(model.signature, batch, fuzzCase.data + 2)
    const all = { ...inputs, ...padded.arrays }
    const examples = Array.from({ length: batch.sizes.B }, (_, b) => unpadded(model.signature, batch, b))
    return inTurn([() => outputs(trial, padded, all, examples), () => gradients(trial, all, examples)])
  },
}

/** Compares the valid elements of every output. */
function outputs(trial: Trial, padded: Batch, all: Arrays, examples: readonly Batch[]): Outcome {
  const { model, batch, inputs } = trial
  const { run, rounding } = trial.tried('predict')
  const together = run(batch.sizes, all)
  const ports = model.signature.outputs
  return inTurn(
    examples.map((one, b) => () => {
      const own = run(one.sizes, { ...inputs, ...one.arrays })
      const valid = (of: Batch, results: Arrays, example: number): Arrays =>
        Object.fromEntries(
          ports.map(port => {
            const elements: number[] = []
            forEachItem(port, of, (start, size, isValid, at) => {
              if (!isValid || at !== example) return
              for (let i = 0; i < size; i++) elements.push(results[port.name][start + i])
            })
            return [port.name, Float64Array.from(elements)]
          }),
        )
      // Rounding errors are known by place in the whole batch alone: the largest counts.
      const floor = () => {
        const whole = rounding()
        return {
          nearby: () => [],
          bound: (name: string) => {
            const most = Array.from(whole.bound(name)).reduce((a, x) => Math.max(a, x), 0)
            return new Float64Array(valid(one, own, 0)[name].length).fill(most)
          },
        }
      }
      return compare(
        valid(padded, together, b),
        valid(one, own, 0),
        1e-12,
        `predict, example ${b} of a padded batch`,
        floor,
      )
    }),
  )
}

/**
 * Compares the loss and its gradients, where all averages count the same elements: those of the batch are then those of the examples,
 * averaged by their counts.
 */
function gradients(trial: Trial, all: Arrays, examples: readonly Batch[]): Outcome {
  const { model, batch, inputs, weights, tested } = trial
  const measured = runOn(tested.backends[0], {
    context: model.context,
    graph: model.evaluate({ pipeline: tested.pipeline }),
  })
  const parts = examples.map(one => ({ one, arrays: { ...inputs, ...one.arrays } }))
  const counts = parts.map(({ one, arrays }) => countOf(measured(one.sizes, arrays)))
  const total = counts.reduce<number>((sum, n) => sum + (n ?? 0), 0)
  if (total === 0 || counts.includes(undefined)) return { checks: 0 }
  const { run, rounding } = trial.tried('gradient')
  const names = ['loss', ...Object.keys(weights).map(name => `d:${name}`)]
  const sums = new Map<string, Float64Array>()
  parts.forEach(({ one, arrays }, b) => {
    const results = run(one.sizes, arrays)
    for (const name of names) {
      const sum = sums.get(name) ?? new Float64Array(results[name].length)
      // Skips examples without counted elements, whose loss may be infinite.
      const share = (counts[b] ?? 0) / total
      for (let i = 0; i < sum.length && share > 0; i++) sum[i] += results[name][i] * share
      sums.set(name, sum)
    }
  })
  const found = run(batch.sizes, all)
  const only = Object.fromEntries(names.map(name => [name, found[name]]))
  return compare(only, Object.fromEntries(sums), 1e-11, 'gradient of a padded batch', rounding)
}

/** Number of elements that the averages count; undefined where it differs between them, or where there is no average. */
function countOf(results: Arrays): number | undefined {
  const counts = Object.entries(results).flatMap(([name, [count]]) => (name.startsWith('count.') ? [count] : []))
  return counts.every(n => n === counts[0]) ? counts[0] : undefined
}
