// Reads the setting `clip` of a `train` block.
import type { Expr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { type Clip, clips } from '../../ir/clip.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'
import { readNumber } from './readNumber.ts'

/** Reads `norm(1)`, say. Throws RNN231 for another form, and RNN207 for a limit that is not above 0. */
export function readClip(scope: Scope, e: Expr): Clip {
  const by = e.kind === 'call' && e.callee.kind === 'name' ? e.callee.name : ''
  const [arg, ...more] = e.kind === 'call' ? e.args : []
  const isLimit = arg?.kind === 'positional' && more.length === 0
  if (!isClip(by) || !isLimit) {
    const found = `\`${sourceText(scope, e.span)}\``
    return fail('RNN231', { what: '`clip`', expected, found }, { span: e.span })
  }
  const limit = readNumber(scope, arg.value, 'a limit')
  if (limit > 0) return { by, limit }
  const what = `the limit of \`${by}\``
  return fail('RNN207', { what, expected: 'a number above 0', found: String(limit) }, { span: arg.value.span })
}

const isClip = (name: string): name is Clip['by'] => Object.hasOwn(clips, name)

const forms = Object.entries(clips).map(([by, limit]) => `\`${by}(${limit})\``)

/** The forms, as a message lists them. */
const expected = `${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`
