// Reads texts as numbers, and advises on texts that are none.

const withPoint = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const withComma = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/

/** Character before the decimals. */
export type DecimalMark = '.' | ','

/** Powers of ten that 64 bits hold exactly, as far as `shortNumber` needs them. */
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

const [zero, nine, minus, markCodes] = [48, 57, 45, { '.': 46, ',': 44 } as const] as const

/**
 * Reads a text of at most 15 digits, with a mark among them and a minus in front or without; undefined for any other. The digits and the
 * power of ten are exact, so that one division rounds to the nearest as `Number` does, at a fifth of its time.
 */
function shortNumber(text: string, mark: DecimalMark): number | undefined {
  const isNegative = text.charCodeAt(0) === minus
  const first = isNegative ? 1 : 0
  let digits = 0
  let decimals = -1
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= zero && code <= nine) {
      digits = digits * 10 + code - zero
      if (decimals >= 0) decimals++
    } else if (code === markCodes[mark] && decimals < 0) decimals = 0
    else return undefined
  }
  const count = text.length - first - (decimals < 0 ? 0 : 1)
  if (count < 1 || count > 15) return undefined
  const size = decimals > 0 ? digits / powers[decimals] : digits
  return isNegative ? -size : size
}

/** Reads a text of decimal digits: ±∞ where 64 bits do not hold the number, NaN for any other text. Ignores blanks around it. */
export function numberOf(text: string, mark: DecimalMark = '.'): number {
  const short = shortNumber(text, mark)
  if (short !== undefined) return short
  const pattern = mark === '.' ? withPoint : withComma
  if (pattern.test(text)) return Number(mark === '.' ? text : text.replace(',', '.'))
  const bare = text.trim()
  return bare === text ? Number.NaN : numberOf(bare, mark)
}

/** Expected type in messages on a number beyond 1.8e308. */
export const held = 'number that 64 bits hold'

/** Expected type in messages on a whole number that 64 bits round to another, as an id of 17 digits. */
export const exact = 'whole number that a 64-bit float holds exactly'

export const exactHelp =
  'if it is a label, number it with `classes(…)`; if it is a measurement, write it with a decimal point or an exponent'

/** Tells whether a text of digits alone is another whole number than the one that it was read as. */
export const losesDigits = (text: string, value: number): boolean =>
  Math.abs(value) > Number.MAX_SAFE_INTEGER &&
  /^\s*[+-]?\d+\s*$/.test(text) &&
  BigInt(text.replace('+', '')) !== BigInt(value)

const advice: readonly (readonly [RegExp, string])[] = [
  [/^(true|false)$/i, 'bools need an input of type `bool`; `classes(…)` numbers them as labels'],
  [
    /^[+-]?\d+,\d+([eE][+-]?\d+)?$/,
    'for a decimal comma write `csv("…", decimal = ",")`; remove separators between groups of digits',
  ],
  [/^[+-]?\d{1,3}([ _.,'’\u00a0\u202f]\d{3})+([.,]\d+)?$/, 'write the digits without separators'],
  [/^[+-]?0[xob][\da-f]+$/i, 'write it in decimal digits'],
]

/** Tells how to write a text that looks like a number; undefined for other texts. */
export const adviceFor = (text: string): string | undefined =>
  advice.find(([pattern]) => pattern.test(text.trim()))?.[1]
