// Sizes of the blocks of products, and what the functions for products share.
import { apply, int, local, read, select } from '../../code/build.ts'
import type { Expr, Local } from '../../code/code.ts'
import type { Precision, Type } from '../../code/types.ts'
import type { Library } from '../library.ts'
import { elementBytes, lanesOf, type Target } from '../target.ts'

/**
 * Most terms of a sum that are added up in registers before they go to memory: a panel of so many stays in the first cache, and shorter sums
 * of floats lose less.
 */
export const depthBlock = 128

/** Rows that are multiplied by a panel one after the other: those of the left operand stay in the second cache. */
export const rowBlock = 96

/** Columns that are packed at a time. */
export const columnBlock = 512

/** Fewest rows for which the right operand is packed. */
export const leastRows = 4

/** The types and sizes of a target's products. */
export interface Shapes {
  readonly real: Precision
  readonly vector: 'f32x4' | 'f64x2'
  readonly lanes: number
  /** Columns of a panel: two vectors. */
  readonly width: number
  /** Bytes of an element. */
  readonly bytes: number
  readonly library: Library
}

export function shapesOf(target: Target, library: Library): Shapes {
  const { count, real } = lanesOf(target)
  return {
    real: target.real,
    vector: real,
    lanes: count,
    width: 2 * count,
    bytes: elementBytes(target, 'real'),
    library,
  }
}

/** The parameters of a vector times a matrix: addresses, strides in bytes, sizes. */
export const rowNames = ['x', 'xk', 'b', 'bk', 'bn', 'y', 'yn', 'N', 'K'] as const

/** Parameters by name, as variables and as what they hold. */
export function parameters<N extends string>(names: readonly N[]) {
  const list = names.map(name => local(name, 'i32'))
  const named = Object.fromEntries(list.map(l => [l.name, l])) as Record<N, Local> // one for each name
  const values = Object.fromEntries(list.map(l => [l.name, read(l)])) as Record<N, Expr> // one for each name
  return { list, named, values }
}

export const variable = (name: string, type: Type = 'i32'): Local => local(name, type)

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

export const zero = int(0)

/** The less of two whole numbers. */
export const least = (a: Expr, b: Expr): Expr => select(a, b, apply('lt', [a, b]))
