// Declares the parts and params of a unit; its weights are made at its first application.
import type { AxisExpr, Declaration, Expr, Part, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { asInit } from '../tensors/convert.ts'
import { expand, joinAxes, tensor } from '../tensors/layout.ts'
import { isStreamed, placesOf } from '../tensors/lengths.ts'
import { Reported, unlessWaiting } from '../values/collectProblems.ts'
import { describeEntity, type Entity, type Instance } from '../values/entity.ts'
import { declaredLength, type Scope, type Session } from '../values/scope.ts'
import type { Init } from '../values/signature.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { evaluate } from './evaluate.ts'
import { makeRecipe, newInstance } from './recipes.ts'
import { knownAxis, knownDim, knownResolver, resolveItem } from './typeExpressions.ts'

/** Declares a unit's parts and params in its scope. Weights are made at the first application and shared by later ones. */
export function declare(inner: Scope, instance: Instance): void {
  for (const statement of instance.unit.body) {
    if (statement.kind === 'part') declarePart(inner, instance, statement)
    if (statement.kind === 'param') declareParam(inner, instance, statement)
  }
}

/** Declares a part, whose instance is made at the first application. Throws RNN107 for a name twice, RNN210 for what is no recipe. */
export function declarePart(inner: Scope, instance: Instance, declaration: Part): void {
  const { text: name, span } = declaration.name
  if (inner.names.has(name)) fail('RNN107', { name }, { span })
  const { value } = declaration
  const known = instance.parts.get(name)
  const given = known ?? evaluate(inner, value)
  if (given.kind === 'open') {
    inner.names.set(name, given)
    return
  }
  const part = known ?? makePart(inner, instance, name, given, value.span)
  instance.parts.set(name, part)
  inner.names.set(name, part)
}

function makePart(inner: Scope, instance: Instance, name: string, value: Entity, span: Span): Instance {
  if (value.kind === 'instance') return value
  if (value.kind === 'recipe') return newInstance(value, instance, name, false, span)
  if (value.kind === 'template')
    return newInstance(
      makeRecipe(inner, value.unit, { positional: [], named: new Map() }, span),
      instance,
      name,
      false,
      span,
    )
  if (value.kind === 'unknown') throw new Reported()
  return fail(
    'RNN210',
    { what: `part \`${name}\``, expected: 'a recipe or another part', found: describeEntity(value) },
    { span },
  )
}

/** Declares the weights of a param. Throws RNN107 for a name twice, RNN206 over a ragged axis, RNN216 for what is not real. */
export function declareParam(inner: Scope, instance: Instance, declaration: Declaration): void {
  const { session } = inner
  for (const { text: name, span } of declaration.names) {
    if (inner.names.has(name)) fail('RNN107', { name }, { span })
    const resolver = knownResolver(inner, 'a dim of a param', name)
    const axes = declaration.type.axes.map(axis => axisOfParam(inner, instance, name, axis))
    const ragged = axes.find(a => a.lengths !== undefined)
    if (ragged !== undefined) fail('RNN206', { param: name, axis: ragged.name }, { span: declaration.type.span })
    const type = resolveItem(declaration.type, resolver)
    if (type.dtype !== 'real')
      fail(
        'RNN216',
        { what: `param \`${name}\``, expected: 'reals', found: type.dtype },
        { span: declaration.type.span },
      )
    let record = instance.weights.get(name)
    if (record === undefined) {
      const init =
        declaration.init === undefined
          ? ({ kind: 'draw', initializer: type.item.length >= 2 ? 'glorot_uniform' : 'zeros', args: [] } as const)
          : initOf({ ...inner, initial: undefined }, declaration.init)
      const shape = [...axes.map(a => declaredLength(session, a)), ...type.item].map(D.unlabelled)
      const value = session.root.param({ dtype: 'real', shape }, { hint: name, span, finite: true })
      record = { owner: instance, local: name, value, item: type.item, axes, init }
      instance.weights.set(name, record)
      session.weights.push(record)
    }
    for (const [i, axis] of axes.entries()) checkLength(session, name, span, axis, record.axes[i])
    // The axes of this application: a unit may be applied again to what is over others.
    inner.names.set(name, rowsOfStream(inner, tensor(record.value, axes, type.item, { name })))
  }
}

/**
 * Finds the axis of a param by its name, or makes one of the given length, which later applications share. RNN204 for another length than
 * the axis has.
 */
function axisOfParam(inner: Scope, instance: Instance, param: string, { name: axis, length, span }: AxisExpr): Axis {
  const { text: name } = axis
  const bound = inner.axes.get(name)
  if (length === undefined) return bound ?? knownAxis(inner, name, span)
  const own: Axis = { name, size: D.unlabelled(knownDim(inner, length, 'the length of an axis', param)), batch: false }
  const made = bound ?? instance.axes.get(name) ?? own
  checkLength(inner.session, name, span, own, made)
  if (bound === undefined) {
    instance.axes.set(name, made)
    inner.axes.set(name, made)
  }
  return made
}

/** Throws RNN204 where an axis has not the length of the one that was declared. */
function checkLength(session: Session, name: string, span: Span, axis: Axis, before: Axis): void {
  const [found, declared] = [axis, before].map(a => declaredLength(session, a))
  if (!D.equal(found, declared))
    fail('RNN204', { name, declared: `[${D.format(declared)}]`, found: `[${D.format(found)}]` }, { span })
}

/** Gives the initial value of a param; zero stands in for one that only a use of the unit can tell. */
const initOf = (scope: Scope, expr: Expr): Init =>
  unlessWaiting(() => asInit(scope, evaluate(scope, expr), expr.span), { kind: 'number', value: 0 })

/** Takes the rows of a param over the axis of a stream that lie in the window; there are as many rows as the axis has elements. */
function rowsOfStream(scope: Scope, t: Tensor): Tensor {
  const axis = t.axes.find(a => isStreamed(scope, a))
  if (axis === undefined) return t
  const places = placesOf(scope, axis)
  const others = t.axes.filter(a => a !== axis)
  const table = expand(scope, t, [axis, ...others], t.item)
  const rows = { ...t, axes: [...places.axes, ...others], value: scope.builder.emit('gather', [table, places.value]) }
  const axes = joinAxes([rows])
  return { ...rows, axes, value: expand(scope, rows, axes, t.item) }
}
