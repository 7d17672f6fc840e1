// The type of the texts of an input or target: labels and tokens.
import type { Field } from './layout.ts'
import { textCode } from './textCode.ts'

/** The type of the texts of a field; undefined where its values are numbers. A vocabulary may be too long to list. */
export function textType({ encoding }: Field): string | undefined {
  if (encoding?.kind === 'tokens') return 'string'
  return encoding?.kind === 'classes' ? union(encoding.labels) : undefined
}

const union = (labels: readonly string[]): string => labels.map(textCode).join(' | ') || 'never'

/** The type of one value of a field: a number, or a text where it has some. */
export function valueType(field: Field): string {
  const texts = textType(field)
  return texts === undefined ? 'number' : `number | ${texts}`
}
