// Applying a layer: its body once, over whatever axes its arguments have left.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { UnitArgs } from './arguments.ts'
import { runBody } from './body.ts'
import { asTensor } from './convert.ts'
import { declare } from './declare.ts'
import type { Instance, Result } from './entity.ts'
import { type Argument, outside } from './lift.ts'
import type { Scope } from './scope.ts'
import { type Axis, type Cause, type Facts, joinFacts, type Tensor } from './tensor.ts'

export function applyLayer(
  inner: Scope,
  instance: Instance,
  args: readonly Argument[],
  given: UnitArgs,
  span: Span,
): Result {
  if (given.over !== undefined)
    fail(
      'RNN208',
      { callee: instance.unit.name.text, expected: 'its inputs alone', found: '`over` was' },
      { span: given.over.span },
    )
  const renamed = separateAxes(inner, args)
  for (const arg of renamed.args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)
  const { returned, outputs } = runBody(inner, instance.unit.body)
  const back = (t: Tensor): Tensor => outside(renamed.restore(t))
  return {
    kind: 'result',
    unit: instance.unit.name.text,
    value: returned === undefined ? undefined : back(asTensor(inner, returned, span)),
    outputs: new Map([...outputs].map(([name, t]) => [name, back(t)])),
    name: '',
  }
}

/**
 * Where an axis is both declared by one input and mapped over by another (attention of a sequence to itself), the
 * declared one becomes an axis of its own, of the same lengths.
 */
function separateAxes(
  inner: Scope,
  args: readonly Argument[],
): { args: readonly Argument[]; restore: (t: Tensor) => Tensor } {
  const renamed = new Map<Axis, Axis>()
  const result = args.map(arg => {
    const axes = arg.tensor.axes.map(axis => {
      const mine = [...arg.declared].find(([, a]) => a === axis)
      const mapped = args.some(
        other => other.tensor.axes.includes(axis) && ![...other.declared.values()].includes(axis),
      )
      if (mine === undefined || !mapped) return axis
      const copy = renamed.get(axis) ?? { ...axis, name: mine[0] }
      renamed.set(axis, copy)
      inner.axes.set(mine[0], copy)
      return copy
    })
    return { ...arg, tensor: { ...arg.tensor, axes } }
  })
  const originals = new Map([...renamed].map(([original, copy]) => [copy, original]))
  return {
    args: result,
    restore: t => {
      const axes = t.axes.map(a => {
        const original = originals.get(a)
        return original !== undefined && !t.axes.includes(original) ? original : a
      })
      // What was read of the copy was read of the axis itself: at each of its elements, all of them.
      const known = (causes: ReadonlyMap<Axis, Cause>) =>
        new Map([...causes].map(([a, c]) => [originals.get(a) ?? a, c] as const))
      const facts: Facts = { ...t.facts, ahead: known(t.facts.ahead), whole: known(t.facts.whole) }
      return { ...t, axes, facts: joinFacts([{ axes, facts }]) }
    },
  }
}
