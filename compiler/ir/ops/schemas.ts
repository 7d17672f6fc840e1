// Lists the ops with the attributes of each; the types of op names and attributes derive from the list.
import type { Dim } from '../dim.ts'

interface AttrKinds {
  number: number
  boolean: boolean
  /** A boolean that is false where it is absent. */
  flag: boolean
  string: string
  dim: Dim
  numbers: readonly number[]
  dims: readonly Dim[]
}

export type AttrKind = keyof AttrKinds

/** The attributes of an op by name. */
export type Schema = Readonly<Record<string, AttrKind>>

/** Flags of products: whether a factor of 0 makes a term 0 even if the other factor is infinite or NaN. */
export const strongZeros = { strongLeft: 'flag', strongRight: 'flag' } as const satisfies Schema

export const schemas = {
  add: {},
  sub: {},
  mul: {},
  div: {},
  strong_mul: {},
  strong_div: {},
  neg: {},
  exp: {},
  log: {},
  log1p: {},
  expm1: {},
  tanh: {},
  sigmoid: {},
  log_sigmoid: {},
  sqrt: {},
  hypot: {},
  sin: {},
  cos: {},
  abs: {},
  relu: {},
  floor: {},
  pow: {},
  mod: {},
  remainder: {},
  max: {},
  min: {},
  lt: {},
  le: {},
  eq: {},
  and: {},
  or: {},
  not: {},
  where: {},
  real: {},
  imul: {},
  xor: {},
  shr: {},
  mix: {},
  unit: {},
  stop_gradient: {},
  constant: { value: 'number', dtype: 'string' },
  size: { dim: 'dim' },
  iota: { size: 'dim' },
  broadcast: { at: 'numbers', sizes: 'dims' },
  reshape: { shape: 'dims' },
  transpose: { order: 'numbers' },
  slice: { axis: 'number', start: 'dim', size: 'dim' },
  pad: { axis: 'number', start: 'dim', size: 'dim' },
  concat: { axis: 'number' },
  shift: { axis: 'number', by: 'number' },
  gather: {},
  scatter: { rows: 'dim' },
  pick: { axis: 'number', tail: 'number' },
  place: { axis: 'number', tail: 'number', size: 'dim' },
  reverse: { axis: 'number', tail: 'number' },
  sum: { axes: 'numbers' },
  reduce_max: { axis: 'number' },
  reduce_min: { axis: 'number' },
  argmax: { axis: 'number' },
  softmax: { axis: 'number' },
  logsumexp: { axis: 'number' },
  norm: { axes: 'numbers' },
  matmul: strongZeros,
  matmulT: strongZeros,
  outer: strongZeros,
  bmm: { ta: 'boolean', tb: 'boolean', ...strongZeros },
  gather_matmul: strongZeros,
  gather_outer: strongZeros,
  scatter_matmulT: { rows: 'dim', ...strongZeros },
  scan: { length: 'dim', reverse: 'boolean', consts: 'number', carries: 'number', recompute: 'flag' },
} as const satisfies Readonly<Record<string, Schema>>

type Schemas = typeof schemas

/** The names of the ops. */
export type OpName = keyof Schemas

/** The ops without attributes: pointwise ones, with a few exceptions. */
export type PlainOp = { [N in OpName]: keyof Schemas[N] extends never ? N : never }[OpName]

export const isOpName = (name: string): name is OpName => Object.hasOwn(schemas, name)

/** The attributes of an op as its rules read them, with all flags present. */
export type AttrsOf<S extends Schema> = { readonly [K in keyof S]: AttrKinds[S[K]] }

/** Like `AttrsOf`, with numbers for the size symbols. */
export type ResolvedOf<S extends Schema> = { readonly [K in keyof S]: Resolved<AttrKinds[S[K]]> }

type Resolved<T> = T extends Dim ? number : T extends readonly Dim[] ? readonly number[] : T

type FlagsOf<S extends Schema> = { [K in keyof S]: S[K] extends 'flag' ? K : never }[keyof S]

/** The attributes that emit an equation: flags may be left out. */
export type GivenAttrs<N extends OpName> = Omit<AttrsOf<Schemas[N]>, FlagsOf<Schemas[N]>> &
  Partial<Pick<AttrsOf<Schemas[N]>, FlagsOf<Schemas[N]>>>
