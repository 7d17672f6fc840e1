// Runs the command line on the arguments and streams of the process.
import { interrupted } from './interrupt.ts'
import { processIo } from './io.ts'
import { main } from './main.ts'

export async function run(): Promise<void> {
  // `npm run rnnc -- …` runs it in the folder of package.json, but paths are relative to the folder where npm was called.
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
  if (script === 'rnnc' && folder !== undefined) process.chdir(folder)
  process.exitCode = await main(process.argv.slice(2), processIo())
  if (process.exitCode === interrupted) await end()
}

/** Ends the process, which work that an interrupt has left undone would keep. A read of a pipe, perhaps for ever, takes a signal. */
async function end(): Promise<void> {
  const reads = (): boolean => process.getActiveResourcesInfo().includes('FSReqPromise')
  for (let waits = 0; waits < 20 && reads(); waits++) await new Promise(resolve => setTimeout(resolve, 10))
  if (reads()) process.kill(process.pid, 'SIGINT')
  else process.stderr.write('', () => process.stdout.write('', () => process.exit()))
}
