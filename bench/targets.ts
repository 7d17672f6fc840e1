// Lists the goals of each target of this compiler, and checks whether a run meets them.
import { batchExcess, type Checks, lengthExcess } from './checksText.ts'
import { digits, type Limits, markdown, percent, type Row, ratio } from './report.ts'
import type { Turns } from './turns.ts'
import { workloads } from './workloads.ts'

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
  /** Undefined where several threads were not timed. */
  readonly turns?: Turns | undefined
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
  judge: run => {
    const found = quotient(run, target, workload, peer)
    if (found === undefined) return undefined
    // A system that was stopped has only a lower bound of its time; if that is not enough, it decides nothing.
    if (found.atLeast && found.times < least)
      return { text: `> ${digits(found.times)}, stopped too early to tell`, met: false }
    return { text: `${found.atLeast ? '> ' : ''}${digits(found.times)}`, met: found.times >= least }
  },
})

/** How many times the time of a target another system takes. */
function quotient({ rows }: Run, target: string, workload: string, peer: string) {
  const row = rowIn(rows, peer, workload)
  return row && ratio(row, rowIn(rows, target, workload))
}

/** The target beside the fastest of some systems; those that were stopped or do not run the workload do not count. */
const timesFastest = (target: string, workload: string, peers: readonly string[], least: number): Goal => ({
  target,
  goal: `${workload}: at least ${least} times as fast as the fastest of ${peers.join(', ')}`,
  judge: run => {
    const found = peers.flatMap(peer => {
      const times = quotient(run, target, workload, peer)
      return times === undefined || times.atLeast ? [] : [{ peer, times: times.times }]
    })
    if (found.length === 0) return undefined
    const fastest = found.reduce((a, b) => (b.times < a.times ? b : a))
    return { text: `${digits(fastest.times)} (${fastest.peer})`, met: fastest.times >= least }
  },
})

/** At most so many times the time of another system. */
const within = (target: string, workload: string, peer: string, most: number): Goal => ({
  target,
  goal: `${workload}: at most ${most} times the time of ${peer}`,
  judge: run => {
    const found = quotient(run, target, workload, peer)
    return found && { text: digits(1 / found.times), met: 1 / found.times <= most }
  },
})

/** The geometric mean of how many times as fast as another system the target is, where both ran. */
const mean = (target: string, peer: string, left: string, chosen: readonly string[], least?: number): Goal => ({
  target,
  goal: `${least === undefined ? 'how many' : `at least ${least}`} times as fast as ${peer}, geometric mean over W1 to W6${left}`,
  judge: run => {
    const found = chosen.map(w => quotient(run, target, w, peer)?.times)
    const all = found.filter(t => t !== undefined)
    if (all.length < chosen.length) return undefined
    const times = Math.exp(all.reduce((sum, t) => sum + Math.log(t), 0) / all.length)
    return { text: digits(times), met: least === undefined || times >= least }
  },
})

/** No product is faster than the limit: its share counts what has to be computed alone. */
const honest = (target: string): Goal => ({
  target,
  goal: 'at most 105 % of the limit without the gradient of the data, but for W3, whose input product goes through the gather',
  judge: ({ rows }) => {
    const shares = workloads.flatMap(({ id, flops, unneeded }) => {
      const found = id.startsWith('W3') ? undefined : rowIn(rows, target, id)?.share
      return found == null ? [] : [found * (1 - unneeded / flops)]
    })
    if (shares.length === 0) return undefined
    const most = Math.max(...shares)
    return { text: percent(most), met: most <= 1.05 }
  },
})

