// Makes the outputs and predictions of a model, in the user's layout.
import type { Predict, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { evaluate } from '../expand/evaluate.ts'
import { asTensor } from '../tensors/convert.ts'
import { checkLabels, toldApart } from '../tensors/labels.ts'
import { expand, withItem } from '../tensors/layout.ts'
import { masked } from '../tensors/masks.ts'
import { inOrder } from '../tensors/order.ts'
import { Reported } from '../values/collectProblems.ts'
import { type Facts, pathOf } from '../values/facts.ts'
import { formatAxes, formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Port } from '../values/signature.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'

/** Throws RNN333 if a value reads a target, which only losses, metrics and `delay` may do. */
export function noTarget(t: Tensor, reader: string, span: Span): Tensor {
  const [target] = t.facts.targets
  if (target !== undefined) fail('RNN333', { target, reader }, { span })
  return t
}

/** Evaluates `predict y from e`. Throws RNN312, RNN333, RNN331, RNN416 or RNN204 if e cannot predict y. */
export function predict(
  scope: Scope,
  s: Predict,
  targets: readonly Port[],
): { name: string; tensor: Tensor; span: Span } {
  const name = s.target.text
  const target = targets.find(t => t.name === name)
  if (scope.names.get(name)?.kind === 'unknown') throw new Reported()
  if (target === undefined) {
    const names = targets.map(t => t.name)
    fail('RNN312', { name }, { span: s.target.span, help: didYouMean(name, names) })
  }
  const t = noTarget(
    asTensor(scope, evaluate(scope, s.value), s.value.span),
    `the prediction of \`${name}\``,
    s.value.span,
  )
  const own = scope.names.get(name)
  const axes = own?.kind === 'tensor' ? own.axes.filter(a => !a.batch) : []
  for (const axis of axes) checkReadsNothingAhead(scope, s, t, axis)
  const mine = t.axes.filter(a => !a.batch)
  if (mine.length !== axes.length || mine.some(a => !axes.includes(a))) {
    const over = (list: readonly Axis[]): string => (list.length === 0 ? '' : ` over ${formatAxes(list)}`)
    const declared = `${target.coding?.kind ?? 'real'}${over(axes)}`
    fail('RNN204', { name, declared, found: `${formatItem(t)}${over(mine)}` }, { span: s.value.span })
  }
  if (own?.kind === 'tensor') {
    const output = { text: sourceText(scope, s.value.span), labels: toldApart(t.item) }
    checkLabels(scope, own, output, s.value.span, true)
  }
  const sameSize = D.equal(D.product(t.item), D.product(target.item))
  if (target.coding === undefined && !sameSize) {
    const declared = formatItem({ dtype: target.dtype, item: target.item })
    fail('RNN204', { name, declared, found: formatItem(t) }, { span: s.value.span })
  }
  return { name, tensor: target.coding === undefined ? withItem(scope, t, target.item) : t, span: s.span }
}

/** Throws RNN331 if the prediction reads its target one step late and other values ahead: a generator does not have those yet. */
function checkReadsNothingAhead(scope: Scope, s: Predict, t: Tensor, axis: Axis): void {
  const name = s.target.text
  const cause = [...t.facts.ahead].find(([a]) => baseOf(a) === baseOf(axis))?.[1]
  if (cause === undefined || !t.facts.delayed.has(name)) return
  const { operation, value } = cause
  const line = scope.session.lineOf(cause.span)
  fail(
    'RNN331',
    { axis: axis.name, operation, line, value, output: `\`${name}\`` },
    {
      span: s.value.span,
      labels: [{ span: cause.span, text: 'reads later steps' }],
      help: pathOf(cause, line, `the answer for \`${name}\``),
    },
  )
}

/** Throws RNN233 for a value over an axis that an operation made, other than T-1: readers have only the lengths of the data's axes. */
export function readableAxes(t: Tensor, what: string, span: Span): Tensor {
  const own = (a: Axis): boolean => a.base === undefined || (a.dropped !== undefined && a.base.base === undefined)
  const made = t.axes.find(a => !own(a))
  if (made !== undefined) {
    const base = baseOf(made).name
    fail('RNN233', { what, axis: made.name, base }, { span })
  }
  return t
}

/** Keeps the order of axes, except that each comes after those along which its lengths differ. */
function outermostFirst(axes: readonly Axis[]): Axis[] {
  const sorted = new Set<Axis>()
  const put = (axis: Axis): void => {
    for (const outer of axis.lengths?.axes ?? []) if (axes.includes(outer)) put(outer)
    sorted.add(axis)
  }
  axes.forEach(put)
  return [...sorted]
}

export interface FinishedOutput extends Port {
  readonly value: Value
  /** As the model made it, before it was laid out for the user. */
  readonly tensor: Tensor
  readonly facts: Facts
  readonly span: Span
}

/** Converts an output to the user's layout: the batch first, zeros in the padding. */
export function finishOutput(scope: Scope, o: { name: string; tensor: Tensor; span: Span }): FinishedOutput {
  const { session } = scope
  const t = inOrder(scope, o.tensor)
  const clean = masked(scope, t, t.axes, 0)
  const axes = outermostFirst(clean.axes.filter(a => !a.batch))
  const item = clean.item.map(D.unlabelled)
  const value = expand(scope, { ...clean, item }, [session.batch, ...axes], item)
  return {
    name: o.name,
    dtype: clean.dtype,
    item,
    axes: axes.map(a => ({ name: a.name, size: a.size, ragged: a.lengths !== undefined })),
    ...(clean.coding && { coding: clean.coding }),
    value,
    tensor: o.tensor,
    facts: o.tensor.facts,
    span: o.span,
  }
}
