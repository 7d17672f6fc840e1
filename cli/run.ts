// Runs the command line on the arguments and streams of the process.
import { processIo } from './io.ts'
import { main } from './main.ts'

export async function run(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processIo())
}
