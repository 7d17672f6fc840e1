// JavaScript expressions, over which backends build their scalar algebras; one that is used more than once gets a local name.
import type { Algebra } from '../ir/algebra.ts'

export interface Expression {
  /** The text, given those of the operands. An operand whose text occurs twice is listed twice, so that `print` gives it a name. */
  readonly text: (args: readonly string[]) => string
  readonly args: readonly Expression[]
}

/** An expression that needs no brackets anywhere. */
export const leaf = (text: string): Expression => ({ text: () => text, args: [] })

export function literal(value: number): string {
  if (Object.is(value, -0)) return '(-0)'
  return value < 0 ? `(${value})` : String(value)
}

type Nary = (...args: Expression[]) => Expression

export const call =
  (name: string): Nary =>
  (...args) => ({ text: texts => `${name}(${texts.map(unwrapped).join(', ')})`, args })

export const infix =
  (operator: string): Nary =>
  (...args) => ({ text: ([x, y]) => `(${x} ${operator} ${y})`, args })

export const truth =
  (test: (x: string, y: string) => string): Nary =>
  (...args) => ({ text: ([x, y]) => `(${test(x, y)} ? 1 : 0)`, args })

/** A product or quotient with strong zeros: 0 wherever its first operand is 0. */
const strong =
  (operator: string): Nary =>
  (x, y) => ({ text: ([a, , b]) => `(${a} === 0 ? 0 : ${a} ${operator} ${b})`, args: [x, x, y] })

/** Operations that JavaScript and the languages that GPU kernels are translated to write alike. */
export const common = {
  // Needs no conversion: all of them compute with one type of number.
  real: x => x,
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  strong_mul: strong('*'),
  strong_div: strong('/'),
  neg: (...args) => ({ text: ([x]) => `(-${x})`, args }),
  lt: truth((x, y) => `${x} < ${y}`),
  le: truth((x, y) => `${x} <= ${y}`),
  eq: truth((x, y) => `${x} === ${y}`),
  stop_gradient: x => x,
} as const satisfies Partial<Algebra<Expression>>

/** The remainder of ints by the `floor` of an algebra. */
export const remainderBy =
  (floor: (x: Expression) => Expression): Algebra<Expression>['remainder'] =>
  (x, y) => ({
    text: ([a, b, , whole]) => `(${b} === 0 ? 0 : ${a} - ${b} * ${whole})`,
    args: [x, y, y, floor(infix('/')(x, y))],
  })

/** Prints an expression; `bind` first names each subexpression that is used more than once. */
export function print(expression: Expression, bind: (text: string) => string): string {
  const uses = new Map<Expression, number>()
  const count = (e: Expression): void => {
    const before = uses.get(e) ?? 0
    uses.set(e, before + 1)
    if (before === 0) e.args.forEach(count)
  }
  count(expression)
  const names = new Map<Expression, string>()
  const text = (e: Expression): string => {
    const known = names.get(e)
    if (known !== undefined) return known
    const whole = e.text(e.args.map(text))
    if (e.args.length === 0 || (uses.get(e) ?? 0) < 2) return whole
    const name = bind(unwrapped(whole))
    names.set(e, name)
    return name
  }
  return unwrapped(text(expression))
}

/** Strips the brackets around the whole expression. */
function unwrapped(text: string): string {
  if (!text.startsWith('(')) return text
  let depth = 0
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++
    if (text[i] === ')') depth--
    if (depth === 0) return text
  }
  return text.slice(1, -1)
}
