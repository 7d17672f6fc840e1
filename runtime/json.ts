// Reads JSON to the last digit and the last key: `JSON.parse` rounds numbers, and keeps the last of two equal keys.

/** A value of `JSON.parse`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Third argument that `JSON.parse` gives a reviver: the text of a number, in engines that know it. */
interface Source {
  readonly source?: string
}

/**
 * Gives the value of a key of an object, with each number that 64 bits would round kept as text; `value` is the result of `JSON.parse`.
 * A look at the text after the key nearly always shows that there is no such number.
 */
export function exactValue(json: string, key: string, value: unknown): unknown {
  if (typeof value !== 'number' && !Array.isArray(value)) return value
  const name = JSON.stringify(key)
  const at = json.indexOf(name)
  const isAlone = at > 0 && json.charCodeAt(at - 1) !== backslash && json.indexOf(name, at + 1) < 0
  const following = /\s*:([-\d\s.,eE+[\]]*)/y
  following.lastIndex = at + name.length
  const [, numbers] = (isAlone && following.exec(json)) || [undefined, json]
  return mayRound(numbers) ? own(parseExactly(json), key) : value
}

/** Gives the value of an object's own key; undefined where it has none. */
export const own = (object: unknown, key: string): unknown =>
  isObject(object) ? Object.getOwnPropertyDescriptor(object, key)?.value : undefined

/** Tells whether a text may hold numbers that 64 bits round: sixteen digits, or an exponent of three. */
const mayRound = (json: string): boolean => /\d{16}|[\d.]{17}|[eE][+-]?\d{3}/.test(json)

/** As `JSON.parse`, but keeps each number that 64 bits round as its text. */
const parseExactly = (json: string): unknown =>
  JSON.parse(json, (_key: string, value: unknown, context?: Source): unknown => {
    if (typeof value !== 'number') return value
    if (context?.source === undefined) throw new Error('this JavaScript engine does not show the digits of a number')
    return digitsOf(context.source) === digitsOf(String(value)) ? value : context.source
  })

/** Writes a number as its significant digits and a power of ten, the same for all texts of one number. */
function digitsOf(text: string): string {
  const [, sign, whole, decimals = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === undefined) return text
  const digits = `${whole}${decimals}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - decimals.length + digits.length - significant.length}`
}

/** Finds a key that an object in a text has twice, if there is one; `value` is the result of `JSON.parse` for the text. */
export function repeatedKey(json: string, value: unknown): string | undefined {
  const written = keysWritten(json)
  // Nearly always the counts are equal, and nothing needs a closer look.
  if (isObject(value) && Object.keys(value).length === written) return undefined
  return keysIn(value) === written ? undefined : firstRepeated(json)
}

/** Counts the keys in a text: strings followed by a colon. */
function keysWritten(json: string): number {
  let keys = 0
  for (let open = json.indexOf('"'); open >= 0; ) {
    const close = endOfString(json, open)
    if (json.charCodeAt(skipBlanks(json, close + 1)) === colon) keys++
    open = json.indexOf('"', close + 1)
  }
  return keys
}

/** Counts the keys of an object and of all objects inside it. */
function keysIn(value: unknown): number {
  let keys = 0
  // Keeps a list of values still to visit instead of recursing: JSON may be nested to any depth.
  const rest: unknown[] = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (Array.isArray(next)) for (const item of next) rest.push(item)
    else if (isObject(next)) {
      for (const item of Object.values(next)) {
        keys++
        rest.push(item)
      }
    }
  }
  return keys
}

function firstRepeated(json: string): string | undefined {
  const objects: Set<string>[] = []
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '{') objects.push(new Set())
    else if (character === '}') objects.pop()
    else if (character === '"') {
      const close = endOfString(json, i)
      if (json.charCodeAt(skipBlanks(json, close + 1)) === colon) {
        const key = String(JSON.parse(json.slice(i, close + 1)))
        const keys = objects[objects.length - 1]
        if (keys?.has(key)) return key
        keys?.add(key)
      }
      i = close
    }
  }
  return undefined
}

const [colon, backslash] = [':', '\\'].map(c => c.charCodeAt(0))

/** Finds the quote that ends the string that begins at `open`. */
function endOfString(json: string, open: number): number {
  for (let close = json.indexOf('"', open + 1); ; close = json.indexOf('"', close + 1)) {
    let slashes = 0
    while (json.charCodeAt(close - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return close
  }
}

function skipBlanks(json: string, from: number): number {
  let i = from
  while (i < json.length && json.charCodeAt(i) <= 32) i++
  return i
}

/** Tells whether a value of `JSON.parse` is an object. */
export const isObject = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
