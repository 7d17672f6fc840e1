// Applies a built-in function to the arguments of a call.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { counted } from '../../../dsl/counted.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import type { Builtin } from '../values/builtinFunction.ts'
import { Waits } from '../values/collectProblems.ts'
import type { Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { placed, type UnitArgs, wereGiven } from './arguments.ts'

/** Throws RNN208 for too few or too many arguments, or an `over` that the function does not take. */
export function applyBuiltin(scope: Scope, builtin: Builtin, given: UnitArgs, site: Expr): Entity {
  const { span } = site
  const [least, most] = builtin.arity
  const all = placed(builtin, given, span)
  if (all.length < least || all.length > most) {
    const expected = least === most ? `${counted(least, 'argument')}: (${builtin.params})` : `(${builtin.params})`
    fail('RNN208', { callee: builtin.name, expected, found: wereGiven(all.length) }, { span })
  }
  const { over } = given
  if (over !== undefined && !builtin.takesAxis) {
    const values = { callee: builtin.name, expected: `(${builtin.params})`, found: '`over` was' }
    fail('RNN208', values, { span: over.span })
  }
  if (all.some(a => a.entity.kind === 'open')) throw new Waits()
  return builtin.apply({
    scope,
    args: all.map(a => a.entity),
    spans: all.map(a => a.span),
    span,
    place: site.kind === 'call' ? site.callee.span : span,
    over: over && { name: over, axis: t => axisNamed(scope, t, over.text, over.span) },
  })
}

/** Finds the value's axis that `over name` means: the one of that name, or one derived from it, as by `drop_first`. */
function axisNamed(scope: Scope, t: Tensor, name: string, span: Span): Axis {
  const axis = scope.axes.get(name)
  if (axis === undefined && scope.session.alone?.seesAxes === false) throw new Waits()
  const mine = axis && visibleAxes(scope, t).filter(a => a === axis || baseOf(a) === baseOf(axis))
  if (mine !== undefined && mine.length > 0) return mine[0]
  const axes = visibleAxes(scope, t).map(a => a.name)
  const help = axes.length === 0 ? 'it is not over any axis' : `it is over ${axes.join(' and ')}`
  return fail('RNN215', { value: quoted(t.name, 'this value'), axis: name }, { span, help })
}
