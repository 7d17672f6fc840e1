// The scalar algebra: what a pointwise op's formula is written over. Numbers instantiate it for the interpreter,
// graph values for derivatives, each backend for its own code. Truth is 1 and 0.

export interface Algebra<S> {
  constant(value: number): S
  add(a: S, b: S): S
  sub(a: S, b: S): S
  mul(a: S, b: S): S
  div(a: S, b: S): S
  /**
   * The product and the quotient with a strong zero: 0 where a is 0, whatever b is. Derivatives are carried on by these, so that one
   * which is 0, as nothing that was chosen depends on it, stays 0 beside a slope that is infinite or NaN.
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
  /** 32-bit integer product, exclusive or, and logical right shift: what the random numbers are made of. */
  imul(a: S, b: S): S
  xor(a: S, b: S): S
  shr(a: S, b: S): S
  /** The value itself, which counts as constant where derivatives are taken. */
  stop_gradient(a: S): S
}

const truth = (b: boolean): number => (b ? 1 : 0)

/** The reference semantics, in float64. */
export const numbers: Algebra<number> = {
  constant: v => v,
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
  imul: Math.imul,
  xor: (a, b) => a ^ b,
  shr: (a, b) => a >>> b,
  stop_gradient: a => a,
}

export type Operation = Exclude<keyof Algebra<unknown>, 'constant'>

const operations = Object.keys(numbers).filter((name): name is Operation => name !== 'constant')

/** An algebra all of whose operations are made by one rule. */
export function algebraBy<S>(
  constant: (v: number) => S,
  operation: (name: Operation) => (...args: S[]) => S,
): Algebra<S> {
  const made = Object.fromEntries(operations.map(name => [name, operation(name)]))
  return { ...made, constant } as Algebra<S> // one entry for each name of the algebra
}
