// Makes built-in functions. Each is defined in one file of this folder and listed in index.ts.
import { fail } from '../../../dsl/diagnostics.ts'
import { asTensor } from '../tensors/convert.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import type { Entity } from '../values/entity.ts'
import { type Axis, baseOf, type Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'

/** Makes a built-in function of tensors. */
export function builtin(
  name: string,
  params: string,
  arity: number | readonly [number, number],
  apply: (call: Call, ...args: Tensor[]) => Entity,
  options: { takesAxis?: boolean } = {},
): Builtin {
  const [least, most] = typeof arity === 'number' ? [arity, arity] : arity
  return {
    name,
    params,
    arity: [least, most],
    names: params.split(', ').map(p => p.split(' ')[0]),
    takesAxis: options.takesAxis ?? false,
    apply: call => apply(call, ...call.args.map(a => asTensor(call.scope, a, call.span))),
  }
}

/** Options of a function along an axis. */
export const overAxis = { takesAxis: true }

/** Gives the axis of a value named by `over`, else its only one. Throws RNN215 if it has none, RNN214 if it has several. */
export function axisOf(call: Call, callee: string, t: Tensor): Axis {
  if (call.over !== undefined) return call.over.axis(t)
  const candidates = visibleAxes(call.scope, t)
  if (candidates.length === 1) return candidates[0]
  if (candidates.length === 0)
    fail('RNN215', { value: quoted(t.name, 'this value'), axis: 'any axis' }, { span: call.span })
  return fail(
    'RNN214',
    { callee: `\`${callee}\``, axes: candidates.map(a => a.name).join(' and '), axis: baseOf(candidates[0]).name },
    { span: call.span },
  )
}
