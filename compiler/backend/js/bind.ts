// Binds the inputs of a generated module: checks the type and the length of each array, in the words of `checkArray`.
// There is a function for each type, as V8 inlines a test for a class only where that class is always the same.
import type { DType } from '../../ir/graph.ts'
import { arrayTypeName } from '../arrays.ts'
import type { Precision } from '../backend.ts'

export const bindNames: readonly string[] = ['bindReals', 'bindInts']

/** The call that binds an input. */
export const bindCall = (dtype: DType, name: string, length: string): string =>
  `${dtype === 'real' ? 'bindReals' : 'bindInts'}(inputs, ${JSON.stringify(name)}, ${length})`

/** The text of both binding functions. */
export const bindText = (precision: Precision): string =>
  [
    { name: 'bindReals', type: arrayTypeName('real', precision) },
    { name: 'bindInts', type: arrayTypeName('int', precision) },
  ]
    .map(
      ({ name, type }) => `\
function ${name}(inputs, name, length) {
  const array = inputs[name]
  if (!(array instanceof ${type})) throw new Error(\`input \${name} should be a ${type}\`)
  if (array.length !== length) throw new Error(\`input \${name} should have \${length} elements and has \${array.length}\`)
  return array
}
`,
    )
    .join('\n')
