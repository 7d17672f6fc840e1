// Runs the command line on the arguments and streams of the process.
import { interrupted } from './interrupt.ts'
import { processIo } from './io.ts'
import { main } from './main.ts'

export async function run(): Promise<void> {
  // `npm run rnnc -- …` runs it in the folder of package.json, but paths are relative to the folder where npm was called.
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
  if (script === 'rnnc' && folder !== undefined) process.chdir(folder)
  process.exitCode = await main(process.argv.slice(2), processIo())
  // Work that an interrupt has left undone would keep the process, and its end waits for a read: of a pipe, perhaps for ever.
  if (process.exitCode === interrupted && process.getActiveResourcesInfo().includes('FSReqPromise'))
    process.kill(process.pid, 'SIGINT')
}
