// Applies a layer: runs its body once, mapped over the axes that its inputs do not declare.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Argument } from '../axes/argument.ts'
import { asTensor } from '../tensors/convert.ts'
import type { Instance, Result } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { UnitArgs } from './arguments.ts'
import { runBody } from './body.ts'
import { declare } from './declareMembers.ts'
import { outside } from './outside.ts'

/** Applies a layer to its arguments. Throws RNN208 for `over`, as only a cell goes along an axis. */
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
      { callee: instance.unit.name.text, expected: 'only its inputs', found: '`over` was' },
      { span: given.over.span },
    )
  for (const arg of args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)
  const { returned, outputs } = runBody(inner, instance.unit.body)
  return {
    kind: 'result',
    unit: instance.unit.name.text,
    value: returned === undefined ? undefined : outside(asTensor(inner, returned, span)),
    outputs: new Map([...outputs].map(([name, t]) => [name, outside(t)])),
    name: '',
  }
}
