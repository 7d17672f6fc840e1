// Checks labels against the outputs that tell them apart: there may be no more labels than an output distinguishes.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Builder } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { type Eqn, type Makers, makersOf, type Value } from '../../ir/graph.ts'
import type { OpName } from '../../ir/ops/schemas.ts'
import { lookThrough, onlyPlaces } from '../../ir/view.ts'
import { Reported } from '../values/collectProblems.ts'
import type { Scope } from '../values/scope.ts'
import type { Bound } from '../values/signature.ts'
import type { Coding, Tensor } from '../values/tensor.ts'

/** Throws RNN415 for a coding that leaves no choice: one label or none to predict, none to read. */
export function checkCount(role: 'input' | 'target', name: string, coding: Coding, span: Span): void {
  const count = D.asNumber(coding.size)
  if (count === undefined || count > 1 || (count === 1 && role === 'input')) return
  fail('RNN415', { name, type: `${coding.kind} of ${count}`, found: count === 1 ? 'one label' : 'no label' }, { span })
}

/** Gives the number of labels that a distribution distinguishes: one for each element, or yes and no for a single probability. */
export const toldApart = (item: readonly D.Dim[]): D.Dim => {
  const places = D.product(item)
  return D.asNumber(places) === 1 ? D.constant(2) : places
}

/**
 * Throws RNN416 if a value has more labels than an output distinguishes; with `exactly` also if it has fewer, as then labels would
 * be predicted that do not exist.
 */
export function checkLabels(
  scope: Scope,
  target: Pick<Tensor, 'name' | 'coding'>,
  output: Bound,
  span: Span,
  exactly = false,
): void {
  const { coding, name } = target
  const [labels, outputs] = [coding?.size, output.labels].map(d => d && D.asNumber(d))
  if (coding === undefined || labels === undefined || outputs === undefined) return
  if (labels === outputs || (labels < outputs && !exactly)) return
  // Reports a misfit once, though the loss, its metric and its prediction all run into it.
  const pair = `${name} ${output.text}`
  if (scope.session.unfit.has(pair)) throw new Reported()
  scope.session.unfit.add(pair)
  tooFew({ name, labels, size: D.formatLabel(coding.size) }, { text: output.text, outputs }, { span })
}

/** Throws RNN416. `size` is the program's name for the number of labels. */
export function tooFew(
  { name, labels, size }: { readonly name: string; readonly labels: number; readonly size: string },
  { text, outputs }: { readonly text: string; readonly outputs: number },
  place: { readonly span?: Span | undefined },
): never {
  const other =
    labels > outputs ? `remove ${labels - outputs} of the labels from the data` : `provide data with ${outputs} labels`
  const values = { target: name || 'the label', labels, output: text, outputs, size, other }
  return fail('RNN416', values, place.span === undefined ? {} : { span: place.span })
}

/** Throws RNN416 for a label that an output does not distinguish; of one without a coding, which only data tells, records the bound. */
export function matchLabels(scope: Scope, label: Tensor, output: Bound, span: Span): void {
  checkLabels(scope, label, output, span)
  boundBy(scope, label, output)
}

/** Records the output's number of labels as the bound of `label`, if that is an input or target without a coding. */
function boundBy({ session: { root, ports, bounds } }: Scope, label: Tensor, output: Bound): void {
  const port = label.coding === undefined ? ports.get(behind(makersOf(root.eqns), label.value)) : undefined
  if (port !== undefined) bounds.set(port, output)
}

/** Gives the bounds of inputs and targets, except those that the program compares with constants and so looks after itself. */
export function boundsOf({ root, ports, bounds: asked }: Scope['session']): ReadonlyMap<string, Bound> {
  const makers = makersOf(root.eqns)
  const bounds = new Map([...logarithms(root, makers, ports), ...asked])
  if (bounds.size === 0) return bounds
  const isConstant = (value: Value): boolean => makers.get(behind(makers, value))?.op === 'constant'
  const compared = root.eqns
    .filter(e => comparisons.has(e.op) && e.ins.some(isConstant))
    .flatMap(e => e.ins.map(v => ports.get(behind(makers, v))))
  return new Map([...bounds].filter(([port]) => !compared.includes(port)))
}

/** Finds the bounds of labels that index the log of a softmax without `probability`: beyond them the probability is 0. */
function logarithms(root: Builder, makers: Makers, ports: ReadonlyMap<number, string>): [string, Bound][] {
  const madeBy = (value: Value): Eqn | undefined => makers.get(behind(makers, value))
  return root.eqns.flatMap((log): [string, Bound][] => {
    const pick = log.op === 'log' ? madeBy(log.ins[0]) : undefined
    if (pick?.op !== 'pick' || madeBy(pick.ins[0])?.op !== 'softmax') return []
    const [table, index] = pick.ins
    const port = ports.get(behind(makers, index))
    const labels = table.shape.at(Number(pick.attrs.axis))
    return port === undefined || labels === undefined ? [] : [[port, { text: table.hint || 'softmax', labels }]]
  })
}

const comparisons: ReadonlySet<OpName> = new Set<OpName>(['eq', 'lt', 'le'])

/** Gives the id of the value that these elements come from, through ops that only move or convert them. */
const behind = (makers: Makers, value: Value): number =>
  lookThrough(
    value,
    v => makers.get(v.id),
    ({ op }) => onlyPlaces(op) || op === 'real',
  ).id
