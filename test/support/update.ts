// Whether the tests run with `-u`, which writes anew what they compare with.
import { inject } from 'vitest'

export const update: boolean = inject('update')

declare module 'vitest' {
  interface ProvidedContext {
    update: boolean
  }
}
