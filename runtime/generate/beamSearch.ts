// Beam search: follows the likeliest beginnings of each sequence side by side, and gives the likeliest sequence among them.
import type { Buffer, Results } from '../../compiler/backend/backend.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { type GeneratedTarget, logDistribution } from './generatedTargets.ts'
import { answerAt, type Chosen, feedBack, type Generating, givenAt, type Round, type Sequences } from './rounds.ts'

/** A search of the likeliest sequence. */
export interface Beam {
  /** Number of beginnings that are followed. One is greedy choice; as many as there are sequences is exhaustive search. */
  readonly beams: number
  /** A sequence's score is log p divided by its length to this power: 0, which is the default, favours short ones, 1 does not. */
  readonly lengthPower?: number
}

/** The beginning of a sequence: the row that holds it, the labels that follow, and their log p. */
interface Beginning {
  readonly row: number
  /** A label for each target. */
  readonly labels: readonly number[]
  readonly score: number
}

/** A sequence that has ended at step t. */
interface Ended extends Beginning {
  readonly t: number
  /** Whether the last label ends it, and is not an element of it. */
  readonly closed: boolean
}

/** A step of all beams: row i after it goes on from row `parents[i]`. */
interface BeamRound extends Round {
  readonly parents: Int32Array
}

/**
 * Searches the sequence with the best score of each example. `g` has `beams` rows for each, one after the other. A search ends as soon as no
 * beginning can beat the best sequence. Throws RNN509 for a target that has no labels, or several values an element.
 */
export function beamSearch(g: Generating, { beams, lengthPower = 0 }: Beam): Sequences {
  for (const target of g.targets) checkSingle(target)
  const examples = g.rows / beams
  const best: (Ended | undefined)[] = Array.from({ length: examples })
  const rounds: BeamRound[] = []
  // All beams of an example begin alike, so only the first counts.
  const begins = (row: number): boolean => row % beams === 0 && g.limits[row] > 0
  let scores = Float64Array.from({ length: g.rows }, (_, row) => (begins(row) ? 0 : Number.NEGATIVE_INFINITY))
  const normalized = (score: number, length: number): number => score / Math.max(1, length) ** lengthPower

  for (let t = 0; scores.some(Number.isFinite); t++) {
    const results = answerAt(g, t)
    const next = Array.from({ length: examples }, (_, example) => {
      const rows = Array.from({ length: beams }, (_, i) => example * beams + i).filter(row =>
        Number.isFinite(scores[row]),
      )
      const limit = g.limits[example * beams]
      const open: Beginning[] = []
      for (const found of t < g.given ? unchanged(rows, scores) : extended(g, results, rows, scores, beams)) {
        const closed = g.targets.some(({ special: { end } }, i) => end !== undefined && found.labels[i] === end)
        if (!closed && t + 1 < limit) {
          open.push(found)
          continue
        }
        const score = normalized(found.score, t + 1 - g.given)
        const before = best[example]
        if (before === undefined || score > before.score) best[example] = { ...found, score, t, closed }
      }
      // log p only falls, so that the best a beginning can reach is its own at the greatest length.
      const reachable = (b: Beginning): number => normalized(b.score, limit - g.given)
      const reached = best[example]?.score ?? Number.NEGATIVE_INFINITY
      return open.filter(b => reachable(b) > reached)
    })
    const chosen = givenAt(g, t) ?? chosenOf(g, next, beams)
    const parents = Int32Array.from(
      { length: g.rows },
      (_, row) => next[Math.floor(row / beams)][row % beams]?.row ?? row,
    )
    rounds.push({ results, chosen, parents })
    scores = Float64Array.from(
      { length: g.rows },
      (_, row) => next[Math.floor(row / beams)][row % beams]?.score ?? Number.NEGATIVE_INFINITY,
    )
    if (!scores.some(Number.isFinite)) break
    g.started.run.permute(parents)
    feedBack(g, chosen)
  }
  return traced(g, rounds, best, beams)
}

