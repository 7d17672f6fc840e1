// The functions of a program that several kernels call, each made when the first kernel asks for it.
import type { Func } from '../code/code.ts'

export interface Library {
  /** The name of a function, which is made at the first call: after those that it asks for itself. */
  use(name: string, make: () => Func): string
  readonly functions: readonly Func[]
}

export function createLibrary(): Library {
  const functions: Func[] = []
  const names = new Set<string>()
  return {
    functions,
    use: (name, make) => {
      if (!names.has(name)) {
        names.add(name)
        functions.push(make())
      }
      return name
    },
  }
}
