// Finds the axis along which truncated back-propagation may cut the sequences of a model into windows.
import type { Span } from '../../../dsl/ast.ts'
import { diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { equal } from '../../ir/dim.ts'
import { allEqns } from '../../ir/graph.ts'
import { walks } from '../../ir/walks.ts'
import { throwAll } from '../values/collectProblems.ts'
import { pathOf } from '../values/facts.ts'
import { formatAxes } from '../values/formatType.ts'
import { type Axis, baseOf } from '../values/tensor.ts'
import type { LoweredModel } from './lowerModel.ts'

/**
 * Gives the axis that windows are cut along. Throws RNN332 unless the losses are over one ragged axis, which is the first of its
 * inputs and which nothing walks inside a step of another axis; RNN331 if a loss reads ahead along it.
 */
export function axisOfWindows(model: LoweredModel, span: Span | undefined): Axis {
  const { lineOf } = model.session
  const axes = [...new Set(model.losses.flatMap(({ tensor }) => tensor.axes.filter(a => !a.batch)))]
  const reduced = model.losses.flatMap(({ tensor }) => [...tensor.facts.whole])
  const refuse = (reason: string): never => fail('RNN332', { reason }, { ...(span && { span }) })
  if (axes.length > 1) refuse(`its losses are over ${formatAxes(axes)}, and windows are cut along one axis`)
  const [axis] = axes
  const [gone] = reduced.filter(([a]) => axis === undefined || baseOf(a) === axis)
  if (axis === undefined && gone === undefined) refuse('its loss is over no axis')
  if (gone !== undefined) {
    const [over, { operation, span: at }] = gone
    refuse(`\`${operation}\` on line ${lineOf(at)} leaves a single value of ${over.name} for the loss`)
  }
  if (baseOf(axis) !== axis) refuse(`its loss is over ${axis.name}, which is only part of ${baseOf(axis).name}`)
  if (axis.lengths === undefined) refuse(`${axis.name} has a fixed length, but a window would be shorter`)
  const inner = [...model.inputs, ...model.targets].find(p => p.axes.findIndex(a => equal(a.size, axis.size)) > 0)
  if (inner !== undefined) refuse(`${axis.name} is not the first axis of \`${inner.name}\``)
  const bodies = model.builder.eqns.flatMap(e => (e.body === undefined ? [] : [...allEqns(e.body)]))
  const apart = model.session.fromStart.find(f => equal(f.axis.size, axis.size) && !model.builder.owns(f.value))
  const nested = apart ?? bodies.find(e => walks(e, axis.size))
  if (nested !== undefined) {
    const place = nested.span === undefined ? 'a cell' : `line ${lineOf(nested.span)}`
    refuse(`${place} runs along ${axis.name} inside a step of another axis`)
  }
  throwAll(
    model.losses.flatMap(loss => {
      const cause = [...loss.tensor.facts.ahead].find(([a]) => baseOf(a) === axis)?.[1]
      if (cause === undefined) return []
      const { operation, value, span: at } = cause
      const values = { axis: axis.name, operation, line: lineOf(at), value, output: 'the loss' }
      const labels = [{ span: at, text: 'needs later steps' }]
      return [
        diagnostic('RNN331', values, {
          span: loss.span,
          labels,
          help: `\`truncate\` cuts the sequences, so the end is missing; ${pathOf(cause, lineOf(at), 'the loss')}`,
        }),
      ]
    }),
  )
  return axis
}
