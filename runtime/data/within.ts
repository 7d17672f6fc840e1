// The parts of an expression of a data block.
import type { Expr } from '../../dsl/ast.ts'

/** The expressions inside one whose values it takes; what is called is a name, not a value. */
export function within(expr: Expr): readonly Expr[] {
  const argumentsOf = (call: Extract<Expr, { kind: 'call' }>): Expr[] =>
    call.args.flatMap(arg => (arg.kind === 'over' ? [] : [arg.value]))
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
      return [expr.value, ...(expr.callee.kind === 'call' ? argumentsOf(expr.callee) : [])]
    case 'call':
      return argumentsOf(expr)
    default:
      return []
  }
}
