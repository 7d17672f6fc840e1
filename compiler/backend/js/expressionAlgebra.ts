// The scalar algebra over JavaScript expressions.
import type { Algebra } from '../../ir/algebra.ts'
import type { Precision } from '../backend.ts'
import { call, type Expression, infix, leaf, literal, strong, truth } from '../expression.ts'

const math = (name: string) => call(`Math.${name}`)

const at64: Algebra<Expression> = {
  constant: value => leaf(literal(value)),
  integer: value => leaf(literal(value)),
  // Needs no conversion: JavaScript has one type for all of them.
  real: x => x,
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  strong_mul: strong('*'),
  strong_div: strong('/'),
  neg: (...args) => ({ text: ([x]) => `(-${x})`, args }),
  exp: math('exp'),
  log: math('log'),
  log1p: math('log1p'),
  expm1: math('expm1'),
  tanh: math('tanh'),
  sqrt: math('sqrt'),
  sin: math('sin'),
  cos: math('cos'),
  floor: math('floor'),
  pow: math('pow'),
  max: math('max'),
  min: math('min'),
  lt: truth((x, y) => `${x} < ${y}`),
  le: truth((x, y) => `${x} <= ${y}`),
  eq: truth((x, y) => `${x} === ${y}`),
  and: truth((x, y) => `${x} && ${y}`),
  or: truth((x, y) => `${x} || ${y}`),
  not: (...args) => ({ text: ([x]) => `(${x} ? 0 : 1)`, args }),
  where: (...args) => ({ text: ([test, x, y]) => `(${test} ? ${x} : ${y})`, args }),
  remainder: (x, y) => ({
    text: ([a, b, , whole]) => `(${b} === 0 ? 0 : ${a} - ${b} * ${whole})`,
    args: [x, y, y, math('floor')(infix('/')(x, y))],
  }),
  imul: math('imul'),
  xor: infix('^'),
  shr: infix('>>>'),
  stop_gradient: x => x,
}

export const expressions: Readonly<Record<Precision, Algebra<Expression>>> = {
  f64: at64,
  f32: { ...at64, exp: call('exp32'), tanh: call('tanh32') },
}
