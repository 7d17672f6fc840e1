// Expands one unit or function, with a guard against recursion, and reports errors where the user can see them.

import type { Fn, Span, Statement, Unit } from '../../../dsl/ast.ts'
import { type Diagnostic, fail, RnnError } from '../../../dsl/diagnostics.ts'
import { isWithin } from '../../../dsl/isWithin.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import type { Instance } from '../values/entity.ts'
import type { Cause } from '../values/facts.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { mostInside } from './budget.ts'

/** Guards against recursion (RNN227) and deep nesting (RNN119), and adds the place of use to errors and warnings found inside. */
export function expanding<T>(scope: Scope, unit: Unit | Fn, span: Span, expand: () => T, instance?: Instance): T {
  const { expanding: stack, uses } = scope.session
  if (stack.includes(unit)) {
    const cycle = [...stack.slice(stack.indexOf(unit)), unit].map(u => u.name.text).join(' → ')
    fail('RNN227', { unit: unit.name.text, cycle }, { span })
  }
  if (stack.length > mostInside) fail('RNN119', {}, { span: uses[0] ?? span, help: chainHelp(unit) })
  scope.session.expanded.add(unit)
  stack.push(unit)
  uses.push(span)
  const { warnings } = scope.session
  const before = warnings.length
  try {
    const result = expand()
    for (let i = before; i < warnings.length; i++) warnings[i] = blamedOnUse(warnings[i], unit, span, instance)
    return result
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    throw new RnnError(error.diagnostics.map(d => blamedOnUse(d, unit, span, instance)))
  } finally {
    stack.pop()
    uses.pop()
  }
}

const chainHelp = ({ name }: Unit | Fn): string =>
  `units and functions use each other ${mostInside} deep, down to \`${name.text}\`: combine some of them`

/** Reports an error inside the library at the call; labels the call for one inside the user's own unit. */
function blamedOnUse(d: Diagnostic, unit: Unit | Fn, call: Span, instance: Instance | undefined): Diagnostic {
  if (d.span === undefined || inLibrary(call)) return d
  const { text: name } = unit.name
  const declared =
    instance === undefined || instance.anonymous || inLibrary(instance.site) || isWithin(call, instance.site)
      ? []
      : [{ span: instance.site, text: `\`${instance.local}\` is declared here` }]
  const labels = [...(d.labels ?? []).filter(l => !inLibrary(l.span)), ...declared]
  if (inLibrary(d.span)) {
    const caret = d.caret === undefined ? `inside \`${name}\`` : `inside \`${name}\`: ${d.caret}`
    return { ...d, span: call, caret, labels }
  }
  if (!isWithin(d.span, unit.span)) return d
  return { ...d, labels: [...labels, { span: call, text: `in this use of \`${name}\`` }] }
}

/** Attributes the facts of a library unit's result to the unit and its call, since the user does not see its inner operations. */
export function seenFrom(unit: Unit | Fn, call: Span, t: Tensor): Tensor {
  if (!inLibrary(unit.span) || inLibrary(call)) return t
  const own = (causes: ReadonlyMap<Axis, Cause>): Map<Axis, Cause> =>
    new Map(
      [...causes].map(([axis, c]) => [
        axis,
        inLibrary(c.span) ? { ...c, operation: unit.name.text, span: call, value: 'its argument', through: [] } : c,
      ]),
    )
  return { ...t, facts: { ...t.facts, ahead: own(t.facts.ahead), whole: own(t.facts.whole) } }
}

/** Gives the place of each name that a body defines by equations, parts and outputs. */
export function laterNames(body: readonly Statement[]): Map<string, Span> {
  return new Map(
    body.flatMap((s): [string, Span][] => {
      if (s.kind === 'equation' && !s.primed) return [[s.name.text, s.name.span]]
      if (s.kind === 'part' || s.kind === 'output') return [[s.name.text, s.name.span]]
      return []
    }),
  )
}
