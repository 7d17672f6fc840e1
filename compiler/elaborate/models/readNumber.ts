// Reads a number of a `train` block.
import type { Expr } from '../../../dsl/ast.ts'
import { evaluate } from '../expand/evaluate.ts'
import { asNumber } from '../tensors/convert.ts'
import type { Scope } from '../values/scope.ts'

/** Gives the value of an expression that is a static number, called `what` in messages. Throws RNN207 for anything else. */
export const readNumber = (scope: Scope, e: Expr, what: string): number =>
  asNumber(scope, evaluate(scope, e), what, e.span)
