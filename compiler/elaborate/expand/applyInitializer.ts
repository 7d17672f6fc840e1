// Gives a distribution of initial values its arguments: `uniform(-0.1, 0.1)`.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { asNumber } from '../tensors/convert.ts'
import type { Entity } from '../values/entity.ts'
import { type InitializerName, initializers, outOfRange, takes } from '../values/initializers.ts'
import type { Scope } from '../values/scope.ts'
import { placed, type UnitArgs, wereGiven } from './arguments.ts'

/** Throws RNN208 for another number of arguments than it takes, and RNN207 for one out of range. */
export function applyInitializer(scope: Scope, initializer: InitializerName, given: UnitArgs, span: Span): Entity {
  const written: readonly (readonly string[])[] = initializers[initializer]
  const all = placed({ name: initializer, names: written.at(-1) ?? [] }, given, span)
  const numbers = all.map(a => asNumber(scope, a.entity, `an argument of ${initializer}`, a.span))
  if (!takes(initializer, numbers.length)) {
    const expected = written.map(names => `(${names.join(', ')})`).join(' or ')
    fail('RNN208', { callee: initializer, expected, found: wereGiven(numbers.length) }, { span })
  }
  const wrong = outOfRange(initializer, numbers)
  if (wrong !== undefined) {
    const [what, found] = [`\`${wrong.argument}\` of ${initializer}`, String(numbers[wrong.place])]
    fail('RNN207', { what, expected: wrong.expected, found }, { span: all[wrong.place].span })
  }
  return { kind: 'init', init: { kind: 'draw', initializer, args: numbers } }
}
