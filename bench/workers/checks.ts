// Measures a target apart from the workloads: the growth of its cost with T and B, the growth of the heap, and the cost of compiling.
// Run with --expose-gc. The results are one JSON object on stdout.
import { setTimeout } from 'node:timers/promises'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { js } from '../../compiler/backend/js.ts'
import { plan } from '../../compiler/index.ts'
import type { Checks } from '../checksText.ts'
import { type Workload, workloads } from '../workloads.ts'
import { compileWorkload, rnncCase, trainingCase } from './rnnc.ts'
import { median, quick } from './serve.ts'
import { starting } from './starting.ts'

const target = process.env.TARGET ?? 'js'
const backend = immediateBackends.find(b => b.name === target)
if (backend === undefined) throw new Error(`no target ${target}`)
const collect = globalThis.gc
if (collect === undefined) throw new Error('run with --expose-gc')

function workload(id: string): Workload {
  const found = workloads.find(w => w.id === id)
  if (found === undefined) throw new Error(`no workload ${id}`)
  return found
}

/** Gives the median time of a step in ms. One executable serves all sizes, so it is warm after the first. */
function time(step: () => unknown): number {
  const times: number[] = []
  const start = performance.now()
  step()
  while (times.length < 5 || (performance.now() - start < 300 && !quick)) {
    const begin = performance.now()
    step()
    times.push(performance.now() - begin)
  }
  return median(times)
}

/** A training step of an LSTM so small that T = 4096 takes less than a minute. */
const scaled = { ...workload('W3-lstm'), file: 'scaling.rnn' }

// Runs first, as the engine keeps what it has compiled.
const start = starting(backend, workload('W3-lstm'))

const heap = { steps: 10_000, bytes: await growth(10_000) }

const lengths = quick ? [16, 64] : [16, 64, 256, 1024, 4096]
const byLength = timeAll(lengths.map(T => ({ B: 4, T })))
const batches = quick ? [1, 4] : [1, 4, 16, 64, 256]
const byBatch = timeAll(batches.map(B => ({ B, T: 16 })))

/** Times steps of several sizes in turns. The least of three rounds counts, so that other load in one of them does not matter. */
function timeAll<S extends { readonly B: number; readonly T: number }>(
  sizes: readonly S[],
): (S & { readonly ms: number })[] {
  const cases = sizes.map(size => ({ size, step: rnncCase(backend!, { ...scaled, ...size }).step }))
  const rounds = Array.from({ length: quick ? 1 : 3 }, () => cases.map(({ step }) => time(step)))
  return cases.map(({ size }, i) => ({ ...size, ms: Math.min(...rounds.map(times => times[i])) }))
}

/**
 * Gives the growth of the heap in bytes over some training steps of the smallest network: the largest of three
 * rounds, as in the first the engine may free code that it no longer needs, which would hide growth.
 */
async function growth(steps: number): Promise<number> {
  const tiny = workload('W5-t16')
  const { step } = trainingCase(backend!, compileWorkload(tiny), { ...tiny.sets, B: tiny.B, T: tiny.T })
  for (let i = 0; i < steps; i++) step()
  const growths: number[] = []
  for (let before = await held(); growths.length < 3; ) {
    for (let i = 0; i < steps; i++) step()
    const now = await held()
    growths.push(now - before)
    before = now
  }
  return Math.max(...growths)
}

/** Gives the bytes in use after garbage collections until nothing more is freed; a single collection may leave some to sweep. */
async function held(): Promise<number> {
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    collect!()
    await setTimeout(50)
    // `external` includes array buffers.
    const { heapUsed, external } = process.memoryUsage()
    if (heapUsed + external > last - 10_000) return Math.min(last, heapUsed + external)
    last = heapUsed + external
  }
}

/** Compiles source → graph → plan → text for one fixed length, and gives the time and the size of the text. */
function compiling(steps: number): Checks['compiling'][number] {
  const once = (): { readonly ms: number; readonly bytes: number } => {
    const begin = performance.now()
    const training = compileWorkload({ ...workload('W5-t2'), sets: { steps } }).train()
    const text = js.emit(plan(training.context, training.graph), 'f32')
    return { ms: performance.now() - begin, bytes: text.length }
  }
  const runs = Array.from({ length: quick ? 2 : 7 }, once)
  return { T: steps, ms: median(runs.map(r => r.ms)), bytes: runs[0].bytes }
}

compiling(3)
const checks: Checks = {
  target,
  starting: start,
  byLength,
  byBatch,
  heap,
  compiling: (quick ? [2, 16] : [2, 16, 256, 4096]).map(compiling),
}
console.log(JSON.stringify(checks))
