#!/usr/bin/env node
// The program `rnnc`. Node keeps the compiled code for the next run, which then starts in half the time.
import { enableCompileCache } from 'node:module'

enableCompileCache()
// `npm run rnnc -- …` runs it in the folder of package.json, but paths are relative to the folder where npm was called.
const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
if (script === 'rnnc' && folder !== undefined) process.chdir(folder)
const { run } = await import('./run.ts')
await run()
