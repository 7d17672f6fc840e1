// Code for the sizes and values that the functions of a built module read.
import { atomCode, type Dim, format, product } from '../../compiler/ir/dim.ts'
import type { Field, InputLayout } from './layout.ts'

/** Code that reads a value that a caller gave by name; a name that every object inherits is read only as an own property. */
export const member = (owner: string, name: string, dot = '.'): string =>
  name in Object.prototype ? `own(${owner}, '${name}')` : `${owner}${dot}${name}`

/** Code for a size, whose symbols are properties of `owner`. */
export const sizeCode = (dim: Dim, owner = 'sizes'): string =>
  format(dim, atom => atomCode(atom, `${owner}.${atom.name}`)).replaceAll(/(?<!\*)\*(?!\*)/g, ' * ')

/** Lines that find the sizes of a batch in `inputs`. */
export const sizeLines = ({ sizes }: InputLayout): string[] =>
  sizes.map(({ symbol, name, from }) => {
    const given = member('inputs', name)
    const told = from && `, '${from.input}', ${member('inputs', from.input)}?.length, ${sizeCode(from.each)}`
    return `sizes.${symbol} = size('${name}', ${given}${told ?? ''})`
  })

/** Entries of what a graph takes, read from `inputs`. */
export const inputEntries = ({ inputs, lengths, seed }: InputLayout, real: string): string[] => [
  ...inputs.map(f => `${f.name}: ${inputCode(f, member('inputs', f.name), real)},`),
  ...lengths.map(({ input, name, shape, most }) => {
    const [all, limit] = [sizeCode(product(shape)), sizeCode(most)]
    return `'${input}': codes('${name}', ${member('inputs', name)} ?? new Int32Array(${all}).fill(${limit}), ${all}, ${limit} + 1),`
  }),
  ...(seed === undefined
    ? []
    : [`'@seed': Int32Array.of(${member('inputs', seed)} ?? 0),`, `'@step': Int32Array.of(0),`]),
]

/** Code that checks an array of values. */
export function inputCode({ name, port, shape, codes }: Field, values: string, real: string): string {
  const length = sizeCode(product(shape))
  if (codes !== undefined) return `codes('${name}', ${values}, ${length}, ${sizeCode(codes)})`
  if (port.dtype === 'bool') return `codes('${name}', ${values}, ${length}, 2)`
  if (port.dtype === 'int') return `wholes('${name}', ${values}, ${length})`
  return `array('${name}', ${values}, ${real}, ${length})`
}

/** Code that turns values in the units of the data, code itself, into those of the network; undefined where they are the same. */
export function encodedCode({ name, encoding }: Field, values: string): string | undefined {
  if (encoding === undefined) return undefined
  return encoding.kind === 'numbers'
    ? `scale('${name}', ${values}, toNetwork.${name})`
    : `indices('${name}', ${values}, labels.${name})`
}

/** Entries that replace the inputs which stand in other units in the data. */
export const encodedEntries = (fields: readonly Field[], owner = 'inputs'): string[] =>
  fields.flatMap(field => {
    const code = encodedCode(field, member(owner, field.name))
    return code === undefined ? [] : [`${field.name}: ${code}`]
  })
