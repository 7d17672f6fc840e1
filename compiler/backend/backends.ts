// The backends: the list.
import type { Backend } from './backend.ts'
import { js } from './js.ts'

export const backends: readonly Backend[] = [js]
