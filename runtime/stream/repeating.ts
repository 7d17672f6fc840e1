// Runs an executable again and again on the same arrays: a backend that can binds them once, so that a step looks up and allocates nothing.
import type { Buffer, Executable, Results } from '../../compiler/backend/backend.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { type Arrays, copiesOf } from './streamStates.ts'

/** Makes the function that runs it on `fixed` arrays, in which states change in place, and on those given at each step, which are copied. */
export function repeating(executable: Executable, fixed: Arrays): (sizes: Sizes, elements: Arrays) => Results {
  const inputs: Record<string, Buffer> = { ...fixed }
  const { bind } = executable
  if (bind === undefined) return (sizes, elements) => executable.run(sizes, Object.assign(inputs, elements))
  let bound: (() => Results) | undefined
  let known: Sizes = {}
  return (sizes, elements) => {
    if (bound === undefined) Object.assign(inputs, executable.store(copiesOf(elements)))
    let fits = bound !== undefined && sameSizes(known, sizes)
    for (const name in elements) {
      if (inputs[name]?.length === elements[name].length) inputs[name].set(elements[name])
      else {
        inputs[name] = elements[name].slice()
        fits = false
      }
    }
    if (bound === undefined || !fits) {
      bound = bind(sizes, inputs)
      known = sizes
    }
    return bound()
  }
}

function sameSizes(a: Sizes, b: Sizes): boolean {
  if (a === b) return true
  for (const name in b) if (a[name] !== b[name]) return false
  return true
}
