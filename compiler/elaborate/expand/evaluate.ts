// Evaluates expressions: gives the entity that each form of the grammar stands for in a scope.
import type { Expr } from '../../../dsl/ast.ts'
import { beginning, chain } from '../../../dsl/children.ts'
import type { Diagnostic } from '../../../dsl/diagnostics.ts'
import { attempt, known, throwAll, unlessWaiting } from '../values/collectProblems.ts'
import { type Entity, staticNumber } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { spend } from './budget.ts'
import { call, pipe } from './call.ts'
import { taken } from './indexing.ts'
import { joined } from './joined.ts'
import { lookUp, primed } from './lookUp.ts'
import { member } from './member.ts'
import { operation, unary } from './operators.ts'

/** Evaluates an expression to an entity. Throws RNN121 if the program expands to more than can be checked. */
export function evaluate(scope: Scope, expr: Expr): Entity {
  const [first, ...links] = chain(expr)
  if (links.length === 0) return at(scope, first, () => begin(scope, first))
  // Loops over the links of a chain, as recursion over a long one would overflow the stack.
  const problems: Diagnostic[] = []
  let value = attempt(problems, () => at(scope, first, () => begin(scope, first)))
  for (const link of links) value = attempt(problems, () => at(scope, link, () => follow(scope, link, value)))
  throwAll(problems)
  return known(value)
}

/** Counts an expression and gives its span to the equations it emits; the enclosing expression's span applies again afterwards. */
function at(scope: Scope, expr: Expr, run: () => Entity): Entity {
  const { builder, session } = scope
  spend(session, expr.span)
  const { note } = builder
  if (expr.span.file !== '') builder.note = { span: expr.span }
  try {
    const value = unlessWaiting<Entity>(run, { kind: 'open' })
    session.onEvaluate?.(scope, expr, value)
    return value
  } finally {
    builder.note = note
  }
}

/** Evaluates the first link of a chain. */
function begin(scope: Scope, expr: Expr): Entity {
  const { span } = expr
  switch (expr.kind) {
    case 'number':
      return expr.isInt ? staticNumber(expr.value) : { kind: 'number', value: expr.value }
    case 'string':
      return { kind: 'string', value: expr.value }
    case 'bool':
      return { kind: 'bool', value: expr.value }
    case 'name':
      return lookUp(scope, expr.name, span)
    case 'primed':
      return primed(scope, expr.name, span)
    case 'list':
      return joined(scope, expr.items, span)
    case 'unary':
      return unary(scope, expr.op, evaluate(scope, expr.value), span)
    default:
      return follow(scope, expr, evaluate(scope, beginning(expr) ?? expr))
  }
}

/** Evaluates the next link of a chain; `before` is the entity of the links before it, undefined if they failed. */
function follow(scope: Scope, expr: Expr, before: Entity | undefined): Entity {
  switch (expr.kind) {
    case 'binary': {
      const right = evaluate(scope, expr.right)
      return operation(scope, expr, known(before), right)
    }
    case 'pipe':
      return pipe(scope, expr, before)
    case 'call':
      return call(scope, expr, known(before))
    case 'member':
      return member(scope, known(before), expr.name.text, expr)
    case 'index':
      return taken(scope, known(before), expr.slices, expr)
    default:
      throw new Error(`${expr.kind} goes on from nothing`)
  }
}
