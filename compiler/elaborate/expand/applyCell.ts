// Applies a cell: a scan over one axis of its arguments, or a single step.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Argument } from '../axes/argument.ts'
import { checkPlaces } from '../axes/nestedAxes.ts'
import { joinAxes } from '../tensors/layout.ts'
import { isStreamed, placesOf } from '../tensors/lengths.ts'
import { inOrder } from '../tensors/order.ts'
import type { Instance, Result } from '../values/entity.ts'
import { formatAxes, formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { quoted, sourceText } from '../values/wording.ts'
import type { UnitArgs } from './arguments.ts'
import { type GivenState, initialState, stateDeclarations } from './cellStates.ts'
import { type PreparedCell, scanSteps, singleStep } from './cellSteps.ts'
import { declare } from './declareMembers.ts'
import { plainItem } from './outside.ts'

/** A cell on its way to being applied: where it is called, and the scope of its body. */
export interface CellApplication {
  readonly scope: Scope
  readonly inner: Scope
  readonly instance: Instance
  readonly args: readonly Argument[]
  /** Axes that every argument shares, outermost first. */
  readonly lead: readonly Axis[]
  readonly call: UnitArgs
  readonly span: Span
}

/** Scans one axis of the arguments, or takes a single step if they have none and every state is given. */
export function applyCell(cell: CellApplication, given: ReadonlyMap<string, GivenState>): Result {
  const { scope, inner, instance, args, span } = cell
  const axis = scannedAxis(cell, given)
  for (const arg of args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)
  const values = [...args.map(a => a.tensor), ...given.values()]
  const walked = [...joinAxes(values), ...(axis === undefined ? [] : [axis])]
  const lengths = walked.flatMap(a => a.lengths ?? (isStreamed(scope, a) ? placesOf(scope, a) : []))
  const around = joinAxes([...values, ...lengths]).filter(a => a !== axis)
  const declared = new Set(args.flatMap(a => [...a.declared.values()]))
  const mapped = around.filter(a => !declared.has(a))
  const states = stateDeclarations(inner, instance)
  if (axis !== undefined) {
    checkPlaces(mapped, axis, `${instance.unit.name.text} carries its states`, span)
    for (const d of states) checkPlaces(d.axes, axis, `state \`${d.name}\` is kept`, d.span)
  }
  const started = states.map(d => inOrder(scope, initialState({ ...cell, mapped }, d, given.get(d.name))))
  const prepared: PreparedCell = { scope, inner, instance, args, states, started, mapped, span }
  return axis === undefined ? singleStep(prepared) : scanSteps(prepared, axis)
}

/** Finds the axis to scan: the only lead axis (one that no input declares), or the one named by `over`; none for a single step. */
function scannedAxis(
  { scope, inner, instance, args, lead, call: given, span }: CellApplication,
  states: ReadonlyMap<string, Tensor>,
): Axis | undefined {
  const unit = instance.unit.name.text
  if (given.over !== undefined) {
    const named = scope.axes.get(given.over.text)
    const axis = named && lead.find(a => baseOf(a) === baseOf(named))
    return (
      axis ??
      fail(
        'RNN215',
        { value: quoted(args[0]?.tensor.name ?? '', 'its input'), axis: given.over.text },
        { span: given.over.span, help: lead.length === 0 ? undefined : `it is over ${formatAxes(lead)}` },
      )
    )
  }
  if (lead.length > 1)
    return fail('RNN214', { callee: unit, axes: formatAxes(lead), axis: baseOf(lead[lead.length - 1]).name }, { span })
  if (lead.length === 1) return lead[0]
  const missing = stateDeclarations(inner, instance).find(d => !states.has(d.name))
  if (missing === undefined) return undefined
  const insideStep = scope.kind === 'cell'
  if (insideStep || states.size > 0) {
    const argument = args[0] === undefined ? '…' : sourceText(scope, args[0].span)
    const values = { unit, state: missing.name, type: formatItem(plainItem(missing)), argument, recipe: instance.text }
    return fail('RNN305', values, { span })
  }
  const [first] = args
  const found = first === undefined ? 'step' : formatItem(plainItem(first.tensor))
  return fail('RNN304', { unit, found }, { span, ...lastBefore(scope, first) })
}

/** Suggests removing `last` or `first` if it took the sequence away from the argument. */
function lastBefore(scope: Scope, arg: Argument | undefined): { help?: string } {
  if (arg === undefined) return {}
  for (const [axis, cause] of arg.tensor.facts.whole) {
    const line = scope.session.lineOf(cause.span)
    if (cause.operation === 'last' || cause.operation === 'first') {
      return {
        help: `remove \`${cause.operation}\` (line ${line}), which keeps only the ${cause.operation} step of ${axis.name}`,
      }
    }
  }
  return {}
}
