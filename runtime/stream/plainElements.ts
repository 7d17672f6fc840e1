// Reads the elements of a step that are plain: numbers, in lists of the sizes that the model says. All others are left to `packElements`,
// which takes ten times as long, and says what is wrong.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { isList, type Nested } from '../data/arrays.ts'
import { known } from '../data/bindSizes.ts'
import { type Fitted, scalings } from '../data/fitted.ts'
import type { Arrays } from './streamStates.ts'

/** Reads an element of each row. Gives the arrays of the step, which the next step overwrites; undefined for elements that are not plain. */
export type ReadPlain = (elements: readonly (Readonly<Record<string, Nested>> | undefined)[]) => Arrays | undefined

export interface PlainOptions {
  /** The name of an input in the graph of the step. */
  readonly nameOf: (name: string) => string
  readonly sizes: Sizes
  readonly rows: number
  readonly precision: Precision
  readonly fitted?: Fitted
}

/** Makes what reads the inputs of a step. */
export function plainElements(inputs: readonly Port[], options: PlainOptions): ReadPlain {
  const all = inputs.map(port => plainPort(port, options))
  const ports = all.filter(port => port !== undefined)
  if (ports.length < all.length) return () => undefined
  const arrays = Object.fromEntries(ports.map(({ name, array }) => [options.nameOf(name), array]))
  return elements => {
    for (let row = 0; row < elements.length; row++) {
      const element = elements[row]
      // A name too many is an error.
      if (typeof element !== 'object' || element === null || Object.keys(element).length !== ports.length)
        return undefined
      for (const { name, read } of ports)
        if (!Object.hasOwn(element, name) || !read(element[name], row)) return undefined
    }
    return arrays
  }
}

interface PlainPort {
  readonly name: string
  /** The values of all rows. */
  readonly array: Float32Array | Float64Array
  /** Reads the value of a row into the array; tells whether it is plain. */
  readonly read: (value: Nested, row: number) => boolean
}

/** Undefined for an input of which no value is plain: a label, a whole number, a list of any length. */
function plainPort(port: Port, { sizes, rows, precision, fitted }: PlainOptions): PlainPort | undefined {
  const { name, dtype, coding, bound, axes, item } = port
  const scale = fitted === undefined ? [] : scalings(fitted, name)
  const dims = [...axes.map(a => (a.ragged ? undefined : known(a.size, sizes))), ...item.map(d => known(d, sizes))]
  if (dtype !== 'real' || coding !== undefined || bound !== undefined || scale === undefined) return undefined
  const extents = dims.filter(d => d !== undefined)
  if (extents.length < dims.length) return undefined
  // The numbers of one index of each dim.
  const strides = extents.map((_, depth) => extents.slice(depth + 1).reduce((n, d) => n * d, 1))
  const width = extents.reduce((n, d) => n * d, 1)
  const array = precision === 'f32' ? new Float32Array(rows * width) : new Float64Array(rows * width)
  const put = (value: Nested, at: number, place: number): boolean => {
    if (typeof value !== 'number') return false
    array[at] = scale.length === 0 ? value : scale[place % scale.length](value)
    // Also where the precision cannot hold it.
    return Number.isFinite(array[at])
  }
  const read = (value: Nested, first: number, depth: number, place: number): boolean => {
    if (depth === extents.length) return put(value, first + place, place)
    const length = extents[depth]
    if (!isList(value) || value.length !== length) return false
    if (depth < extents.length - 1) {
      for (let i = 0; i < length; i++) if (!read(value[i], first, depth + 1, place + i * strides[depth])) return false
      return true
    }
    // A list of numbers: of floats as they are, all at once.
    if (scale.length === 0 && (value instanceof Float32Array || value instanceof Float64Array)) {
      array.set(value, first + place)
      for (let i = 0; i < length; i++) if (!Number.isFinite(array[first + place + i])) return false
      return true
    }
    for (let i = 0; i < length; i++) if (!put(value[i], first + place + i, place + i)) return false
    return true
  }
  return { name, array, read: (value, row) => read(value, row * width, 0, 0) }
}
