// Adds up what batches give for values of the whole data set: averages, totals, variations and rankings, by their kinds.
import type { GatheredKind } from '../compiler/elaborate/values/scope.ts'

/** What one batch gives for a value, by the name of the part. */
type PartOf = (name: string) => ArrayLike<number>

/** Adds batches to a state, a list of numbers that is empty at first, and gives the value of the whole, row-major. */
interface Gathering {
  readonly add: (state: number[], part: PartOf) => void
  readonly value: (state: readonly number[], size: number) => ArrayLike<number>
}

const gatherings: Readonly<Record<GatheredKind, Gathering>> = {
  /** State: the sum and the count. */
  average: {
    add: (state, part) => {
      state[0] = (state[0] ?? 0) + part('sum')[0]
      state[1] = (state[1] ?? 0) + part('count')[0]
    },
    value: ([sum = 0, count = 0]) => [count === 0 ? 0 : sum / count],
  },
  /** State: the sums. */
  total: {
    add: (state, part) => {
      const sums = part('total')
      for (let i = 0; i < sums.length; i++) state[i] = (state[i] ?? 0) + sums[i]
    },
    value: (state, size) => Array.from({ length: size }, (_, i) => state[i] ?? 0),
  },
  /** State: how many elements, then the mean and the sum of squares of each. Batches join by the formula of Chan et al. (1979). */
  variation: {
    add: (state, part) => {
      const [count] = [part('elements')[0]]
      if (count === 0) return
      const [before = 0] = state
      const [means, squares] = [part('mean'), part('variation')]
      for (let i = 0; i < means.length; i++) {
        const [at, mean = 0, sum = 0] = [1 + 2 * i, state[1 + 2 * i], state[2 + 2 * i]]
        const away = means[i] - mean
        state[at] = mean + (away * count) / (before + count)
        state[at + 1] = sum + squares[i] + (away * away * before * count) / (before + count)
      }
      state[0] = before + count
    },
    value: (state, size) => Array.from({ length: size }, (_, i) => state[2 + 2 * i] ?? 0),
  },
  /** State: a score and whether its label is 1, one after the other. */
  ranking: {
    add: (state, part) => {
      const [scores, labels] = [part('score'), part('label')]
      for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) state.push(scores[i], labels[i])
    },
    value: state => [areaUnderCurve(state)],
  },
}

/** Area under the ROC curve, by ranks; NaN without both labels, or with a score that is not a number. */
function areaUnderCurve(pairs: readonly number[]): number {
  const labels = new Map<number, [others: number, ones: number]>()
  for (let i = 0; i < pairs.length; i += 2) {
    if (Number.isNaN(pairs[i])) return Number.NaN
    const counts = labels.get(pairs[i]) ?? [0, 0]
    counts[pairs[i + 1]]++
    labels.set(pairs[i], counts)
  }
  let [others, ones, above] = [0, 0, 0]
  for (const score of Float64Array.from(labels.keys()).sort()) {
    const [lower, upper] = labels.get(score) ?? [0, 0]
    above += upper * (others + lower / 2)
    others += lower
    ones += upper
  }
  return above / (others * ones)
}

/** A value of the whole data set under way. */
export interface Whole {
  add(part: PartOf): void
  /** Its value, row-major, of so many numbers. */
  value(size: number): ArrayLike<number>
}

const isKind = (name: string): name is GatheredKind => Object.hasOwn(gatherings, name)

/**
 * Creates the value that an input of the graph `report()` asks for: `average.0`. It goes on from a state, and changes it. Throws a plain
 * Error for an unknown kind.
 */
export function createWhole(input: string, state: number[] = []): Whole {
  const kind = input.slice(0, input.indexOf('.'))
  if (!isKind(kind)) throw new Error(`${input} is not gathered from batches`)
  const { add, value } = gatherings[kind]
  return { add: part => add(state, part), value: size => value(state, size) }
}
