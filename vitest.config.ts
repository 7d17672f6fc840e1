// How `npm test` runs the tests: each file in a process of its own, two at a time, by Node itself, without Vite's transforms.
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longestFirst.ts'
import { Summary } from './test/support/summary.ts'

/** The seed of every property: SEED if it is given, else a new one each time. */
const seed = process.env.SEED ?? String(Date.now() % 2 ** 31)

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    env: { SEED: seed },
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // For what hangs: how long a test takes is the machine's affair. A run that is asked for more may take any time.
    testTimeout: process.env.RUNS === undefined && process.env.RNNC_GPU_PROGRAMS === undefined ? 600_000 : 0,
    hookTimeout: 600_000,
    slowTestThreshold: 20_000,
    reporters: ['default', new Summary(seed)],
    cache: false,
  },
  plugins: [
    {
      name: 'tells tests whether they are run with -u',
      configureVitest: ({ vitest, project }) => {
        project.provide('update', vitest.config.snapshotOptions.updateSnapshot === 'all')
      },
    },
  ],
})
