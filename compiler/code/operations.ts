// The operations of the loop language: which types each takes, and what it gives.
import { isVector, laneCount, splatOf, type Type, truthOf } from './types.ts'

const reals: readonly Type[] = ['f32', 'f64', 'f32x4', 'f64x2']
const ints: readonly Type[] = ['i32', 'i32x4', 'i64x2']
const all: readonly Type[] = [...reals, ...ints]
const vectors: readonly Type[] = ['f32x4', 'f64x2', 'i32x4', 'i64x2']

/** The scalar in each lane; the lanes of an i64x2 have none. */
const laneType = { f32x4: 'f32', f64x2: 'f64', i32x4: 'i32' } as const

const scalarOf = (t: Type): Type => (t === 'f32x4' || t === 'f64x2' || t === 'i32x4' ? laneType[t] : 'i32')

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

/**
 * What an expression computes. Those whose names do not say it:
 * - `madd` is a · b + c, rounded once or twice as the target does.
 * - `below` compares without sign; `shr` fills with zeros.
 * - `pmin` is the second operand where it is less than the first, else the first; `pmax` where it is greater.
 * - `select` and `choose` take what is where true, what is where false, and the truth: a test, or a mask of lanes.
 * - `toF64` of four floats takes the first two; `toF32` of two doubles gives two zeros behind them.
 * - `bits` reads reals as whole numbers of the same bits, `real` whole numbers as reals.
 * - `widen` takes the first two of four whole numbers to 64 bits; `narrow` takes two back, with two zeros behind them.
 */
const rules = {
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
} satisfies Readonly<Record<string, Rule>>

export type Operation = keyof typeof rules

/** The type of an operation's result. Throws a plain Error for operands that it does not take. */
export function resultOf(op: Operation, args: readonly Type[]): Type {
  const { of, others, gives }: Rule = rules[op]
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
