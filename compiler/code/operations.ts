// The operations of the loop language: which types each takes, and what it gives.
import type { Operation, Scalar, Type, Vector } from './code.ts'

export const laneCount: Readonly<Record<Vector, number>> = { f32x4: 4, f64x2: 2, i32x4: 4, i64x2: 2 }

export const isVector = (type: Type): type is Vector => Object.hasOwn(laneCount, type)

/** The scalar in each lane; the lanes of an i64x2 have none. */
const laneType = { f32x4: 'f32', f64x2: 'f64', i32x4: 'i32' } as const

const vectorOf = { f32: 'f32x4', f64: 'f64x2', i32: 'i32x4' } as const satisfies Record<Scalar, Vector>

/** The vector with a scalar in each lane; of a vector itself. */
export const splatOf = (t: Type): Vector => (isVector(t) ? t : vectorOf[t])

/** The type of a comparison's result. */
export const truthOf: Readonly<Record<Type, Type>> = {
  i32: 'i32',
  f32: 'i32',
  f64: 'i32',
  f32x4: 'i32x4',
  i32x4: 'i32x4',
  f64x2: 'i64x2',
  i64x2: 'i64x2',
}

const reals: readonly Type[] = ['f32', 'f64', 'f32x4', 'f64x2']
const ints: readonly Type[] = ['i32', 'i32x4', 'i64x2']
const all: readonly Type[] = [...reals, ...ints]
const vectors: readonly Type[] = ['f32x4', 'f64x2', 'i32x4', 'i64x2']

interface Rule {
  /** The types of the first operand. */
  readonly of: readonly Type[]
  /** The types of the others, by that of the first. */
  readonly others: (first: Type) => readonly Type[]
  readonly gives: (first: Type) => Type
}

const same = (t: Type): Type => t
const unary = (of: readonly Type[], gives: (first: Type) => Type = same): Rule => ({ of, others: () => [], gives })
const binary = (of: readonly Type[], gives: (first: Type) => Type = same): Rule => ({ of, others: t => [t], gives })
const shift: Rule = { of: ints, others: () => ['i32'], gives: same }
const scalarOf = (t: Type): Type => (t === 'f32x4' || t === 'f64x2' || t === 'i32x4' ? laneType[t] : 'i32')

const rules: Readonly<Record<Operation, Rule>> = {
  add: binary(all),
  sub: binary(all),
  mul: binary([...reals, 'i32', 'i32x4']),
  div: binary(reals),
  madd: { of: ['f32x4', 'f64x2'], others: t => [t, t], gives: same },
  neg: unary(reals),
  abs: unary(reals),
  sqrt: unary(reals),
  floor: unary(reals),
  nearest: unary(reals),
  min: binary([...reals, 'i32x4']),
  max: binary([...reals, 'i32x4']),
  pmin: binary(['f32x4', 'f64x2']),
  pmax: binary(['f32x4', 'f64x2']),
  lt: binary(all, t => truthOf[t]),
  le: binary(all, t => truthOf[t]),
  eq: binary(all, t => truthOf[t]),
  ne: binary(all, t => truthOf[t]),
  below: binary(['i32']),
  and: binary(ints),
  or: binary(ints),
  xor: binary(ints),
  andnot: binary(['i32x4', 'i64x2']),
  shl: shift,
  shr: shift,
  select: { of: all, others: t => [t, 'i32'], gives: same },
  choose: { of: vectors, others: t => [t, truthOf[t]], gives: same },
  splat: unary(['f32', 'f64', 'i32'], splatOf),
  lane: unary(['f32x4', 'f64x2', 'i32x4'], scalarOf),
  withLane: { of: ['f32x4', 'f64x2', 'i32x4'], others: t => [scalarOf(t)], gives: same },
  shuffle: binary(['f32x4', 'f64x2', 'i32x4']),
  any: unary(['i32x4', 'i64x2'], () => 'i32'),
  toF32: unary(['i32', 'f64', 'i32x4', 'f64x2'], t => (t === 'i32' || t === 'f64' ? 'f32' : 'f32x4')),
  toF64: unary(['i32', 'f32', 'i32x4', 'f32x4'], t => (t === 'i32' || t === 'f32' ? 'f64' : 'f64x2')),
  toI32: unary(['f32', 'f64'], () => 'i32'),
  bits: unary(['f32x4', 'f64x2'], t => truthOf[t]),
  real: unary(['i32x4', 'i64x2'], t => (t === 'i32x4' ? 'f32x4' : 'f64x2')),
  widen: unary(['i32x4'], () => 'i64x2'),
  narrow: unary(['i64x2'], () => 'i32x4'),
}

/** The type of an operation's result. Throws a plain Error for operands that it does not take. */
export function resultOf(op: Operation, args: readonly Type[]): Type {
  const { of, others, gives } = rules[op]
  const [first, ...rest] = args
  const wanted = others(first)
  const fits = of.includes(first) && rest.length === wanted.length && wanted.every((t, i) => t === rest[i])
  if (!fits) throw new Error(`${op} does not take ${args.join(', ')}`)
  return gives(first)
}

/** How many lane numbers an operation takes. */
export function laneNumbers(op: Operation, first: Type): number {
  if (op === 'lane' || op === 'withLane') return 1
  return op === 'shuffle' && isVector(first) ? laneCount[first] : 0
}

/** The bytes that a load or a store of a type moves. */
export const bytesOf: Readonly<Record<Type, number>> = {
  i32: 4,
  f32: 4,
  f64: 8,
  f32x4: 16,
  f64x2: 16,
  i32x4: 16,
  i64x2: 16,
}
