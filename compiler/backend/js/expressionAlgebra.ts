// The scalar algebra over JavaScript expressions.
import type { Algebra } from '../../ir/algebra.ts'
import type { Precision } from '../backend.ts'
import { call, common, type Expression, infix, leaf, literal, remainderBy, truth } from '../expression.ts'

const math = (name: string) => call(`Math.${name}`)

const at64: Algebra<Expression> = {
  ...common,
  constant: value => leaf(literal(value)),
  integer: value => leaf(literal(value)),
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
  and: truth((x, y) => `${x} && ${y}`),
  or: truth((x, y) => `${x} || ${y}`),
  not: (...args) => ({ text: ([x]) => `(${x} ? 0 : 1)`, args }),
  where: (...args) => ({ text: ([test, x, y]) => `(${test} ? ${x} : ${y})`, args }),
  remainder: remainderBy(math('floor')),
  imul: math('imul'),
  xor: infix('^'),
  shr: infix('>>>'),
}

export const expressions: Readonly<Record<Precision, Algebra<Expression>>> = {
  f64: at64,
  f32: { ...at64, exp: call('exp32'), tanh: call('tanh32') },
}
