// How a command is added to the program, and described in `--help`.
import type { Command } from 'commander'
import type { Output } from './output.ts'

/** Adds a command to the program. */
export type AddCommand = (program: Command, output: Output) => void

/** Writes the lines below the options in `--help`. */
export const examples = (...lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n')

/** A flag, its description, and its default. */
export type Flag = readonly [flag: string, about: string, otherwise?: string]

/** Options of commands that take a program. */
export const ofProgram = {
  json: ['--json', 'write one JSON object to stdout, everything else to stderr'],
  model: ['--model <name>', 'the model, if the file has several'],
  set: [
    '--set <name=value...>',
    'set hyper-parameters, sizes, settings of `train` and numbers of its optimizer: units=64 epochs=20 rate=0.01 clip=norm(1)',
  ],
} as const satisfies Readonly<Record<string, Flag>>

/** Adds options to a command, and the examples below them. */
export function describeUse(command: Command, options: readonly Flag[], lines: readonly string[]): Command {
  for (const option of options) command.option(...option)
  return command.addHelpText('after', examples(...lines))
}
