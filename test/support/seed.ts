// Prepares each process of the tests. Node keeps the compiled code of the modules for the next process, which then starts sooner.
// One seed for every property of a run, which vitest.config.ts chooses. A failure prints it, with the path to its case.
import { enableCompileCache, flushCompileCache } from 'node:module'
import fc from 'fast-check'
import { afterAll } from 'vitest'

export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

fc.configureGlobal({ seed })

enableCompileCache()
afterAll(() => flushCompileCache())
