// What a text must be to be a number, and how to help with one that is not.

const withPoint = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const withComma = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/

/** The character before the decimals. */
export type DecimalMark = '.' | ','

/** The number that a text is in decimal digits, ±∞ where 64 bits do not hold it; NaN for any other text. Blanks around it count for nothing. */
export function numberOf(text: string, mark: DecimalMark = '.'): number {
  const pattern = mark === '.' ? withPoint : withComma
  if (pattern.test(text)) return Number(mark === '.' ? text : text.replace(',', '.'))
  const bare = text.trim()
  return bare === text ? Number.NaN : numberOf(bare, mark)
}

/** What a number beyond 1.8e308 is not, for messages. */
export const held = 'number that 64 bits hold'

/** What a whole number is not that 64 bits round to another, as an id of 17 digits, for messages. */
export const exact = 'whole number that 64 bits hold to the last digit'

export const exactHelp =
  'if it is a name, number it as a label: `classes(…)`; if it is a measure, write it with a decimal point or an exponent'

/** Whether a text of digits alone is another whole number than the one that it was read as. */
export const losesDigits = (text: string, value: number): boolean =>
  Math.abs(value) > Number.MAX_SAFE_INTEGER &&
  /^\s*[+-]?\d+\s*$/.test(text) &&
  BigInt(text.replace('+', '')) !== BigInt(value)

const advice: readonly (readonly [RegExp, string])[] = [
  [/^(true|false)$/i, 'truths feed an input `bool`; `classes(…)` numbers them as labels'],
  [
    /^[+-]?\d+,\d+([eE][+-]?\d+)?$/,
    'if the comma is before the decimals, say so: `csv("…", decimal = ",")`; between groups of digits stands nothing',
  ],
  [/^[+-]?\d{1,3}([ _.,'’\u00a0\u202f]\d{3})+([.,]\d+)?$/, 'write its digits without anything between them'],
  [/^[+-]?0[xob][\da-f]+$/i, 'write it in decimal digits'],
]

/** How to write what seems to be a number; undefined for other texts. */
export const adviceFor = (text: string): string | undefined =>
  advice.find(([pattern]) => pattern.test(text.trim()))?.[1]
