// Starts the program `rnnc` of the package, which is one script.
import { createRequire, enableCompileCache, getCompileCacheDir } from 'node:module'
import { basename, join } from 'node:path'
import { openScript } from './openScript.ts'

/** What the script evaluates to: a function that gives what its source, `cli/run.ts`, exports. */
type Program = (require: NodeJS.Require) => typeof import('../cli/run.ts')

/** Runs the script in a file. Each command has compiled code of its own, beside what Node keeps of modules; the script's name changes with its text. */
export async function start(file: string): Promise<void> {
  enableCompileCache()
  const folder = getCompileCacheDir()
  // The name of a command, or nothing: another word is no part of a path.
  const [command = ''] = /^[a-z]+$/.exec(process.argv[2] ?? '') ?? []
  const kept = folder && join(folder, `${basename(file, '.js')}-${command}`)
  const { value: program, keep } = openScript<Program>(file, kept)
  await program(createRequire(file)).run()
  // What fails may be no command.
  if (process.exitCode === 0) keep()
}
