// What the commands have in common: how each is added, and the options that several take.
import type { Command } from 'commander'
import type { Backend, Precision } from '../compiler/backend/backend.ts'
import { backends } from '../compiler/backend/backends.ts'
import { js } from '../compiler/backend/js.ts'
import { oneOf } from './errors.ts'
import type { Output } from './output.ts'

/** Adds a command to the program. */
export type AddCommand = (program: Command, output: Output) => void

/** The lines below the options in `--help`. */
export const examples = (...lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n')

/** A flag, what it is for, and what it is if left out. */
type Flag = readonly [flag: string, about: string, otherwise?: string]

/** The options that several commands take. */
export const flags = {
  json: ['--json', 'write one JSON object to stdout, and all else to stderr'],
  model: ['--model <name>', 'which model, where the file has several'],
  set: ['--set <name=value...>', 'hyper-parameters, sizes and settings of `train`'],
  dtype: ['--dtype <f32|f64>', 'the precision of reals'],
  dtypeOrF32: ['--dtype <f32|f64>', 'the precision of reals', 'f32'],
  backend: ['--backend <name>', 'what runs the network: js', 'js'],
  data: ['--data <path>', 'read this file in place of the one that the data block names'],
  weights: ['--weights <path>', 'weights for the program'],
} as const satisfies Readonly<Record<string, Flag>>

/** Adds options to a command, and the examples below them. */
export function describeUse(command: Command, options: readonly Flag[], lines: readonly string[]): Command {
  for (const option of options) command.option(...option)
  return command.addHelpText('after', examples(...lines))
}

/** RNN505 for one that there is not. */
export function chooseBackend(name: string): Backend {
  const known = oneOf(
    'backend',
    name,
    backends.map(b => b.name),
  )
  return backends.find(b => b.name === known) ?? js
}

/** RNN505 for another; undefined, where nothing was asked for, stays so. */
export function chooseDtype(name: string): Precision
export function chooseDtype(name: string | undefined): Precision | undefined
export function chooseDtype(name: string | undefined): Precision | undefined {
  return name === undefined ? undefined : oneOf<Precision>('dtype', name, ['f32', 'f64'])
}
