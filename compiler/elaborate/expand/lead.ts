// The lifting rule: a unit is applied over the axes of its arguments that its inputs do not declare, their lead.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Argument } from '../axes/argument.ts'
import { sameBaseHint } from '../tensors/checkAxes.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { formatAxes } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'

/** Lists the lead of an argument: its visible axes that its declaration does not name. */
export const leadOfOne = (scope: Scope, a: Argument): Axis[] =>
  visibleAxes(scope, a.tensor).filter(x => ![...a.declared.values()].includes(x))

/** Gives the largest lead of the arguments. Throws RNN211 unless it contains each of the others. */
export function leadOf(scope: Scope, args: readonly Argument[], span: Span): Axis[] {
  const leads = args.map(a => leadOfOne(scope, a))
  const largest = leads.reduce((a, b) => (b.length > a.length ? b : a), [])
  leads.forEach((lead, i) => {
    const extra = lead.filter(a => !largest.includes(a))
    if (extra.length > 0) {
      fail(
        'RNN211',
        {
          left: formatAxes(largest),
          right: formatAxes(lead),
          value: quoted(args[i].tensor.name, `\`${args[i].name}\``),
        },
        { span, ...sameBaseHint(largest, extra) },
      )
    }
  })
  return largest
}
