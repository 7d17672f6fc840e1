// Reads texts as numbers, and advises on texts that are none.

const withPoint = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const withComma = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/

/** Character before the decimals. */
export type DecimalMark = '.' | ','

/** Reads a text of decimal digits: ±∞ where 64 bits do not hold the number, NaN for any other text. Ignores blanks around it. */
export function numberOf(text: string, mark: DecimalMark = '.'): number {
  const pattern = mark === '.' ? withPoint : withComma
  if (pattern.test(text)) return Number(mark === '.' ? text : text.replace(',', '.'))
  const bare = text.trim()
  return bare === text ? Number.NaN : numberOf(bare, mark)
}

/** Expected type in messages on a number beyond 1.8e308. */
export const held = 'number that 64 bits hold'

/** Expected type in messages on a whole number that 64 bits round to another, as an id of 17 digits. */
export const exact = 'whole number that 64 bits hold to the last digit'

export const exactHelp =
  'if it is a name, number it as a label: `classes(…)`; if it is a measure, write it with a decimal point or an exponent'

/** Tells whether a text of digits alone is another whole number than the one that it was read as. */
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

/** Tells how to write a text that looks like a number; undefined for other texts. */
export const adviceFor = (text: string): string | undefined =>
  advice.find(([pattern]) => pattern.test(text.trim()))?.[1]
