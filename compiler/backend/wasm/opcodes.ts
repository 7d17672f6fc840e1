// The instructions of WebAssembly for the operations of the loop language.
import type { Operation, Type } from '../../code/code.ts'
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

/** An instruction of the vectors. */
export const simd = (code: number): readonly number[] => [0xfd, ...unsigned(code)]

type Codes = Partial<Record<Operation, readonly number[]>>

const plain = (codes: Partial<Record<Operation, number>>): Codes =>
  Object.fromEntries(Object.entries(codes).map(([op, code]) => [op, [code]]))

const lanes = (codes: Partial<Record<Operation, number>>): Codes =>
  Object.fromEntries(Object.entries(codes).map(([op, code]) => [op, simd(code)]))

const bits = { and: 78, andnot: 79, or: 80, xor: 81, choose: 82, any: 83 } as const

/** No instruction: the bits stay what they are. */
const nothing: readonly number[] = []

const table: Readonly<Record<Type, Codes>> = {
  i32: {
    ...plain({ add: 0x6a, sub: 0x6b, mul: 0x6c, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shr: 0x76 }),
    ...plain({ eq: 0x46, ne: 0x47, lt: 0x48, below: 0x49, le: 0x4c, select: 0x1b, toF32: 0xb2, toF64: 0xb7 }),
    splat: simd(17),
  },
  f32: {
    ...plain({ abs: 0x8b, neg: 0x8c, floor: 0x8e, nearest: 0x90, sqrt: 0x91, add: 0x92, sub: 0x93, mul: 0x94 }),
    ...plain({ div: 0x95, min: 0x96, max: 0x97, eq: 0x5b, ne: 0x5c, lt: 0x5d, le: 0x5f, select: 0x1b, toF64: 0xbb }),
    toI32: [0xfc, 0],
    splat: simd(19),
  },
  f64: {
    ...plain({ abs: 0x99, neg: 0x9a, floor: 0x9c, nearest: 0x9e, sqrt: 0x9f, add: 0xa0, sub: 0xa1, mul: 0xa2 }),
    ...plain({ div: 0xa3, min: 0xa4, max: 0xa5, eq: 0x61, ne: 0x62, lt: 0x63, le: 0x65, select: 0x1b, toF32: 0xb6 }),
    toI32: [0xfc, 2],
    splat: simd(20),
  },
  f32x4: {
    ...lanes({
      abs: 224,
      neg: 225,
      sqrt: 227,
      add: 228,
      sub: 229,
      mul: 230,
      div: 231,
      min: 232,
      max: 233,
      pmin: 234,
      pmax: 235,
    }),
    ...lanes({ floor: 104, nearest: 106, eq: 65, ne: 66, lt: 67, le: 69, choose: 82, toF64: 95 }),
    ...lanes({ lane: 31, withLane: 32 }),
    select: [0x1b],
    bits: nothing,
  },
  f64x2: {
    ...lanes({
      abs: 236,
      neg: 237,
      sqrt: 239,
      add: 240,
      sub: 241,
      mul: 242,
      div: 243,
      min: 244,
      max: 245,
      pmin: 246,
      pmax: 247,
    }),
    ...lanes({ floor: 117, nearest: 148, eq: 71, ne: 72, lt: 73, le: 75, choose: 82, toF32: 94 }),
    ...lanes({ lane: 33, withLane: 34 }),
    select: [0x1b],
    bits: nothing,
  },
  i32x4: {
    ...lanes({ add: 174, sub: 177, mul: 181, min: 182, max: 184, shl: 171, shr: 173, eq: 55, ne: 56, lt: 57, le: 61 }),
    ...lanes({ ...bits, toF32: 250, toF64: 254, widen: 199, lane: 27, withLane: 28 }),
    select: [0x1b],
    real: nothing,
  },
  i64x2: {
    ...lanes({ add: 206, sub: 209, shl: 203, shr: 205, eq: 214, ne: 215, lt: 216, le: 218, ...bits }),
    select: [0x1b],
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
