// Tells whether the tests run with `-u`, which rewrites the files that they compare with.
import { inject } from 'vitest'

export const update: boolean = inject('update')

declare module 'vitest' {
  interface ProvidedContext {
    update: boolean
  }
}
