// The list of backends.
import type { AsyncBackend, Backend } from './backend.ts'
import { devices } from './gpu/devices.ts'
import { js } from './js.ts'
import { wasm, wasmRelaxed } from './wasm.ts'

/** Says how to reach a backend: directly, or by opening it on one of several devices (RNN513 where there is none). */
export type BackendEntry =
  | { readonly name: string; readonly backend: Backend }
  | { readonly name: string; readonly devices: Readonly<Record<string, () => Promise<AsyncBackend>>> }

export const backends: readonly BackendEntry[] = [
  { name: js.name, backend: js },
  { name: wasm.name, backend: wasm },
  { name: wasmRelaxed.name, backend: wasmRelaxed },
  { name: 'gpu', devices },
]

/** The backends whose runs give their results at once. */
export const immediateBackends: readonly Backend[] = backends.flatMap(entry =>
  'backend' in entry ? [entry.backend] : [],
)
