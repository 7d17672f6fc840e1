// The command line: reads the arguments, runs a command, and turns errors into messages and an exit code.
import { Command, CommanderError } from 'commander'
import { isFailure, type RnnError } from '../dsl/diagnostics.ts'
import { version } from '../runtime/version.ts'
import { commands } from './commandList.ts'
import { examples } from './describeUse.ts'
import { interrupted } from './interrupt.ts'
import type { Io } from './io.ts'
import { createOutput, type Output, reportError } from './output.ts'
import type { Overview } from './overview.ts'

/** Runs a command and gives its exit code. Paths among the arguments are relative to the folder of the process. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const output = createOutput(args.includes('--json'), io)
  const program = await createProgram(['help', '--'].includes(args[0]) ? args[1] : args[0], output)
  try {
    checkTopic(args)
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return output.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    output.exitCode = isFailure(error, 'RNN516') ? interrupted : 1
    reportError(error instanceof CommanderError ? await describe(error, program, args) : error, output)
    return output.exitCode
  }
}

/** Refuses the help of a command that there is not, for which the help of all would be shown. */
function checkTopic([word, topic]: readonly string[]): void {
  if (word !== 'help' || topic === undefined || topic === 'help' || topic.startsWith('-')) return
  if (!Object.hasOwn(commands, topic))
    throw new CommanderError(1, 'commander.unknownCommand', `unknown command '${topic}'`)
}

/** Loads the messages for mistakes in the arguments only where there is one. */
async function describe(error: CommanderError, program: Command, args: readonly string[]): Promise<RnnError> {
  const { argumentError } = await import('./errors.ts')
  return argumentError(error, program, args)
}

/** Makes the program, with the command of that name; where there is none, with the names of all for the help. */
async function createProgram(name: string | undefined, output: Output): Promise<Command> {
  const program = new Command('rnnc')
    .description(
      'Compile recurrent neural networks from their equations: check, train, predict, and build a JavaScript module.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: false, subcommandTerm: command => `${command.name()} ${command.usage()}` })
    .configureOutput({ writeOut: output.write, outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      examples('rnnc train sunspots.rnn', 'rnnc predict sunspots.safetensors --data new.csv', 'rnnc train --help'),
    )
  const asked = Object.entries(commands).find(([known]) => known === name)
  if (asked !== undefined) (await asked[1]())(program, output)
  else if (name !== '--version') addNames(program, (await import('./overview.ts')).overview)
  for (const command of program.commands) {
    // Sets the help option of each command: unlike other settings it is not inherited from the program.
    command.helpOption('--help', 'show this help')
  }
  return program
}

function addNames(program: Command, overview: readonly Overview[]): void {
  for (const { name, usage, about } of overview) program.command(name).usage(usage).description(about)
}
