// Lists the expressions of a data block that stand for values.
import type { Arg, Expr } from '../../dsl/ast.ts'

/** Lists an expression and the values inside it, in the order of the text; the name of a called function is not a value. */
export function valuesIn(expr: Expr): readonly Expr[] {
  // Uses a list instead of recursion: a chain may be longer than the stack is deep.
  const found: Expr[] = []
  const pending = [expr]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next)
    for (const inner of valuesWithin(next).toReversed()) pending.push(inner)
  }
  return found
}

/** Lists the names among the values. */
export const namesIn = (value: Expr): string[] => valuesIn(value).flatMap(e => (e.kind === 'name' ? [e.name] : []))

/** Lists the values that an expression acts on. */
export function valuesWithin(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'list':
      return expr.items
    case 'unary':
    case 'member':
    case 'index':
      return [expr.value]
    case 'binary':
      return [expr.left, expr.right]
    case 'pipe':
      return [expr.value, ...(expr.callee.kind === 'call' ? valuesOf(expr.callee.args) : [])]
    case 'call':
      return valuesOf(expr.args)
    default:
      return []
  }
}

const valuesOf = (args: readonly Arg[]): Expr[] => args.flatMap(arg => (arg.kind === 'over' ? [] : [arg.value]))
