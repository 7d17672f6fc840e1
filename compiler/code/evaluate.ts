// What each operation of the loop language gives: the reference that printers answer to.

import { getLane, newVector, setLane, type Value, vector, vector64 } from './lanes.ts'
import type { Operation } from './operations.ts'
import { isVector, laneCount, splatOf, type Type, truthOf } from './types.ts'

type Two = (x: number, y: number) => number

const even = (x: number): number => {
  const down = Math.floor(x)
  const rest = x - down
  const up = rest > 0.5 || (rest === 0.5 && down % 2 !== 0)
  const result = Number.isFinite(x) ? down + (up ? 1 : 0) : x
  return result === 0 && (x < 0 || Object.is(x, -0)) ? -0 : result
}

const unary: Partial<Record<Operation, (x: number) => number>> = {
  neg: x => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  nearest: even,
}

const binary: Partial<Record<Operation, Two>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  pmin: (x, y) => (y < x ? y : x),
  pmax: (x, y) => (x < y ? y : x),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  andnot: (x, y) => x & ~y,
}

/** Comparisons of numbers, and of whole numbers of 64 bits. */
const comparisons: Partial<Record<Operation, <N extends number | bigint>(x: N, y: N) => boolean>> = {
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
}

const binary64: Partial<Record<Operation, (x: bigint, y: bigint) => bigint>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  andnot: (x, y) => x & ~y,
}

/** Rounds to the type of a lane. */
const rounded = (type: Type, x: number): number =>
  type === 'f32' || type === 'f32x4' ? Math.fround(x) : type === 'i32' || type === 'i32x4' ? x | 0 : x

const product = (type: Type): Two => (type === 'i32' || type === 'i32x4' ? Math.imul : (x, y) => x * y)

const number = (v: Value): number => (typeof v === 'number' ? v : fault('a number'))
const bytes = (v: Value): DataView => (typeof v === 'number' ? fault('a vector') : v)

function fault(what: string): never {
  throw new Error(`${what} was expected`)
}

/** Applies an operation to values whose first has a type; `madd` rounds twice. */
export function evaluate(op: Operation, type: Type, args: readonly Value[], lanes: readonly number[] = []): Value {
  const moved = move(op, type, args, lanes)
  if (moved !== undefined) return moved
  if (type === 'i64x2') return wide(op, args)
  if (isVector(type)) {
    const [shifted, by] = args
    if (typeof by === 'number') return vector(type, i => one(op, type, [getLane(bytes(shifted), type, i), by]))
    const list = args.map(bytes)
    if (comparisons[op] !== undefined) return masks(op, type, list)
    return vector(type, i =>
      one(
        op,
        type,
        list.map(v => getLane(v, type, i)),
      ),
    )
  }
  return one(op, type, args.map(number))
}

/** An operation on numbers. */
function one(op: Operation, type: Type, [x, y, z]: readonly number[]): number {
  if (op === 'madd') return rounded(type, rounded(type, x * y) + z)
  if (op === 'mul') return rounded(type, product(type)(x, y))
  const compared = comparisons[op]
  if (compared !== undefined) return compared(x, y) ? 1 : 0
  if (op === 'below') return x >>> 0 < y >>> 0 ? 1 : 0
  if (op === 'shl') return x << y
  if (op === 'shr') return (x >>> y) | 0
  const applied = unary[op]?.(x) ?? binary[op]?.(x, y)
  return applied === undefined ? fault(`an operation and not ${op}`) : rounded(type, applied)
}

function masks(op: Operation, type: Type, [x, y]: readonly DataView[]): DataView {
  const compared = comparisons[op]
  const test = (i: number): boolean => compared?.(getLane(x, type, i), getLane(y, type, i)) ?? false
  return truthOf[type] === 'i64x2' ? vector64(i => (test(i) ? -1n : 0n)) : vector('i32x4', i => (test(i) ? -1 : 0))
}

/** An operation on whole numbers of 64 bits. */
function wide(op: Operation, args: readonly Value[]): DataView {
  const [x, y] = args.map(v => (typeof v === 'number' ? v : [0, 1].map(i => v.getBigInt64(8 * i, true))))
  if (typeof x === 'number') return fault('a vector')
  if (typeof y === 'number') {
    if (op === 'shl') return vector64(i => x[i] << BigInt(y & 63))
    if (op === 'shr') return vector64(i => BigInt.asUintN(64, x[i]) >> BigInt(y & 63))
    return fault(`a shift and not ${op}`)
  }
  const compared = comparisons[op]
  if (compared !== undefined) return vector64(i => (compared(x[i], y[i]) ? -1n : 0n))
  const applied = binary64[op]
  return applied === undefined ? fault(`an operation and not ${op}`) : vector64(i => applied(x[i], y[i]))
}

/** What moves or converts, and computes nothing; undefined for other operations. */
function move(op: Operation, type: Type, args: readonly Value[], lanes: readonly number[]): Value | undefined {
  const [x, y, z] = args
  switch (op) {
    case 'select':
      return number(z) !== 0 ? x : y
    case 'choose':
      return chosen(bytes(x), bytes(y), bytes(z))
    case 'splat':
      return vector(splatOf(type), () => number(x))
    case 'lane':
      return getLane(bytes(x), type, lanes[0])
    case 'withLane': {
      const copy = new DataView(bytes(x).buffer.slice(0))
      setLane(copy, type, lanes[0], number(y))
      return copy
    }
    case 'shuffle': {
      const count = isVector(type) ? laneCount[type] : 0
      return vector(type, i => getLane(bytes(lanes[i] < count ? x : y), type, lanes[i] % count))
    }
    case 'any':
      return [0, 8].some(at => bytes(x).getBigInt64(at, true) !== 0n) ? 1 : 0
    case 'bits':
    case 'real':
      return x
    case 'widen':
      return vector64(i => BigInt(bytes(x).getInt32(4 * i, true)))
    case 'narrow':
      return vector('i32x4', i => (i < 2 ? bytes(x).getInt32(8 * i, true) : 0))
    case 'toF32':
      if (typeof x === 'number') return Math.fround(x)
      return type === 'i32x4'
        ? vector('f32x4', i => x.getInt32(4 * i, true))
        : vector('f32x4', i => (i < 2 ? x.getFloat64(8 * i, true) : 0))
    case 'toF64':
      return typeof x === 'number' ? x : vector('f64x2', i => getLane(x, type, i))
    case 'toI32': {
      const whole = Math.trunc(number(x))
      return Number.isNaN(whole) ? 0 : Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), whole)) + 0
    }
    default:
      return undefined
  }
}

/** The bits of x where those of the mask are set, else those of y. */
function chosen(x: DataView, y: DataView, mask: DataView): DataView {
  const made = newVector()
  for (let i = 0; i < 16; i++) {
    const m = mask.getUint8(i)
    made.setUint8(i, (x.getUint8(i) & m) | (y.getUint8(i) & ~m))
  }
  return made
}
