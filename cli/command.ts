// What the commands have in common: how each is added, and the options that several take.
import type { Command } from 'commander'
import type { AnyBackend, Backend, Precision } from '../compiler/backend/backend.ts'
import { backends } from '../compiler/backend/backends.ts'
import { js } from '../compiler/backend/js.ts'
import { openGpu } from '../runtime/node/index.ts'
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
  target: ['--target <name>', 'what runs the network: js, or gpu', 'js'],
  device: ['--device <name>', 'of `--target gpu`: webgpu', 'webgpu'],
  data: ['--data <path>', 'read this file in place of the one that the data block names'],
  weights: ['--weights <path>', 'weights for the program'],
} as const satisfies Readonly<Record<string, Flag>>

/** Adds options to a command, and the examples below them. */
export function describeUse(command: Command, options: readonly Flag[], lines: readonly string[]): Command {
  for (const option of options) command.option(...option)
  return command.addHelpText('after', examples(...lines))
}

/** The options that say what runs the network. */
export interface TargetOptions {
  readonly target: string
  readonly device: string
}

/** What runs the network. RNN505 for a target or a device that there is not, RNN513 where there is no GPU. */
export async function chooseTarget({ target, device }: TargetOptions): Promise<AnyBackend> {
  oneOf('device', device, ['webgpu'])
  return oneOf('target', target, ['js', 'gpu']) === 'js' ? js : openGpu()
}

/** One of the backends that are plain JavaScript. RNN505 for another. */
export function chooseBackend(target: string): Backend {
  const known = oneOf(
    'target',
    target,
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
