// The part of gpu.js that rnnc relies on, some of it undocumented: the version is pinned exactly, and missing parts are named.
import { fail } from '../../../dsl/diagnostics.ts'
import { messageOf } from '../../../dsl/messageOf.ts'
import { type DeviceName, traits } from './deviceNames.ts'

/** gpu.js' WebGPU kernel, used only to translate JavaScript to WGSL, which needs no device. */
export interface WgslKernel {
  setupConstants(): void
  setupArguments(args: readonly unknown[]): void
  validateSettings(args: readonly unknown[]): void
  translateSource(): void
  /** The statements of the kernel, and the functions that it calls, after translation. */
  readonly translatedBody: string
  readonly translatedFunctions: string
}

export interface KernelFunction {
  readonly name: string
  readonly source: string
  readonly settings: { readonly argumentTypes: readonly string[]; readonly returnType: string }
}

export interface KernelSettings {
  readonly output: readonly number[]
  readonly precision: 'single'
  /** Inferred at the first run, if left out. */
  readonly argumentTypes?: readonly string[]
  readonly functions: readonly KernelFunction[]
  readonly returnType: 'Number'
  /** Text in the language of the device, placed before the functions. */
  readonly injectedNative?: string
}

export interface GpuLibrary {
  readonly WebGPUKernel: new (source: string, settings: KernelSettings) => WgslKernel
}

/** The result of a kernel while a pipeline is put together: it can be passed to a kernel, or returned. */
export interface Handle {
  readonly opaque: unique symbol
}

/** A kernel that a pipeline calls. */
export interface PipelineKernel {
  (...args: readonly (Handle | number)[]): Handle
  destroy(): void
}

/** A sequence of kernels, which gpu.js puts together at the first call. */
export interface Pipeline {
  (...args: readonly Float32Array[]): Promise<readonly ArrayLike<number>[]>
  /** The executor that ran the last call, and why gpu.js fell back to it, if it did. */
  readonly executorKind: string
  readonly fallbackReason: string | null
  readonly plan: {
    readonly kernels: readonly { readonly clone: { readonly kernel: object } }[]
    /** The kernels that ran, where they run one by one; the names of those that upload arguments begin with `up:`. */
    readonly genericClones: ReadonlyMap<string, { readonly kernel: object }>
  } | null
  destroy(): Promise<void>
}

/** A device that gpu.js runs kernels on. */
export interface Gpu {
  /** The context of its canvas, where it has one. */
  readonly context: object | null
  createKernel(source: string, settings: KernelSettings): PipelineKernel
  createPipeline(
    orchestrate: (...inputs: readonly Handle[]) => readonly Handle[],
    settings: { readonly threads: boolean },
  ): Pipeline
  destroy(): Promise<void>
}

export interface PipelineLibrary {
  readonly GPU: new (settings: { readonly mode: DeviceName }) => Gpu
}

/** Loads gpu.js, when a GPU is first asked for. RNN513 if it is not installed; a plain Error that names the missing parts. */
export async function loadLibrary(): Promise<GpuLibrary> {
  return checkedLibrary(await loaded('WebGPU'))
}

/** Does the same as `loadLibrary`, for pipelines on a device. */
export async function loadPipelines(mode: DeviceName): Promise<PipelineLibrary> {
  return checkedPipelines(await loaded(mode))
}

async function loaded(device: string): Promise<unknown> {
  const module: unknown = await import('gpu.js').catch(notInstalled('gpu.js', device))
  return field(module, 'default') ?? module
}

/** Turns the failure to load a package into RNN513. */
export const notInstalled =
  (name: string, device = 'WebGPU') =>
  (error: unknown): never => {
    const [reason] = messageOf(error).split('\n')
    return fail('RNN513', { tried: `${device} by the npm package \`${name}\` (${reason})` })
  }

/** Returns the library, if it has all that rnnc relies on; throws a plain Error otherwise. */
export function checkedLibrary(library: unknown): GpuLibrary {
  const missing = lacking(library, 'WebGPUKernel', [
    'setupConstants',
    'setupArguments',
    'validateSettings',
    'translateSource',
  ])
  if (!hasClasses<GpuLibrary>(library, ['WebGPUKernel']) || missing.length > 0) return unknownLibrary(missing)
  return library
}

/** Returns the library, if it has all that pipelines need; throws a plain Error otherwise. */
export function checkedPipelines(library: unknown): PipelineLibrary {
  const missing = lacking(library, 'GPU', ['createKernel', 'createPipeline', 'destroy'])
  const classes = ['GPU', ...Object.values(traits).map(t => t.kernelClass)]
  if (!hasClasses<PipelineLibrary>(library, classes) || missing.length > 0) return unknownLibrary(missing)
  return library
}

/** Tells whether a kernel that gpu.js has run belongs to a device. */
export const isKernelOf = (library: PipelineLibrary, mode: DeviceName, kernel: object): boolean =>
  kernel.constructor === field(library, traits[mode].kernelClass)

const lacking = (library: unknown, name: string, methods: readonly string[]): string[] =>
  methods
    .filter(method => typeof field(field(field(library, name), 'prototype'), method) !== 'function')
    .map(m => `${name} has no ${m}`)

const hasClasses = <T>(library: unknown, names: readonly string[]): library is T =>
  names.every(name => typeof field(library, name) === 'function')

const unknownLibrary = (missing: readonly string[]): never => {
  throw new Error(`this is not the gpu.js that rnnc knows, 2.24.1: ${missing.join(', ') || 'a class is missing'}`)
}

const field = (of: unknown, name: string): unknown =>
  (typeof of === 'object' && of !== null) || typeof of === 'function' ? Reflect.get(of, name) : undefined
