// The command line: reads the arguments, runs a command, and turns errors into messages and an exit code.
import { Command, CommanderError } from 'commander'
import { isFailure } from '../dsl/diagnostics.ts'
import { version } from '../runtime/version.ts'
import { type AddCommand, examples } from './describeUse.ts'
import { argumentError } from './errors.ts'
import { interrupted } from './interrupt.ts'
import type { Io } from './io.ts'
import { createOutput, type Output, reportError } from './output.ts'

/** The commands, each in a file that is loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.ts')).init,
  check: async () => (await import('./commands/check.ts')).check,
  fmt: async () => (await import('./commands/fmt.ts')).fmt,
  train: async () => (await import('./commands/train.ts')).train,
  eval: async () => (await import('./commands/eval.ts')).evaluate,
  predict: async () => (await import('./commands/predict.ts')).predict,
  generate: async () => (await import('./commands/generate.ts')).generate,
  build: async () => (await import('./commands/build.ts')).build,
  explain: async () => (await import('./commands/explain.ts')).explain,
  gradcheck: async () => (await import('./commands/gradcheck.ts')).gradcheck,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnose,
  types: async () => (await import('./commands/types.ts')).types,
  fuzz: async () => (await import('./commands/fuzz.ts')).fuzz,
}

/** Runs a command and gives its exit code. Paths among the arguments are relative to the folder of the process. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const output = createOutput(args.includes('--json'), io)
  const program = await createProgram(args[0], output)
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

/** Makes the program, with the command of that name; with all of them where there is none. */
async function createProgram(name: string | undefined, output: Output): Promise<Command> {
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
  const asked = Object.keys(commands).filter(known => known === name)
  const loads = (asked.length > 0 ? asked : Object.keys(commands)).map(known => commands[known]())
  for (const add of await Promise.all(loads)) add(program, output)
  for (const command of program.commands) {
    // Sets the help option of each command: unlike other settings it is not inherited from the program.
    command.helpOption('--help', 'show this help')
  }
  return program
}
