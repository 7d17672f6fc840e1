// Notes for messages on the sizes that data binds.
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import { freeName } from './bindSizes.ts'
import { type Fitted, textsOf } from './fitted.ts'
import { shown } from './shown.ts'

/** Greatest number of labels that a note shows, and of characters of each. */
const most = 8
const longest = 20

/** Lists the labels that each size counts: `no, unknown, yes`. */
export function labelNotes({ inputs, targets }: Signature, { ports }: Pick<Fitted, 'ports'>): Record<string, string> {
  const notes = [...inputs, ...targets].flatMap(({ name, coding }): [string, string][] => {
    const encoding = Object.hasOwn(ports, name) ? ports[name] : undefined
    const size = coding && freeName(coding.size)
    if (encoding === undefined || encoding.kind === 'numbers' || size === undefined) return []
    const labels = textsOf(encoding)
    return [
      [
        size,
        [...labels.slice(0, most).map(label => shown(label, longest)), ...(labels.length > most ? ['…'] : [])].join(
          ', ',
        ),
      ],
    ]
  })
  return Object.fromEntries(notes)
}
