// How formulas are written: by a writer that names intermediate results, within a kernel or as a function of its own.
import { apply, bind, constant, local, read } from '../../code/build.ts'
import type { Expr, Func, Literal, Statement } from '../../code/code.ts'
import type { Type } from '../../code/types.ts'
import type { Library } from '../library.ts'

export interface FormulaWriter {
  /** Names a value. */
  name(value: Expr): Expr
  constant(type: Type, value: Literal): Expr
  /** The functions that formulas call. */
  readonly library: Library
}

/** Terms and operations of one vector type, named as they are made. */
export interface Arithmetic {
  c(value: number): Expr
  add(a: Expr, b: Expr): Expr
  sub(a: Expr, b: Expr): Expr
  mul(a: Expr, b: Expr): Expr
  /** a · b + c. */
  madd(a: Expr, b: Expr, c: Expr): Expr
  div(a: Expr, b: Expr): Expr
  /** `yes` where the mask is set, else `no`. */
  choose(yes: Expr, no: Expr, mask: Expr): Expr
  lt(a: Expr, b: Expr): Expr
  le(a: Expr, b: Expr): Expr
  eq(a: Expr, b: Expr): Expr
  abs(a: Expr): Expr
  neg(a: Expr): Expr
  pmin(a: Expr, b: Expr): Expr
  pmax(a: Expr, b: Expr): Expr
  /** Σ of coefficients, the lowest power first. */
  polynomial(x: Expr, coefficients: readonly number[]): Expr
  /** `of`, which has no sign, with that of `sign`. */
  signed(of: Expr, sign: Expr): Expr
}

export function arithmetic(writer: FormulaWriter, type: 'f32x4' | 'f64x2'): Arithmetic {
  const op =
    (name: Parameters<typeof apply>[0]) =>
    (...args: Expr[]): Expr =>
      writer.name(apply(name, args))
  const c = (value: number): Expr => writer.constant(type, value)
  const [add, mul, madd] = [op('add'), op('mul'), op('madd')]
  const mask = type === 'f32x4' ? writer.constant('i32x4', -(2 ** 31)) : writer.constant('i64x2', -(2n ** 63n))
  return {
    c,
    add,
    mul,
    sub: op('sub'),
    div: op('div'),
    choose: op('choose'),
    lt: op('lt'),
    le: op('le'),
    eq: op('eq'),
    abs: op('abs'),
    neg: op('neg'),
    pmin: op('pmin'),
    pmax: op('pmax'),
    madd,
    polynomial: (x, coefficients) => coefficients.map(c).reduceRight((sum, k) => madd(sum, x, k)),
    signed: (of, sign) =>
      writer.name(apply('real', [apply('or', [apply('bits', [of]), apply('and', [apply('bits', [sign]), mask])])])),
  }
}

/** A formula as a function of vectors. */
export function formulaFunction(
  name: string,
  comment: string,
  types: readonly ('f32x4' | 'f64x2')[],
  library: Library,
  formula: (writer: FormulaWriter, args: readonly Expr[]) => Expr,
): Func {
  const params = types.map((type, i) => local('xy'[i], type))
  const body: Statement[] = []
  let count = 0
  const result = formula(
    {
      name: value => {
        if (value.kind === 'local' || value.kind === 'constant') return value
        const to = local(`t${count++}`, value.type)
        body.push(bind(to, value))
        return read(to)
      },
      constant,
      library,
    },
    params.map(read),
  )
  return { name, comment, params, body, result }
}
