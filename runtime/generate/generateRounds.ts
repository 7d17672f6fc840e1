// Generates sequences one choice at a time: the likeliest labels, or labels that are drawn.
import type { Results } from '../../compiler/backend/backend.ts'
import { type Random, random } from '../random.ts'
import { drawLabel, likeliest, type Sampling } from './chooseLabel.ts'
import { type GeneratedTarget, logDistribution } from './generatedTargets.ts'
import {
  answerAt,
  type Chosen,
  endedAt,
  feedBack,
  type Generating,
  givenAt,
  type Round,
  type Sequences,
} from './rounds.ts'

/** How single labels are chosen. */
export interface Choice {
  /** Draws labels, if given; else the likeliest one is chosen. */
  readonly sample?: Sampling
  /** Seed of the draws. Each row has draws of its own. */
  readonly seed?: number
}

/** Yields the rounds until all rows have ended, each with the number of elements of the rows that ended with it, -1 for the others. */
export function* generateRounds(g: Generating, choice: Choice): Generator<Round & { readonly ended: Int32Array }> {
  const { sample, seed = 0 } = choice
  const draws = Array.from({ length: g.rows }, (_, row) => random(seed, `generate ${row}`))
  const open = new Set([...draws.keys()].filter(row => g.limits[row] > 0))
  for (let t = 0; open.size > 0; t++) {
    const results = answerAt(g, t)
    const chosen = givenAt(g, t) ?? choose(g, results, sample, draws)
    const ended = endedAt(g, t, chosen).map((length, row) => (open.has(row) ? length : -1))
    for (const [row, length] of ended.entries()) if (length >= 0) open.delete(row)
    yield { results, chosen, ended }
    if (open.size > 0) feedBack(g, chosen)
  }
}

/** Generates all rounds. */
export function generateAll(g: Generating, choice: Choice): Sequences {
  const rounds: Round[] = []
  const lengths = new Int32Array(g.rows)
  for (const { ended, ...round } of generateRounds(g, choice)) {
    rounds.push(round)
    for (const [row, length] of ended.entries()) if (length >= 0) lengths[row] = length
  }
  return { rounds, lengths }
}

/** Chooses the elements of all targets in all rows. */
function choose(
  { targets, rows }: Generating,
  results: Results,
  sample: Sampling | undefined,
  draws: readonly Random[],
): Chosen {
  const valueAt = (target: GeneratedTarget, row: number, place: number): number => {
    const at = row * target.places + place
    if (target.labels === undefined)
      return target.port.dtype === 'real' ? results[target.port.name][at] : Math.round(results[target.port.name][at])
    const logs = logDistribution(target, results, at)
    return sample === undefined ? likeliest(logs) : drawLabel(logs, sample, draws[row])
  }
  return Object.fromEntries(
    targets.map(target => {
      const values = Float64Array.from({ length: rows * target.places }, (_, i) =>
        valueAt(target, Math.floor(i / target.places), i % target.places),
      )
      return [target.port.name, values]
    }),
  )
}
