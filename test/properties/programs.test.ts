// Random programs: every check of the fuzzer for a while, and on every case that failed once. SEED repeats a run; RUNS, a number of programs,
// and RNNC_FUZZ_SECONDS extend it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { allAtOnce } from '../../trust/fuzz/checks/index.ts'
import { fuzz, runCase } from '../../trust/fuzz/fuzz.ts'
import { kinkChoices } from '../../trust/fuzz/generate/kinks.ts'
import { printRegression, readRegression } from '../../trust/fuzz/regression.ts'
import { seed } from '../support/seed.ts'

const asked = process.env.RUNS === undefined ? undefined : Number(process.env.RUNS)
/** For each choice of kinks, in ms, unless it is told how many programs. */
const budget = 1000 * Number(process.env.RNNC_FUZZ_SECONDS ?? 4)
/** As many are judged however busy the machine is. */
const least = 8

describe(`random programs (seed ${seed})`, () => {
  for (const [i, kinks] of kinkChoices.entries()) {
    it(`pass every check, with ${kinks} kinks`, async () => {
      const first = seed + i * 1_000_000
      const started = performance.now()
      const reports = [await fuzz({ seed: first, runs: asked ?? least, kinks })]
      const time = budget - (performance.now() - started)
      if (asked === undefined && time > 0)
        reports.push(await fuzz({ seed: first + 500_000, runs: 100_000, kinks, time }))
      const failures = reports.flatMap(r => r.failures)
      for (const f of failures) console.error(printRegression(f.case, [`${f.check}: ${f.message}`]))
      assert.deepEqual(
        failures.map(f => `${f.check}: ${f.message}`),
        [],
      )
      const [programs, checks] = [reports.map(r => r.programs), reports.map(r => r.checks)].map(list =>
        list.reduce((a, b) => a + b),
      )
      assert.ok(checks > 20 * programs, `only ${checks} checks of ${programs} programs`)
    })
  }
})

describe('cases that failed once', () => {
  const folder = new URL('../regressions/', import.meta.url)
  for (const file of readdirSync(folder).filter(name => name.endsWith('.rnn'))) {
    it(file, () => {
      const { source, ...rest } = readRegression(readFileSync(new URL(file, folder), 'utf8'), file)
      const { check, outcome } = runCase({ source, ...rest }, {}, allAtOnce)
      assert.equal(outcome.failure, undefined, `${check}: ${outcome.failure?.message}`)
      assert.ok(outcome.checks > 0)
    })
  }
})
