// The command line: reads the arguments, runs a command, and turns errors into messages and an exit code.
import { Command, CommanderError } from 'commander'
import { isFailure } from '../dsl/diagnostics.ts'
import { version } from '../runtime/version.ts'
import { type AddCommand, examples } from './command.ts'
import { build } from './commands/build.ts'
import { check } from './commands/check.ts'
import { diagnose } from './commands/diagnose.ts'
import { evaluate } from './commands/eval.ts'
import { explain } from './commands/explain.ts'
import { fmt } from './commands/fmt.ts'
import { fuzz } from './commands/fuzz.ts'
import { generate } from './commands/generate.ts'
import { gradcheck } from './commands/gradcheck.ts'
import { init } from './commands/init.ts'
import { predict } from './commands/predict.ts'
import { train } from './commands/train.ts'
import { types } from './commands/types.ts'
import { argumentError } from './errors.ts'
import { interrupted } from './interrupt.ts'
import type { Io } from './io.ts'
import { createOutput, type Output, reportError } from './output.ts'

const commands: readonly AddCommand[] = [
  init,
  check,
  fmt,
  train,
  evaluate,
  predict,
  generate,
  build,
  explain,
  gradcheck,
  diagnose,
  types,
  fuzz,
]

/** Runs a command and gives its exit code. Paths among the arguments are relative to the folder of the process. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const output = createOutput(args.includes('--json'), io)
  const program = createProgram(output)
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return output.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    output.exitCode = isFailure(error, 'RNN516') ? interrupted : 1
    reportError(error instanceof CommanderError ? argumentError(error, program, args) : error, output)
    return output.exitCode
  }
}

function createProgram(output: Output): Command {
  const program = new Command('rnnc')
    .description(
      'Compile recurrent neural networks from their equations: check, train, predict, and build a JavaScript module.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeOut: output.write, outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      examples('rnnc train sunspots.rnn', 'rnnc predict sunspots.safetensors --data new.csv', 'rnnc train --help'),
    )
  for (const add of commands) add(program, output)
  for (const command of program.commands) {
    // Sets the help option of each command: unlike other settings it is not inherited from the program.
    command.helpOption('--help', 'show this help')
  }
  return program
}
