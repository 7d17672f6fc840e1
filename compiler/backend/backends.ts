// The backends: the list.
import type { AsyncBackend, Backend } from './backend.ts'
import { devices } from './gpu/devices.ts'
import { js } from './js.ts'

/** How a backend is reached: it is there, or has to be opened on a device, of which there may be several (RNN513 where there is none). */
export type BackendEntry =
  | { readonly name: string; readonly backend: Backend }
  | { readonly name: string; readonly devices: Readonly<Record<string, () => Promise<AsyncBackend>>> }

export const backends: readonly BackendEntry[] = [
  { name: js.name, backend: js },
  { name: 'gpu', devices },
]

/** Those that answer at once. */
export const immediateBackends: readonly Backend[] = backends.flatMap(entry =>
  'backend' in entry ? [entry.backend] : [],
)
