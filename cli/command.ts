// Shared parts of the commands that run a network: the options that several take, and the backends that these name.
import type { AnyBackend, Backend, Precision } from '../compiler/backend/backend.ts'
import { autoBackends, immediateBackends, threadedBackends } from '../compiler/backend/backends.ts'
import { mostThreads } from '../compiler/backend/openWasm.ts'
import { wasmRelaxed } from '../compiler/backend/wasm.ts'
import { fail } from '../dsl/diagnostics.ts'
import { backendsInNode, gpuDevices, openWasm } from '../runtime/node/index.ts'
import { type Flag, ofProgram } from './describeUse.ts'
import { byName, oneOf } from './errors.ts'

export { type AddCommand, describeUse, examples } from './describeUse.ts'

/** Backends that answer at once, by name. */
const immediate: ReadonlyMap<string, Backend> = new Map(immediateBackends.map(b => [b.name, b]))

/** Their names, for the help. */
export const immediateNames = [...immediate.keys()].join(', ')

type Open = () => AnyBackend | Promise<AnyBackend>

/** Functions that open each backend, by name, and then by device; the first device is the default. */
const targets: ReadonlyMap<string, ReadonlyMap<string, Open>> = new Map(
  backendsInNode.map(entry => [
    entry.name,
    new Map<string, Open>('backend' in entry ? [['', () => entry.backend]] : Object.entries(entry.devices)),
  ]),
)

/** The targets among which `auto` chooses, for the help. */
export const autoNames = `${autoBackends.map(b => b.name).join(', ')} and gpu`

/** Options that several commands take. */
export const flags = {
  ...ofProgram,
  dtype: ['--dtype <f32|f64>', 'precision of real numbers'],
  dtypeOrF32: ['--dtype <f32|f64>', 'precision of real numbers', 'f32'],
  target: [
    '--target <name>',
    `backend that runs the network: ${[...targets.keys()].join(', ')}, or auto for the fastest of ${autoNames}`,
    'js',
  ],
  immediateTarget: ['--target <name>', `backend that runs the network: ${immediateNames}`, 'js'],
  device: ['--device <name>', `device for --target gpu: ${Object.keys(gpuDevices).join(', ')}`],
  threads: [
    '--threads <n>',
    `threads that run the network together, for --target ${threadedBackends.map(b => b.name).join(' or ')}: the same results, sooner (default: 1)`,
  ],
  data: ['--data <path>', 'read this file instead of the one in the data block'],
  weights: ['--weights <path>', 'weights file for a program'],
} as const satisfies Readonly<Record<string, Flag>>

/**
 * Opens the backend of a target. RNN505 for an unknown target or device, RNN509 for a device of a target that has none, RNN513 where
 * there is no GPU.
 */
export async function chooseTarget(name: string, device: string | undefined): Promise<AnyBackend> {
  const devices = byName('target', name, targets, ['auto'])
  if (device !== undefined) checkHasDevices(name)
  const [first] = devices.keys()
  return byName('device', device ?? first, devices)()
}

/** Opens a target of the CPU for several threads. RNN509 for one that has none, or a number that is none; RNN524 where they cannot be had. */
export async function openThreads(target: string, threads: string): Promise<AnyBackend> {
  if (target !== 'auto') byName('target', target, targets, ['auto'])
  if (!threadedBackends.some(b => b.name === target)) {
    const expected = threadedBackends.map(b => `\`--target ${b.name}\``).join(' or ')
    fail('RNN509', { what: '--threads', expected, found: `\`--target ${target}\`` })
  }
  const count = Number(threads)
  if (!/^[1-9]\d*$/.test(threads) || count > mostThreads)
    fail('RNN509', { what: '--threads', expected: `a whole number from 1 to ${mostThreads}`, found: `\`${threads}\`` })
  const backend = await openWasm({ threads: count, relaxed: target === wasmRelaxed.name })
  return backend.why === undefined ? backend : fail('RNN524', { reason: backend.why })
}

/** RNN509 for a target that has no devices. */
export function checkHasDevices(target: string): void {
  if (target !== 'gpu')
    fail('RNN509', { what: '--device', expected: '`--target gpu`', found: `\`--target ${target}\`` })
}

/** Chooses one of the backends that answer at once. RNN505 for another; `others` are targets that are handled elsewhere. */
export const chooseBackend = (name: string, others?: readonly string[]): Backend =>
  byName('target on the CPU', name, immediate, others)

/** Chooses a precision. RNN505 for an unknown one; undefined, where nothing was asked for, stays so. */
export function chooseDtype(name: string): Precision
export function chooseDtype(name: string | undefined): Precision | undefined
export function chooseDtype(name: string | undefined): Precision | undefined {
  return name === undefined ? undefined : oneOf<Precision>('dtype', name, ['f32', 'f64'])
}
