#!/usr/bin/env node
// The program `rnnc` of the sources. Node keeps the compiled code for the next run, which then starts in half the time.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { run } = await import('./run.ts')
await run()
