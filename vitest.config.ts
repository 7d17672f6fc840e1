// How `npm test` runs the tests: in two processes, by Node itself, without Vite's transforms. Files share a process, and the modules that it has
// loaded, as no module has state; those that open a device or a browser have processes of their own.
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longestFirst.ts'
import { Summary } from './test/support/summary.ts'

/** The seed of every property: SEED if it is given, else a new one each time. */
const seed = process.env.SEED ?? String(Date.now() % 2 ** 31)

/** Drivers and browsers hold on to their process. */
const apart = ['test/gpu/*.test.ts', 'test/browser/*.test.ts']

export default defineConfig({
  test: {
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
    projects: [
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: apart, isolate: false } },
      { extends: true, test: { name: 'apart', include: apart, isolate: true } },
    ],
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
