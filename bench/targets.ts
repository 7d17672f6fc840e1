// Lists the goals of each target of this compiler, and checks whether a run meets them.
import { batchExcess, type Checks, lengthExcess } from './checksText.ts'
import { digits, type Limits, markdown, percent, type Row, ratio } from './report.ts'

interface Verdict {
  readonly text: string
  readonly met: boolean
}

interface Goal {
  readonly target: string
  readonly goal: string
  /** Undefined if the run does not show it. */
  readonly judge: (run: Run) => Verdict | undefined
}

export interface Run {
  readonly limits: Limits
  readonly rows: readonly Row[]
  readonly checks: readonly Checks[]
}

const share = (target: string, workload: string, least: number): Goal => ({
  target,
  goal: `${workload}: at least ${percent(least)} of the limit`,
  judge: ({ rows }) => {
    const found = rowIn(rows, target, workload)?.share
    return found == null ? undefined : { text: percent(found), met: found >= least }
  },
})

const times = (target: string, workload: string, peer: string, least: number): Goal => ({
  target,
  goal: `${workload}: at least ${least} times as fast as ${peer}`,
  judge: ({ rows }) => {
    const row = rowIn(rows, peer, workload)
    const found = row && ratio(row, rowIn(rows, target, workload))
    if (found === undefined) return undefined
    // A system that was stopped has only a lower bound of its time; if that is not enough, it decides nothing.
    if (found.atLeast && found.times < least)
      return { text: `> ${digits(found.times)}, stopped too early to tell`, met: false }
    return { text: `${found.atLeast ? '> ' : ''}${digits(found.times)}`, met: found.times >= least }
  },
})

const vector = (target: 'js' | 'wasm', most: number): Goal => ({
  target,
  goal: `W6-stream: at most ${most} times the best matrix-vector product of that size`,
  judge: ({ rows, limits }) => {
    const ms = rowIn(rows, target, 'W6-stream')?.ms
    const limit = limits.vector[target]
    return ms == null || limit === null ? undefined : { text: digits(ms / limit), met: ms / limit <= most }
  },
})

const check = (target: string, goal: string, judge: (checks: Checks) => Verdict): Goal => ({
  target,
  goal,
  judge: run => {
    const found = run.checks.find(c => c.target === target)
    return found && judge(found)
  },
})

/** Largest growth of the cost of a step and example that still counts as linear, due to noise and caches. */
const linear = 1.25

const goals: readonly Goal[] = [
  share('js', 'W3-lstm', 0.85),
  share('js', 'W3-gru', 0.85),
  share('js', 'W2', 0.8),
  share('js', 'W4', 0.8),
  share('js', 'W1', 0.75),
  ...['W1', 'W3-lstm', 'W3-gru', 'W5-t2'].map(w => times('js', w, 'brain.js', 3)),
  times('js', 'W4', 'brain.js', 2.8),
  times('js', 'W5-t16', 'brain.js', 5),
  ...['W1', 'W2', 'W3-lstm', 'W3-gru', 'W4', 'W5-t2', 'W5-t16'].map(w => times('js', w, 'tfjs-cpu', 6)),
  ...['W3-lstm', 'W3-gru'].map(w => times('gpu', w, 'gpu-pipeline', 3)),
  vector('js', 1.3),
  check('js', 'cost linear in T, 16 to 4096', c => within(lengthExcess(c), linear, ' times the cost')),
  check('js', 'cost at worst linear in B, 1 to 256', c => within(batchExcess(c), linear, ' times the cost')),
  check('js', '10,000 steps grow the heap by less than 1 MB', ({ heap }) => ({
    text: `${digits(heap.bytes / 1e6)} MB`,
    met: heap.bytes < 1e6,
  })),
  check('js', 'compile time independent of T', ({ compiling }) =>
    within(Math.max(...compiling.map(c => c.ms)) / compiling[0].ms, 1.5, ' of T = 2'),
  ),
  check('js', 'code size independent of T', ({ compiling }) =>
    within(Math.max(...compiling.map(c => c.bytes)) / compiling[0].bytes, 1.05, ' of T = 2'),
  ),
]

const within = (value: number, most: number, unit: string): Verdict => ({
  text: `${digits(value)}${unit}`,
  met: value <= most,
})

const rowIn = (rows: readonly Row[], system: string, workload: string): Row | undefined =>
  rows.find(r => r.system === system && r.workload === workload)

/** Prints the goals that a run decides as a table; undefined if there are none. */
export function goalsText(run: Run): string | undefined {
  const lines = goals.flatMap(({ target, goal, judge }) => {
    const verdict = judge(run)
    return verdict === undefined ? [] : [[`${target}, ${goal}`, verdict.text, verdict.met ? 'met' : '**missed**']]
  })
  return lines.length === 0 ? undefined : markdown(['target', 'measured', ''], lines)
}
