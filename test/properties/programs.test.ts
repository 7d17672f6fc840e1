// Random programs: every check of the fuzzer for two minutes, and on every case that failed once. SEED repeats a run, RUNS extends it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { allAtOnce } from '../../trust/fuzz/checks/index.ts'
import { fuzz, runCase } from '../../trust/fuzz/fuzz.ts'
import { kinkChoices } from '../../trust/fuzz/generate/kinks.ts'
import { printRegression, readRegression } from '../../trust/fuzz/regression.ts'
import { seed } from '../support/seed.ts'

const runs = process.env.RUNS === undefined ? undefined : Number(process.env.RUNS)
/** Two minutes in all, unless it is told how many programs. */
const time = runs === undefined ? 40_000 : undefined

describe(`random programs (seed ${seed})`, () => {
  for (const [i, kinks] of kinkChoices.entries()) {
    it(`pass every check, with ${kinks} kinks`, async () => {
      const report = await fuzz({ seed: seed + i * 1_000_000, runs: runs ?? 100_000, kinks, ...(time && { time }) })
      for (const f of report.failures) console.error(printRegression(f.case, [`${f.check}: ${f.message}`]))
      assert.deepEqual(
        report.failures.map(f => `${f.check}: ${f.message}`),
        [],
      )
      assert.ok(report.programs >= 20, `only ${report.programs} programs in ${time} ms`)
      assert.ok(report.checks > 20 * report.programs, `only ${report.checks} checks of ${report.programs} programs`)
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
