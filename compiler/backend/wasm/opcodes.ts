// The instructions of WebAssembly: those of control, variables and numbers by their own names, others by the operations of the loop language.
import type { Operation } from '../../code/operations.ts'
import type { Type } from '../../code/types.ts'
import { unsigned } from './bytes.ts'

/** Value types. */
export const valueType: Readonly<Record<Type, number>> = {
  i32: 0x7f,
  f32: 0x7d,
  f64: 0x7c,
  f32x4: 0x7b,
  f64x2: 0x7b,
  i32x4: 0x7b,
  i64x2: 0x7b,
}

/** The type of a block that leaves nothing behind. */
export const emptyBlock = 0x40

export const control = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br_if: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
} as const

export const local = { get: 0x20, set: 0x21, tee: 0x22 } as const

export const i32 = { const: 0x41, eq: 0x46, ne: 0x47, lt_s: 0x48, ge_s: 0x4e, add: 0x6a, sub: 0x6b } as const
export const i64 = { const: 0x42 } as const
export const f32 = { const: 0x43 } as const
export const f64 = { const: 0x44 } as const

/** An instruction of the vectors. */
export const simd = (code: number): readonly number[] => [0xfd, ...unsigned(code)]

type Codes = Partial<Record<Operation, readonly number[]>>
type Numbers = Partial<Record<Operation, number>>

const plain = (codes: Numbers): Codes => Object.fromEntries(Object.entries(codes).map(([op, code]) => [op, [code]]))

const lanes = (codes: Numbers): Codes => Object.fromEntries(Object.entries(codes).map(([op, code]) => [op, simd(code)]))

/** The codes of operations that are numbered one after the other; `undefined` stands for an instruction that we do not use. */
const numbered = (first: number, ops: readonly (Operation | undefined)[]): Numbers =>
  Object.fromEntries(ops.flatMap((op, i) => (op === undefined ? [] : [[op, first + i]])))

const skipped = undefined

/** The order of instructions, the same in every width. */
const ofReals = [
  'abs',
  'neg',
  skipped,
  'floor',
  skipped,
  'nearest',
  'sqrt',
  'add',
  'sub',
  'mul',
  'div',
  'min',
  'max',
] as const
const ofRealLanes = ['abs', 'neg', skipped, 'sqrt', 'add', 'sub', 'mul', 'div', 'min', 'max', 'pmin', 'pmax'] as const
const comparisons = ['eq', 'ne', 'lt', skipped, 'le'] as const
const intComparisons = ['eq', 'ne', 'lt', 'below', skipped, skipped, 'le'] as const

const bits = { and: 78, andnot: 79, or: 80, xor: 81, choose: 82, any: 83 } as const

/** No instruction: the bits stay what they are. */
const nothing: readonly number[] = []
const select: readonly number[] = [control.select]

const table: Readonly<Record<Type, Codes>> = {
  i32: {
    ...plain({ ...numbered(0x46, intComparisons), add: 0x6a, sub: 0x6b, mul: 0x6c }),
    ...plain({ and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shr: 0x76, toF32: 0xb2, toF64: 0xb7 }),
    splat: simd(17),
    select,
  },
  f32: {
    ...plain({ ...numbered(0x5b, comparisons), ...numbered(0x8b, ofReals), toF64: 0xbb }),
    toI32: [0xfc, 0],
    splat: simd(19),
    select,
  },
  f64: {
    ...plain({ ...numbered(0x61, comparisons), ...numbered(0x99, ofReals), toF32: 0xb6 }),
    toI32: [0xfc, 2],
    splat: simd(20),
    select,
  },
  f32x4: {
    ...lanes({ ...numbered(65, comparisons), ...numbered(224, ofRealLanes), floor: 104, nearest: 106, toF64: 95 }),
    ...lanes({ choose: bits.choose, lane: 31, withLane: 32 }),
    select,
    bits: nothing,
  },
  f64x2: {
    ...lanes({ ...numbered(71, comparisons), ...numbered(236, ofRealLanes), floor: 117, nearest: 148, toF32: 94 }),
    ...lanes({ choose: bits.choose, lane: 33, withLane: 34 }),
    select,
    bits: nothing,
  },
  i32x4: {
    ...lanes({ ...numbered(55, intComparisons), add: 174, sub: 177, mul: 181, min: 182, max: 184, shl: 171, shr: 173 }),
    ...lanes({ ...bits, toF32: 250, toF64: 254, widen: 199, lane: 27, withLane: 28 }),
    select,
    real: nothing,
  },
  i64x2: {
    ...lanes({ ...numbered(214, comparisons), add: 206, sub: 209, shl: 203, shr: 205, ...bits }),
    select,
    real: nothing,
  },
}

/** The instruction for an operation on a type; throws a plain Error where there is none of that name. */
export function instructionOf(op: Operation, type: Type): readonly number[] {
  const code = table[type][op]
  if (code === undefined) throw new Error(`no instruction for ${op} of ${type}`)
  return code
}

/** a · b + c of vectors in one rounding or in two, as the processor likes. */
export const relaxedMadd: Partial<Record<Type, readonly number[]>> = { f32x4: simd(0x105), f64x2: simd(0x107) }

export const loads: Readonly<Record<Type, readonly number[]>> = {
  i32: [0x28],
  f32: [0x2a],
  f64: [0x2b],
  f32x4: simd(0),
  f64x2: simd(0),
  i32x4: simd(0),
  i64x2: simd(0),
}

export const stores: Readonly<Record<Type, readonly number[]>> = {
  i32: [0x36],
  f32: [0x38],
  f64: [0x39],
  f32x4: simd(11),
  f64x2: simd(11),
  i32x4: simd(11),
  i64x2: simd(11),
}
