// Special labels: those that begin and end a sequence, and those that are never chosen.
import type { Fitted } from '../data/fitted.ts'

export interface SpecialLabels {
  /** Label that begins each sequence. */
  readonly start?: number
  /** Label that ends the sequence, and is not an element of it. */
  readonly end?: number
  /** Labels that are never chosen. */
  readonly never: readonly number[]
}

export const noSpecials: SpecialLabels = { never: [] }

/**
 * Finds the special labels of the targets whose values are tokens. Padding and the unknown token never occur in a text; but
 * over an axis of fixed length without an end token (`isFixed`), padding fills the rest.
 */
export function specialLabels(fitted: Fitted | undefined, isFixed: boolean): Readonly<Record<string, SpecialLabels>> {
  const found = Object.entries(fitted?.ports ?? {}).flatMap(([name, encoding]): [string, SpecialLabels][] => {
    if (encoding.kind !== 'tokens') return []
    const { start, end, unknown } = encoding
    const never = [
      ...(isFixed && end === undefined ? [] : [0]),
      ...(typeof unknown === 'number' ? [unknown] : []),
      ...(start === undefined ? [] : [start]),
    ]
    return [[name, { never, ...(start !== undefined && { start }), ...(end !== undefined && { end }) }]]
  })
  return Object.fromEntries(found)
}
