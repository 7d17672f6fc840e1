// The scalar algebra: operations in which pointwise ops write their formulas. Numbers instantiate it for the interpreter,
// graph values for derivatives, types for checking, each backend for its own code. Truth is 1 and 0.
import type { DType } from './graph.ts'

export interface Algebra<S> {
  /** A real. */
  constant(value: number): S
  /** A whole number of 32 bits. */
  integer(value: number): S
  /** An int or a bool as a real; a real as itself. Nothing else changes the type of a value. */
  real(a: S): S
  add(a: S, b: S): S
  sub(a: S, b: S): S
  mul(a: S, b: S): S
  div(a: S, b: S): S
  /**
   * Product and quotient with a strong zero: 0 where a is 0, even if b is infinite or NaN. The chain rule multiplies with these, so
   * that a cotangent of 0, of a branch not taken, stays 0 beside an infinite slope.
   */
  strong_mul(a: S, b: S): S
  strong_div(a: S, b: S): S
  neg(a: S): S
  exp(a: S): S
  log(a: S): S
  /** log(1 + a) without cancellation near 0. */
  log1p(a: S): S
  /** e^a - 1 without cancellation near 0. */
  expm1(a: S): S
  tanh(a: S): S
  sqrt(a: S): S
  sin(a: S): S
  cos(a: S): S
  floor(a: S): S
  pow(a: S, b: S): S
  max(a: S, b: S): S
  min(a: S, b: S): S
  lt(a: S, b: S): S
  le(a: S, b: S): S
  eq(a: S, b: S): S
  and(a: S, b: S): S
  or(a: S, b: S): S
  not(a: S): S
  where(test: S, yes: S, no: S): S
  /** a - b·floor(a / b) of ints, with the sign of b; 0 where b is 0. */
  remainder(a: S, b: S): S
  /** 32-bit integer product, exclusive or, and logical right shift: the operations of the random numbers' hash. */
  imul(a: S, b: S): S
  xor(a: S, b: S): S
  shr(a: S, b: S): S
  /** The value itself, treated as a constant by derivatives. */
  stop_gradient(a: S): S
}

const truth = (b: boolean): number => (b ? 1 : 0)

/** The reference semantics, in float64. */
export const numbers: Algebra<number> = {
  constant: v => v,
  integer: v => v,
  real: a => a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  strong_mul: (a, b) => (a === 0 ? 0 : a * b),
  strong_div: (a, b) => (a === 0 ? 0 : a / b),
  neg: a => -a,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  tanh: Math.tanh,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  floor: Math.floor,
  pow: (a, b) => a ** b,
  max: Math.max,
  min: Math.min,
  lt: (a, b) => truth(a < b),
  le: (a, b) => truth(a <= b),
  eq: (a, b) => truth(a === b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: a => truth(a === 0),
  where: (test, yes, no) => (test !== 0 ? yes : no),
  remainder: (a, b) => (b === 0 ? 0 : a - b * Math.floor(a / b)),
  imul: Math.imul,
  xor: (a, b) => a ^ b,
  shr: (a, b) => a >>> b,
  stop_gradient: a => a,
}

export type Operation = Exclude<keyof Algebra<unknown>, 'constant' | 'integer'>

/** A type, or a pattern: `number` (real or int) and `same` stand for one type in the whole signature, `any` for one of its own at each place. */
type Kind = DType | 'number' | 'same' | 'any'

interface Signature {
  readonly takes: readonly Kind[]
  readonly gives: Exclude<Kind, 'any'>
}

const signature = (...[gives, ...takes]: [Exclude<Kind, 'any'>, ...Kind[]]): Signature => ({ takes, gives })

const real1 = signature('real', 'real')
const real2 = signature('real', 'real', 'real')
const number2 = signature('number', 'number', 'number')
const int2 = signature('int', 'int', 'int')
const logic2 = signature('bool', 'bool', 'bool')

/** The types of each operation's operands and result. */
const signatures: Readonly<Record<Operation, Signature>> = {
  real: signature('real', 'any'),
  add: number2,
  sub: number2,
  mul: number2,
  div: real2,
  strong_mul: real2,
  strong_div: real2,
  neg: signature('number', 'number'),
  exp: real1,
  log: real1,
  log1p: real1,
  expm1: real1,
  tanh: real1,
  sqrt: real1,
  sin: real1,
  cos: real1,
  floor: real1,
  pow: real2,
  max: number2,
  min: number2,
  lt: signature('bool', 'number', 'number'),
  le: signature('bool', 'number', 'number'),
  eq: signature('bool', 'same', 'same'),
  and: logic2,
  or: logic2,
  not: signature('bool', 'bool'),
  where: signature('same', 'bool', 'same', 'same'),
  remainder: int2,
  imul: int2,
  xor: int2,
  shr: int2,
  stop_gradient: signature('same', 'same'),
}

const operations = Object.keys(signatures).filter((name): name is Operation => name in signatures)

/** The type of an operation's result. Throws a plain Error for operands that it does not take. */
export function typeOf(name: Operation, args: readonly DType[]): DType {
  const { takes, gives } = signatures[name]
  let common: DType | undefined
  const fits = (kind: Kind, arg: DType): boolean => {
    if (kind === 'any' || kind === arg) return true
    if (kind !== 'same' && (kind !== 'number' || arg === 'bool')) return false
    common ??= arg
    return common === arg
  }
  const result = args.length === takes.length && takes.every((kind, i) => fits(kind, args[i]))
  const given = gives === 'same' || gives === 'number' ? common : gives
  if (!result || given === undefined) throw new Error(`${name} takes ${takes.join(', ')}, and not ${args.join(', ')}`)
  return given
}

/** Makes an algebra whose operations all follow one rule. */
export function algebraBy<S>(
  literals: Pick<Algebra<S>, 'constant' | 'integer'>,
  operation: (name: Operation) => (...args: S[]) => S,
): Algebra<S> {
  const made = Object.fromEntries(operations.map(name => [name, operation(name)]))
  return { ...made, ...literals } as Algebra<S> // one entry for each name of the algebra
}

/** Infers the type of a formula's result. */
export const types: Algebra<DType> = algebraBy<DType>(
  { constant: () => 'real', integer: () => 'int' },
  name =>
    (...args) =>
      typeOf(name, args),
)
