// Where the elements of operands lie, within the loops of a nest.
import { add, apply, int, mul, read, select } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import { asNumber, type Dim, constant as dimOf, format } from '../ir/dim.ts'
import type { Indirect, Operand } from '../plan/plan.ts'
import { type Nest, name, once } from './nest.ts'
import { numberOf, type Value } from './values.ts'
import { bytesIn } from './writer.ts'

/** An address, known inside so many loops. */
export interface Place {
  readonly address: Expr
  readonly level: number
  /** The stride along the axis, in elements. */
  readonly along: Dim
  /** The bytes of an element. */
  readonly bytes: number
}

/** The place of an operand's element. */
export function placeOf(nest: Nest, { buffer, offset, strides }: Operand): Place {
  const { writer, axis, indices } = nest
  const bytes = bytesIn(writer, buffer)
  let key = `${buffer.id}@${format(offset)}`
  let address = once(nest, 0, [key, 'p'], () => add(writer.base(buffer), writer.size(offset, bytes)))
  let level = 0
  strides.forEach((stride, d) => {
    if (asNumber(stride) === 0) return
    level = d + 1
    key += ` ${d}*${format(stride)}`
    const from = address
    const isUnit = d === axis && asNumber(stride) === 1
    const step = (): Expr => (isUnit ? bytesAlong(nest, bytes) : mul(read(indices[d]), writer.size(stride, bytes)))
    address = once(nest, level, [key, 'p'], () => add(from, step()))
  })
  return { address, level, bytes, along: axis < 0 ? dimOf(0) : strides[axis] }
}

/** The index along the axis times the bytes of an element. */
export const bytesAlong = (nest: Nest, bytes: number): Expr =>
  once(nest, nest.axis + 1, [`along ${bytes}`, 'along'], () =>
    apply('shl', [read(nest.indices[nest.axis]), int(Math.log2(bytes))]),
  )

/** The place of an element whose index is data, and the test that there is one. */
export function indirectPlace(
  nest: Nest,
  { stride, size }: Indirect,
  at: Value,
  to: Place,
): { readonly exists: Expr; readonly place: Place } {
  const { writer } = nest
  const index = numberOf(at)
  const exists = once(nest, at.level, [`exists ${nameOf(index)} ${format(size)}`, 'exists'], () =>
    apply('below', [index, writer.size(size)]),
  )
  // An index out of range loads element 0 in its place, which is not used: the load itself must stay inside the memory.
  const shift = once(nest, at.level, [`shift ${nameOf(exists)} ${format(stride)} ${to.bytes}`, 'shift'], () =>
    mul(select(index, int(0), exists), writer.size(stride, to.bytes)),
  )
  const level = Math.max(at.level, to.level)
  return { exists, place: { ...to, level, address: name(nest, level, 'p', add(to.address, shift)) } }
}

/** A name for the value of a variable or a constant, under which others find what is made of it. */
export function nameOf(e: Expr): string {
  if (e.kind === 'local') return e.local.name
  if (e.kind === 'constant') return String(e.value)
  throw new Error('a value has no name')
}
