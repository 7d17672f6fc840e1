// Limits the cost of checking: a few lines of nested functions can expand to more than any machine holds, and get a message instead.
import type { Span } from '../../../dsl/ast.ts'
import { withCommas } from '../../../dsl/counted.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { Reported } from '../values/collectProblems.ts'
import type { Session } from '../values/scope.ts'

/** The most expressions that one model may evaluate; those of a function or unit count again at each use. */
export const mostExpressions = 400_000

/** The deepest nesting of expanded units and functions: low enough that no stack overflows. */
export const mostInside = 100

const sharing = 'functions and units are expanded at each use: give a value that is used twice a name'

/** Counts an expression. Past the limit it reports RNN121 once, at the outermost use being expanded. */
export function spend(session: Session, span: Span): void {
  if (++session.evaluated <= mostExpressions) return
  if (session.evaluated > mostExpressions + 1) throw new Reported()
  const values = { most: withCommas(mostExpressions), what: 'expressions' }
  fail('RNN121', values, { span: session.uses[0] ?? span, help: sharing })
}
