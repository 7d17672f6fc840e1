// What checking may cost. A few lines of nested functions expand to more than any machine can hold: that ends with a message.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { Reported } from '../values/collectProblems.ts'
import type { Session } from '../values/scope.ts'

/** The expressions of one model that are evaluated, those of a function or a unit again at each use. */
export const mostExpressions = 400_000

/** How many units and functions may be expanded inside each other: no stack overflows below it. */
export const mostInside = 100

const sharing = 'functions and units are expanded at each use: give a value that is used again a name of its own'

/** Counts an expression. RNN121, once, at the outermost use that is being expanded, where there are too many. */
export function spend(session: Session, span: Span): void {
  if (++session.evaluated <= mostExpressions) return
  if (session.evaluated > mostExpressions + 1) throw new Reported()
  const values = { most: mostExpressions.toLocaleString('en'), what: 'expressions' }
  fail('RNN121', values, { span: session.uses[0] ?? span, help: sharing })
}
