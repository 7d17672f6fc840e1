// What a data block would refuse before it reads anything: functions that there are not, or not yet.
import type { Data, Expr } from '../../dsl/ast.ts'
import { type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { checkLeft, refuseForm } from './evaluate.ts'

/** Every RNN407 and RNN413 that loading would stop with, in the order of the text; no file is read. */
export function checkData(data: Data): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const attempt = (check: () => void): void => {
    try {
      check()
    } catch (error) {
      if (!(error instanceof RnnError)) throw error
      found.push(...error.diagnostics)
    }
  }
  const walk = (expr: Expr): void => {
    attempt(() => refuseForm(expr))
    for (const inner of within(expr)) walk(inner)
  }
  for (const equation of data.body) {
    attempt(() => checkLeft(equation))
    walk(equation.value)
  }
  return found
}

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
