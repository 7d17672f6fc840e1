// Evaluates lists, which join their parts end to end.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { asTensor } from '../tensors/convert.ts'
import { join } from '../tensors/join.ts'
import { each } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate } from './evaluate.ts'
import { staticNumbers } from './staticNumbers.ts'

/** Evaluates `[a, b, …]`; the result is static if all its parts are. */
export function joined(scope: Scope, items: readonly Expr[], span: Span): Entity {
  const parts = each(items, item => evaluate(scope, item))
  if (parts.length === 0)
    fail('RNN208', { callee: '`[…]`', expected: 'at least one value', found: 'none was' }, { span })
  const numbers = parts.map(staticNumbers)
  if (numbers.every(n => n !== undefined)) return { kind: 'vector', numbers: numbers.flat() }
  const values = each([...parts.entries()], ([i, part]) => asTensor(scope, part, items[i].span))
  return join(scope, values, span)
}
