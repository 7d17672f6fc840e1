// JSON that is read to the last digit and the last key: `JSON.parse` rounds numbers, and keeps the last of two equal keys.

/** What `JSON.parse` gives a reviver besides: the text of a number, in engines that know it. */
interface Source {
  readonly source?: string
}

/**
 * The value of a key of an object, with each number that 64 bits change as the text that it is; `value` is what `JSON.parse` gave.
 * A look at what follows the key nearly always shows that there is no such number.
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

/** The value of a key of an object's own; undefined where it has none. */
export const own = (object: unknown, key: string): unknown =>
  isObject(object) ? Object.getOwnPropertyDescriptor(object, key)?.value : undefined

/** Whether numbers may stand in a text that 64 bits change: sixteen digits, or an exponent of three. */
const mayRound = (json: string): boolean => /\d{16}|[\d.]{17}|[eE][+-]?\d{3}/.test(json)

/** As `JSON.parse`, with each number that 64 bits change as the text that it is. */
const parseExactly = (json: string): unknown =>
  JSON.parse(json, (_key: string, value: unknown, context?: Source): unknown => {
    if (typeof value !== 'number') return value
    if (context?.source === undefined) throw new Error('this JavaScript engine does not show the digits of a number')
    return digitsOf(context.source) === digitsOf(String(value)) ? value : context.source
  })

/** A number as its significant digits and the power of ten behind them; two texts of one number have the same. */
function digitsOf(text: string): string {
  const [, sign, whole, decimals = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === undefined) return text
  const digits = `${whole}${decimals}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - decimals.length + digits.length - significant.length}`
}

/** A key that an object of a text has twice, if there is one; `value` is what `JSON.parse` gave for the text. */
export function repeatedKey(json: string, value: unknown): string | undefined {
  const written = keysWritten(json)
  // Nearly always they are as many as the object has, and nothing needs a closer look.
  if (isObject(value) && Object.keys(value).length === written) return undefined
  return keysIn(value) === written ? undefined : firstRepeated(json)
}

/** How many keys stand in a text: strings with a colon behind. */
function keysWritten(json: string): number {
  let keys = 0
  for (let open = json.indexOf('"'); open >= 0; ) {
    const close = endOfString(json, open)
    if (json.charCodeAt(skipBlanks(json, close + 1)) === colon) keys++
    open = json.indexOf('"', close + 1)
  }
  return keys
}

/** How many keys an object, and what it holds, has. */
function keysIn(value: unknown): number {
  let keys = 0
  // A list of what is still to be seen: nothing bounds how deep JSON is nested.
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

/** The place of the quote that ends the string that begins at `open`. */
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

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
