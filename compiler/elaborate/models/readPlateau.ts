// Reads the setting `plateau` of a `train` block.
import type { Expr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import type { Plateau } from './plateau.ts'
import { readNumber } from './readNumber.ts'

/** Reads `reduce(0.5, 5)`. Throws RNN231 for another form, and RNN207 for numbers out of range. */
export function readPlateau(scope: Scope, e: Expr): Plateau {
  const isReduce = e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === 'reduce'
  const [by, after, ...more] = isReduce ? e.args : []
  if (by?.kind !== 'positional' || after?.kind !== 'positional' || more.length > 0) {
    const found = `\`${sourceText(scope, e.span)}\``
    return fail('RNN231', { what: '`plateau`', expected: '`reduce(0.5, 5)`', found }, { span: e.span })
  }
  const factor = readNumber(scope, by.value, 'the factor of `reduce`')
  const epochs = readNumber(scope, after.value, 'the epochs of `reduce`')
  if (!(factor > 0 && factor < 1)) {
    const expected = 'a number above 0 and below 1'
    fail('RNN207', { what: 'the factor of `reduce`', expected, found: String(factor) }, { span: by.value.span })
  }
  if (Number.isSafeInteger(epochs) && epochs >= 1) return { factor, epochs }
  const expected = 'a whole number of at least 1'
  return fail('RNN207', { what: 'the epochs of `reduce`', expected, found: String(epochs) }, { span: after.value.span })
}