function checkSingle({ port, labels, places }: GeneratedTarget): void {
  const expected = 'targets of one label each'
  if (labels === undefined)
    fail('RNN509', { what: 'beam', expected, found: `\`${port.name}\`, which is ${port.dtype}` })
  if (places > 1) fail('RNN509', { what: 'beam', expected, found: `\`${port.name}\`, which has ${places} an element` })
}

/** Beginnings that go on with what is given. */
const unchanged = (rows: readonly number[], scores: Float64Array): Beginning[] =>
  rows.map(row => ({ row, labels: [], score: scores[row] }))

/** Extends beginnings by one label of each target, and gives the likeliest, at most `beams`. */
function extended(
  { targets }: Generating,
  results: Results,
  rows: readonly number[],
  scores: Float64Array,
  beams: number,
): Beginning[] {
  const all = rows.flatMap(row =>
    targets.reduce<Beginning[]>(
      (begun, target) => {
        const logs = logDistribution(target, results, row)
        return likeliest(
          begun.flatMap(b =>
            Array.from(logs, (log, label) => ({ row, labels: [...b.labels, label], score: b.score + log })),
          ),
          beams,
        )
      },
      [{ row, labels: [], score: scores[row] }],
    ),
  )
  return likeliest(all, beams)
}

/** The likeliest of some beginnings, the first of equals first. */
const likeliest = (all: readonly Beginning[], count: number): Beginning[] =>
  all
    .filter(b => Number.isFinite(b.score))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)

/** The labels of the beginnings that go on, in the rows that they get; rows without one repeat label 0. */
const chosenOf = ({ targets, rows }: Generating, next: readonly (readonly Beginning[])[], beams: number): Chosen =>
  Object.fromEntries(
    targets.map(({ port }, i) => {
      const labelAt = (_: unknown, row: number): number => next[Math.floor(row / beams)][row % beams]?.labels[i] ?? 0
      return [port.name, Float64Array.from({ length: rows }, labelAt)]
    }),
  )

/** Follows the best sequences back through the rows that held them. */
function traced(
  g: Generating,
  rounds: readonly BeamRound[],
  best: readonly (Ended | undefined)[],
  beams: number,
): Sequences {
  const paths = best.map((ended, example) => {
    const rows = new Int32Array(rounds.length).fill(example * beams)
    const labels = new Map(g.targets.map(({ port }) => [port.name, new Float64Array(rounds.length)]))
    if (ended === undefined) return { rows, labels, length: 0 }
    g.targets.forEach(({ port }, i) => {
      const own = labels.get(port.name)
      if (own !== undefined) own[ended.t] = ended.labels[i] ?? rounds[ended.t].chosen[port.name][ended.row]
    })
    rows[ended.t] = ended.row
    for (let t = ended.t - 1; t >= 0; t--) {
      const after = rows[t + 1]
      for (const [name, own] of labels) own[t] = rounds[t].chosen[name][after]
      rows[t] = rounds[t].parents[after]
    }
    return { rows, labels, length: ended.closed ? ended.t : ended.t + 1 }
  })
  return {
    lengths: Int32Array.from(paths, p => p.length),
    rounds: rounds.map(({ results }, t) => ({
      results: Object.fromEntries(
        Object.entries(results).map(([name, data]) => [
          name,
          gather(
            data,
            g.rows,
            paths.map(p => p.rows[t]),
          ),
        ]),
      ),
      chosen: Object.fromEntries(
        g.targets.map(({ port }) => [port.name, Float64Array.from(paths, p => p.labels.get(port.name)?.[t] ?? 0)]),
      ),
    })),
  }
}

/** Takes some rows of an array. */
function gather(data: Buffer, rows: number, wanted: readonly number[]): Buffer {
  const width = data.length / rows
  const taken = data.slice(0, wanted.length * width)
  wanted.forEach((row, i) => {
    taken.set(data.subarray(row * width, (row + 1) * width), i * width)
  })
  return taken
}
