// Schedules of the rate: each of the library, and some of our own, against formulas of the step from 0.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { wasm } from '../../compiler/backend/wasm.ts'
import { watchedOutputs } from '../../compiler/graphs.ts'
import { compile } from '../../compiler/index.ts'
import { type Arrays, runnable } from '../support/program.ts'
import { close } from '../support/suite.ts'

const own = `
fn noam(t) = min((t + 1)^-0.5, (t + 1) * 4^-1.5)
fn stretched(t) = 3 * t
layer twice(base) {
  input t: int
  return base(base(t))
}
`

interface ScheduleCase {
  readonly schedule: string
  readonly factor: (t: number) => number
}

const cosine = (t: number, steps: number): number => 0.5 * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps))

const schedules: readonly ScheduleCase[] = [
  { schedule: 'constant_rate', factor: () => 1 },
  { schedule: 'step_decay(3)', factor: t => 0.1 ** Math.trunc(t / 3) },
  { schedule: 'step_decay(4, by = 0.5)', factor: t => [1, 0.5, 0.25][Math.trunc(t / 4)] },
  { schedule: 'exponential_decay(5, by = 0.3)', factor: t => Math.exp((Math.log(0.3) * t) / 5) },
  { schedule: 'linear_decay(8)', factor: t => Math.max(0, 8 - t) / 8 },
  { schedule: 'linear_decay(8, least = 0.2)', factor: t => (t < 8 ? 0.2 + (0.8 * (8 - t)) / 8 : 0.2) },
  { schedule: 'cosine_decay(10)', factor: t => cosine(t, 10) },
  { schedule: 'cosine_decay(6, least = 0.1)', factor: t => 0.1 + 0.9 * cosine(t, 6) },
  { schedule: 'warmup(4)', factor: t => [0.25, 0.5, 0.75, 1][t] ?? 1 },
  { schedule: 'warmup(3, then = cosine_decay(6))', factor: t => [1 / 3, 2 / 3, 1][t] ?? cosine(t - 3, 6) },
  { schedule: 'warmup(2, step_decay(2))', factor: t => [0.5, 1][t] ?? [1, 0.1, 0.01, 0.001, 1e-4][(t - 2) >> 1] },
  { schedule: 'twice(stretched)', factor: t => 9 * t },
  { schedule: 'noam', factor: t => Math.min(1 / Math.sqrt(t + 1), (t + 1) / 8) },
]

/** A gradient of 1 in each step: with a rate of 2 the parameter falls by twice the factor. */
const program = (schedule: string): string => `${own}
model M {
  input x: real
  param w: real
  loss w * x }
data D for M { x = csv("none.csv").x }
train M on D { optimizer = SGD(2, schedule = ${schedule}) }`

describe('schedules', () => {
  for (const { schedule, factor } of schedules) {
    it(schedule, () => {
      const { graph, context, states, rate } = compile(program(schedule)).train(undefined, { watched: true })
      assert.equal(states.map(s => s.name).includes('optimizer@t'), schedule !== 'constant_rate')
      for (const backend of [js, wasm]) {
        const step = runnable(context, graph, backend)
        for (let t = 0; t < 12; t++) {
          const counted: Arrays = schedule === 'constant_rate' ? {} : { 'optimizer@t': Int32Array.of(t) }
          const kept = { w: Float64Array.of(0), 'w@m': Float64Array.of(0), ...counted }
          const results = step.run({ B: 1 }, { x: Float64Array.of(1), ...kept })
          close(results.w, Float64Array.of(-2 * factor(t)), 1e-12, `step ${t}`)
          close(results[watchedOutputs.rate] ?? [rate], Float64Array.of(2 * factor(t)), 1e-12, `rate of step ${t}`)
        }
      }
    })
  }
})