/** Several threads beside one, by turns. */
const gain = (workload: string, least: number): Goal => ({
  target: 'wasm-relaxed',
  goal: `${workload}: two threads at least ${least} times as fast as one, by turns`,
  judge: ({ turns }) => {
    const found = turns?.found.find(f => f.workload === workload)
    return found && { text: digits(found.times), met: found.times >= least }
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

const check = (target: string, goal: string, judge: (checks: Checks) => Verdict | undefined): Goal => ({
  target,
  goal,
  judge: run => {
    const found = run.checks.find(c => c.target === target)
    return found && judge(found)
  },
})

/** Largest growth of the cost of a step and example that still counts as linear, due to noise and caches. */
const linear = 1.25

/** The systems in JavaScript that train. */
const trainers = ['tfjs-cpu', 'tfjs-wasm', 'brain.js', 'jax-js']

const large = ['W1', 'W2', 'W3-lstm', 'W3-gru', 'W4', 'W6-stream', 'W6-bilstm']
const everything = [...large, 'W5-t2', 'W5-t16']

const ofWasm: readonly Goal[] = [
  share('wasm-relaxed', 'W3-lstm', 1),
  share('wasm-relaxed', 'W3-gru', 0.9),
  share('wasm-relaxed', 'W4', 0.85),
  share('wasm-relaxed', 'W2', 0.75),
  share('wasm-relaxed', 'W1', 0.75),
  honest('wasm-relaxed'),
  ...['W1', 'W2', 'W3-lstm', 'W3-gru'].map(w => timesFastest('wasm-relaxed', w, trainers, 6)),
  timesFastest('wasm-relaxed', 'W4', trainers, 2.5),
  timesFastest('wasm-relaxed', 'W5-t16', trainers, 10),
  within('wasm-relaxed', 'W1', 'pytorch', 1),
  within('wasm-relaxed', 'W2', 'pytorch', 1.5),
  within('wasm-relaxed', 'W3-gru', 'pytorch', 1.2),
  within('wasm-relaxed', 'W3-lstm', 'pytorch', 1.8),
  within('wasm-relaxed', 'W4', 'pytorch', 2.7),
  times('wasm-relaxed', 'W5-t16', 'jax', 20),
  mean('wasm-relaxed', 'pytorch', ', but W5', large, 1),
  mean('wasm-relaxed', 'pytorch', '', everything),
  mean('wasm-relaxed-x2', 'pytorch-x2', ', but W5', large),
  mean('wasm-relaxed-x2', 'pytorch-x2', '', everything),
  ...['W3-lstm', 'W4'].map(w => gain(w, 1.7)),
  {
    target: 'wasm-relaxed',
    goal: 'W6-stream: at most 6 µs',
    judge: ({ rows }) => {
      const ms = rowIn(rows, 'wasm-relaxed', 'W6-stream')?.ms
      return ms == null ? undefined : { text: `${digits(ms * 1000)} µs`, met: ms * 1000 <= 6 }
    },
  },
  times('wasm-relaxed', 'W6-bilstm', 'ort-web', 1),
  check('wasm-relaxed', 'W3-lstm: compiled and instantiated in less than 10 ms', ({ starting: { engine } }) =>
    engine === undefined ? undefined : { text: `${digits(engine)} ms`, met: engine < 10 },
  ),
  check('wasm-relaxed', 'W3-lstm: the first step takes at most 3 times as long as a later one', ({ starting }) =>
    atMost(starting.first / starting.later, 3, ' times'),
  ),
  check('wasm-relaxed', 'cost linear in T, 16 to 4096', c => atMost(lengthExcess(c), linear, ' times the cost')),
]

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
  check('js', 'cost linear in T, 16 to 4096', c => atMost(lengthExcess(c), linear, ' times the cost')),
  check('js', 'cost at worst linear in B, 1 to 256', c => atMost(batchExcess(c), linear, ' times the cost')),
  check('js', '10,000 steps grow the heap by less than 1 MB', ({ heap }) => ({
    text: `${digits(heap.bytes / 1e6)} MB`,
    met: heap.bytes < 1e6,
  })),
  honest('js'),
  ...ofWasm,
  check('js', 'compile time independent of T', ({ compiling }) =>
    atMost(Math.max(...compiling.map(c => c.ms)) / compiling[0].ms, 1.5, ' of T = 2'),
  ),
  check('js', 'code size independent of T', ({ compiling }) =>
    atMost(Math.max(...compiling.map(c => c.bytes)) / compiling[0].bytes, 1.05, ' of T = 2'),
  ),
]

const atMost = (value: number, most: number, unit: string): Verdict => ({
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
