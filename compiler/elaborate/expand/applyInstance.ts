// Applies an instance (a unit with its weights) to arguments.
import type { Span } from '../../../dsl/ast.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { separateAxes } from '../axes/separateAxes.ts'
import { expand } from '../tensors/layout.ts'
import { each } from '../values/collectProblems.ts'
import type { Entity, Instance } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { applyCell } from './applyCell.ts'
import { applyLayer } from './applyLayer.ts'
import type { UnitArgs } from './arguments.ts'
import { bindArguments } from './bindArguments.ts'
import { givenStates } from './cellStates.ts'
import { expanding, laterNames, seenFrom } from './expanding.ts'
import { labelledHyper } from './labelledHyper.ts'
import { leadOf, leadOfOne } from './lead.ts'
import { matchArgument } from './matchArgument.ts'

/** Applies an instance: a layer is mapped over the axes that its inputs do not declare; a cell scans one of them. */
export function applyInstance(scope: Scope, instance: Instance, given: UnitArgs, span: Span): Entity {
  return expanding(scope, instance.unit, span, () => expandInstance(scope, instance, given, span), instance)
}

/** As `applyInstance`, without the guard against recursion and without the place of the call in errors. */
export function expandInstance(scope: Scope, instance: Instance, given: UnitArgs, span: Span): Entity {
  const { unit } = instance
  const inputs = unit.body.flatMap(s => (s.kind === 'input' ? [s] : []))
  const args = bindArguments(scope, instance, inputs, given, span)
  const states = givenStates(scope, instance, given)
  const names = new Map<string, Entity>()
  for (const [name, e] of instance.hypers) names.set(name, labelledHyper(name, e))
  const axes = new Map<string, Axis>()
  const inner: Scope = {
    session: scope.session,
    builder: scope.builder,
    place: unit.name.text,
    kind: unit.unit,
    names,
    primes: new Map(),
    states: new Map(),
    axes,
    instance,
    steps: scope.steps,
    ...(scope.around && { around: scope.around }),
    later: laterNames(unit.body),
  }
  const matched = each(args, arg => matchArgument(scope, inner, arg))
  const lead = leadOf(scope, matched, span)
  if (!inLibrary(unit.span))
    scope.session.applied.push({ unit, leads: new Map(matched.map(a => [a.name, leadOfOne(scope, a)])) })
  const separated = separateAxes(inner, matched)
  const result =
    unit.unit === 'cell'
      ? applyCell({ scope, inner, instance, args: separated.args, lead, call: given, span }, states)
      : applyLayer(inner, instance, separated.args, given, span)
  const seen = (t: Tensor): Tensor => seenFrom(unit, span, separated.restore(t))
  const lifted = (t: Tensor): Tensor => overLead(scope, seen(t), lead)
  const all = (of: ReadonlyMap<string, Tensor>, see: (t: Tensor) => Tensor) =>
    new Map([...of].map(([name, t]) => [name, see(t)]))
  return {
    ...result,
    value: result.value && lifted(result.value),
    outputs: all(result.outputs, lifted),
    states: result.states && { ...result.states, states: all(result.states.states, seen) },
    name: sourceText(scope, span),
  }
}

/** Broadcasts a result over every axis that the unit is applied over, even one that the result does not depend on. */
function overLead(scope: Scope, t: Tensor, lead: readonly Axis[]): Tensor {
  const missing = lead.filter(a => !t.axes.includes(a))
  if (missing.length === 0) return t
  const axes = [...missing, ...t.axes]
  return { ...t, axes, value: expand(scope, t, axes, t.item) }
}
