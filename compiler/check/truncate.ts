// Truncated back-propagation: may the sequences of this model be cut into windows?
import type { Span } from '../../dsl/ast.ts'
import { type Diagnostic, diagnostic } from '../../dsl/diagnostics.ts'
import type { LoweredModel } from './model.ts'
import { baseOf, formatAxes, pathOf } from './tensor.ts'

/** RNN332 unless the losses are over one axis, RNN331 where one of them reads ahead along it. */
export function checkTruncate(model: LoweredModel, span: Span | undefined): Diagnostic[] {
  const { lineOf } = model.session
  const sequences = model.losses.map(({ tensor }) => tensor.axes.filter(a => !a.batch).map(baseOf))
  const axes = [...new Set(sequences.flat())]
  const reduced = model.losses.flatMap(({ tensor }) => [...tensor.facts.whole])
  const refuse = (reason: string): Diagnostic[] => [diagnostic('RNN332', { reason }, { ...(span && { span }) })]
  if (axes.length > 1) return refuse(`its losses are over ${formatAxes(axes)}, and windows are cut along one axis`)
  const [axis] = axes
  const [gone] = reduced.filter(([a]) => axis === undefined || baseOf(a) === axis)
  if (axis === undefined && gone === undefined) return refuse('its loss is over no axis')
  if (gone !== undefined) {
    const [over, { operation, span: at }] = gone
    return refuse(`\`${operation}\` on line ${lineOf(at)} leaves one value of ${over.name} for its loss`)
  }
  return model.losses.flatMap(loss => {
    const cause = [...loss.tensor.facts.ahead].find(([a]) => baseOf(a) === axis)?.[1]
    if (cause === undefined) return []
    const { operation, value, span: at } = cause
    const values = { axis: axis.name, operation, line: lineOf(at), value, output: 'the loss' }
    const labels = [{ span: at, text: 'needs what comes later' }]
    return [
      diagnostic('RNN331', values, {
        span: loss.span,
        labels,
        help: `\`truncate\` cuts the sequences, so that the end is not there; ${pathOf(cause, lineOf(at), 'the loss')}`,
      }),
    ]
  })
}
