// The part of gpu.js that is relied on, some of it undocumented: the version is pinned exactly, and what is missing is named.
import { fail } from '../../../dsl/diagnostics.ts'

/** gpu.js' WebGPU kernel, of which only the translation from JavaScript to WGSL is used: it needs no device. */
export interface WgslKernel {
  setupConstants(): void
  setupArguments(args: readonly unknown[]): void
  validateSettings(args: readonly unknown[]): void
  translateSource(): void
  /** The statements of the kernel, and the functions that it calls, once it is translated. */
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
  readonly argumentTypes: readonly string[]
  readonly functions: readonly KernelFunction[]
  readonly returnType: 'Number'
}

export interface GpuLibrary {
  readonly WebGPUKernel: new (source: string, settings: KernelSettings) => WgslKernel
}

/** Loads gpu.js, when a GPU is first asked for. RNN513 if it is not installed; a plain Error that says what is missing of it. */
export async function loadLibrary(): Promise<GpuLibrary> {
  const loaded: unknown = await import('gpu.js').catch(notInstalled('gpu.js'))
  const library = field(loaded, 'default') ?? loaded
  return checkedLibrary(library)
}

/** What a package that cannot be loaded is to the user. */
export const notInstalled =
  (name: string) =>
  (error: unknown): never => {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    return fail('RNN513', { tried: `WebGPU by the npm package \`${name}\` (${reason})` })
  }

/** The library, if it has what is relied on. */
export function checkedLibrary(library: unknown): GpuLibrary {
  const missing = ['setupConstants', 'setupArguments', 'validateSettings', 'translateSource'].filter(
    name => typeof field(field(field(library, 'WebGPUKernel'), 'prototype'), name) !== 'function',
  )
  if (!isLibrary(library) || missing.length > 0)
    throw new Error(`this is not the gpu.js that rnnc knows, 2.24.1: WebGPUKernel has no ${missing.join(', ')}`)
  return library
}

const isLibrary = (library: unknown): library is GpuLibrary => typeof field(library, 'WebGPUKernel') === 'function'

const field = (of: unknown, name: string): unknown =>
  (typeof of === 'object' && of !== null) || typeof of === 'function' ? Reflect.get(of, name) : undefined
