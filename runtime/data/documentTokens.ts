// Cuts a text into tokens as it is read: of a large one only the numbers of its tokens are in memory.
import { fail } from '../../dsl/diagnostics.ts'
import { decodedText } from './decodedText.ts'
import { GrowingInts } from './growing.ts'
import { ownText } from './labelTables.ts'
import type { Document } from './value.ts'
import { type Reading, type Specials, tokensOf } from './vocabulary.ts'

export interface DocumentTokens {
  /** Each token that occurs, in the order of their first occurrence. */
  readonly distinct: readonly string[]
  /** Where each of them occurs first: `a.txt, line 3`. */
  readonly places: readonly string[]
  /** The text as places in `distinct`. */
  readonly ids: Int32Array
}

/** Numbers tokens as they come. */
class TokenNumbers {
  readonly distinct: string[] = []
  readonly places: string[] = []
  readonly ids = new GrowingInts()
  readonly #known = new Map<string, number>()
  #file = ''
  #line = 1
  /** Whether the last character was a CR, which ends a line also with the LF behind it. */
  #afterReturn = false

  begin(file: string): void {
    this.#file = file
    this.#line = 1
    this.#afterReturn = false
  }

  add(token: string): number {
    let id = this.#known.get(token)
    if (id === undefined) {
      const own = ownText(token)
      id = this.distinct.push(own) - 1
      this.places.push(`${this.#file}, line ${this.#line}`)
      this.#known.set(own, id)
    }
    this.ids.push(id)
    return id
  }

  /** Counts the line that a character ends. */
  pass(code: number): void {
    if (code === carriageReturn || (code === lineFeed && !this.#afterReturn)) this.#line++
    this.#afterReturn = code === carriageReturn
  }
}

const [lineFeed, carriageReturn] = [10, 13]

/** Takes a text piece by piece. */
interface Cutter {
  readonly add: (text: string) => void
  readonly end: () => void
}

/**
 * Reads the tokens of a text; with `start` and `end` each of its files has these tokens around it. RNN405 where its files have none, and
 * the errors of reading, without a place in the program.
 */
export async function documentTokens(
  { path, files }: Document,
  reading: Reading,
  { start, end }: Pick<Specials, 'start' | 'end'>,
): Promise<DocumentTokens> {
  const numbers = new TokenNumbers()
  const cutter = reading.by === 'characters' ? characterCutter(numbers, reading) : wordCutter(numbers, reading)
  let hasFiles = false
  for await (const file of files()) {
    hasFiles = true
    numbers.begin(file.path)
    if (start !== undefined) numbers.add(start)
    for await (const text of decodedText(file)) cutter.add(text)
    cutter.end()
    if (end !== undefined) numbers.add(end)
  }
  const { distinct, places } = numbers
  const ids = numbers.ids.take()
  if (hasFiles && ids.length === 0) fail('RNN405', { what: `the text of \`${path}\`` }, { help: 'it has no tokens' })
  return { distinct, places, ids }
}

/** Cuts characters. A table tells the number of each code point, as there may be a hundred million of them. */
function characterCutter(numbers: TokenNumbers, { lower, filters }: Reading): Cutter {
  const table = new Int32Array(0x110000)
  const [unknown, leftOut] = [0, -1]
  for (const character of filters) table[character.codePointAt(0) ?? 0] = leftOut
  const read = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      const point = text.codePointAt(i) ?? 0
      if (point > 0xffff) i++
      const found = table[point]
      if (found === unknown) table[point] = numbers.add(String.fromCodePoint(point)) + 1
      else if (found !== leftOut) numbers.ids.push(found - 1)
      numbers.pass(point)
    }
  }
  // The case of a letter may depend on the word that it stands in.
  return lower ? atGaps(text => read(text.toLowerCase())) : { add: read, end: () => {} }
}

function wordCutter(numbers: TokenNumbers, reading: Reading): Cutter {
  return atGaps(text => {
    for (let from = 0; from < text.length; ) {
      const end = text.slice(from).search(/[\r\n]/)
      const to = end < 0 ? text.length : from + end + 1
      for (const token of tokensOf(text.slice(from, to), reading)) numbers.add(token)
      numbers.pass(text.charCodeAt(to - 1))
      from = to
    }
  })
}

/** Gives a text on in pieces that end with white space, so that no word is cut. */
function atGaps(read: (text: string) => void): Cutter {
  let pending = ''
  return {
    add: text => {
      // The last of them, but for the one that belongs to the word around it, where case is concerned.
      const gap = text.search(/[^\S\uFEFF][\S\uFEFF]*$/)
      if (gap < 0) {
        pending += text
        return
      }
      read(pending + text.slice(0, gap + 1))
      pending = text.slice(gap + 1)
    },
    end: () => {
      read(pending)
      pending = ''
    },
  }
}
