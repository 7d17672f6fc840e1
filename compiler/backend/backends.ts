// The list of backends.
import type { AsyncBackend, Backend } from './backend.ts'
import { devices } from './gpu/devices.ts'
import { js } from './js.ts'
import { wasm, wasmRelaxed } from './wasm.ts'

/** Says how to reach a backend: directly, or by opening it on one of several devices (RNN513 where there is none). */
export type BackendEntry =
  | {
      readonly name: string
      readonly backend: Backend
      /** Whether `--target auto` may choose it: not one on which the last bits of results depend on the processor. */
      readonly auto?: true
      /** Whether several threads can run it together, opened by `openWasm`. */
      readonly threads?: true
    }
  | { readonly name: string; readonly devices: Readonly<Record<string, () => Promise<AsyncBackend>>> }

export const backends: readonly BackendEntry[] = [
  { name: js.name, backend: js, auto: true },
  { name: wasm.name, backend: wasm, auto: true, threads: true },
  { name: wasmRelaxed.name, backend: wasmRelaxed, threads: true },
  { name: 'gpu', devices },
]

const immediate = backends.flatMap(entry => ('backend' in entry ? [entry] : []))

/** The backends whose runs give their results at once. */
export const immediateBackends: readonly Backend[] = immediate.map(e => e.backend)

/** Those of them among which `--target auto` chooses, beside the GPU. */
export const autoBackends: readonly Backend[] = immediate.flatMap(e => (e.auto ? [e.backend] : []))

/** Those of them that several threads can run together. */
export const threadedBackends: readonly Backend[] = immediate.flatMap(e => (e.threads ? [e.backend] : []))
