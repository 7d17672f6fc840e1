// Compares operands: whether they are dense or the same, and which elements an access may touch.
import { add, asNumber, constant, type Dim, equal, isNeverNegative, multiply, rowMajor, subtract } from '../ir/dim.ts'
import type { Buffer, GemmKernel, Indirect, Operand } from './plan.ts'

/** The whole of a buffer as an array of a shape. */
export const whole = (buffer: Buffer, shape: readonly Dim[]): Operand => ({
  buffer,
  offset: constant(0),
  strides: rowMajor(shape),
})

/** Tells whether the elements provably lie row-major without gaps. The stride of a dimension of size 1 does not matter. */
export function isDense(operand: Operand, shape: readonly Dim[]): boolean {
  const packed = rowMajor(shape)
  return operand.strides.every((stride, d) => asNumber(shape[d]) === 1 || equal(stride, packed[d]))
}

export const sameOperand = (a: Operand, b: Operand): boolean =>
  a.buffer === b.buffer &&
  equal(a.offset, b.offset) &&
  a.strides.length === b.strides.length &&
  a.strides.every((stride, d) => equal(stride, b.strides[d]))

/** The elements that an access may touch: an operand over dims. */
export interface Reach {
  readonly operand: Operand
  readonly dims: readonly Dim[]
}

/** The elements that an access over a domain may touch: where data choose the place, all that they could choose. */
export const reachOf = (operand: Operand, domain: readonly Dim[], indirect?: Indirect): Reach =>
  indirect === undefined
    ? { operand, dims: domain }
    : { operand: { ...operand, strides: [...operand.strides, indirect.stride] }, dims: [...domain, indirect.size] }

/** The elements of a product's factors. */
export const factorsOf = ({ batch, m, n, k, a, b }: GemmKernel): readonly Reach[] => [
  reachOf(a, [...batch, m, k]),
  reachOf(b, [...batch, k, n]),
]

/** Tells whether two accesses provably have no element in common. */
export function isApart(a: Reach, b: Reach): boolean {
  if (a.operand.buffer !== b.operand.buffer) return true
  const [x, y] = [rangeOf(a), rangeOf(b)]
  return isNeverNegative(subtract(y.start, x.end)) || isNeverNegative(subtract(x.start, y.end))
}

/** The range from the first element to one past the last; strides are never negative. */
const rangeOf = ({ operand: { offset, strides }, dims }: Reach) => ({
  start: offset,
  end: strides
    .map((stride, d) => multiply(subtract(dims[d], constant(1)), stride))
    .reduce(add, add(offset, constant(1))),
})
