// What the commands have in common: how each is added, and the options that several take.
import type { Command } from 'commander'
import type { Backend, Precision } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { oneOf } from './errors.ts'
import type { Output } from './output.ts'

/** Adds a command to the program. */
export type AddCommand = (program: Command, output: Output) => void

/** The lines below the options in `--help`. */
export const examples = (...lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map(line => `  $ ${line}`)].join('\n')

export const jsonOption = ['--json', 'write one JSON object to stdout, and all else to stderr'] as const
export const modelOption = ['--model <name>', 'which model, where the file has several'] as const
export const setOption = ['--set <name=value...>', 'hyper-parameters, sizes and settings of `train`'] as const
export const dtypeOption = ['--dtype <f32|f64>', 'the precision of reals'] as const
export const backendOption = ['--backend <name>', 'what runs the network: js', 'js'] as const
export const dataOption = ['--data <path>', 'read this file in place of the one that the data block names'] as const

const backends: readonly Backend[] = [js]

/** RNN505 for one that there is not. */
export function chooseBackend(name: string): Backend {
  const known = oneOf(
    'backend',
    name,
    backends.map(b => b.name),
  )
  return backends.find(b => b.name === known) ?? js
}

/** RNN505 for another. */
export const chooseDtype = (name: string): Precision => oneOf<Precision>('dtype', name, ['f32', 'f64'])
