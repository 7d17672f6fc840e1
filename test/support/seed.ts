// One seed for every property of a run, which vitest.config.ts chooses. A failure prints it, with the path to its case.
import fc from 'fast-check'

export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

fc.configureGlobal({ seed })
