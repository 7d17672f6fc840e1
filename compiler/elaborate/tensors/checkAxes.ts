// Checks that the axes of operands fit together: those of one contain the axes of all others.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { formatAxes } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { visibleAxes } from './visibleAxes.ts'

/** Throws RNN211 unless one operand's visible axes contain all the others', and RNN212 if a target would be repeated. */
export function checkAxes(scope: Scope, tensors: readonly Tensor[], span: Span): void {
  const seen = tensors.map(t => visibleAxes(scope, t))
  const largest = seen.reduce((a, b) => (b.length > a.length ? b : a), [])
  const largestTensor = tensors[seen.indexOf(largest)]
  seen.forEach((axes, i) => {
    const extra = axes.filter(a => !largest.includes(a))
    if (extra.length > 0) {
      fail(
        'RNN211',
        { left: formatAxes(largest), right: formatAxes(axes), value: quoted(tensors[i].name, 'it') },
        {
          span,
          caret: `${quoted(largestTensor.name, 'one side')} is over ${formatAxes(largest)}, ${quoted(tensors[i].name, 'the other')} over ${formatAxes(axes)}`,
          ...sameBaseHint(largest, extra),
        },
      )
    }
    const [target] = tensors[i].facts.targets
    if (target !== undefined && axes.length < largest.length) {
      const [axis] = largest.filter(a => !axes.includes(a))
      const value = quoted(largestTensor.name || (scope.call?.argument ?? ''), 'the value')
      fail('RNN212', { value, axis: axis.name, target }, { span })
    }
  })
}

/** Suggests a remedy if two different axes derive from one. */
export function sameBaseHint(some: readonly Axis[], others: readonly Axis[]): { help?: string } {
  const pairs = others.flatMap(a => some.filter(b => baseOf(a) === baseOf(b)).map(b => [a, b]))
  if (pairs.length === 0) return {}
  const [[a, b]] = pairs
  const shortened = [a, b].some(x => x.dropped !== undefined)
  const base = baseOf(a).name
  return {
    help: shortened
      ? `shorten both sides: \`drop_first\` and \`drop_last\` of values over ${base} are over the same axis`
      : `${a.name} and ${b.name} have different lengths: apply the same operation to both sides, or first reduce ${base}`,
  }
}
