// Decodes a text that comes in pieces of bytes: UTF-8, given on as it comes, whatever its lines.
import { fail } from '../../dsl/diagnostics.ts'
import { pieceLength } from './lineText.ts'
import { invalidAt } from './utf8.ts'
import type { TextFile } from './value.ts'

/** Most bytes of a character that are there before its last. */
const mostOpen = 3

/** Yields a text piece by piece, without a byte order mark. RNN410 for bytes that are not UTF-8, and for a NUL. */
export async function* decodedText({ path, pieces }: TextFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  /** The last bytes before, the number of all of them, and that of the ends of lines. */
  let last: Uint8Array = new Uint8Array()
  let before = 0
  let lines = 0
  const malformed = (reason: string): never =>
    fail('RNN410', { file: path, reason }, { help: 'save the file as UTF-8' })
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes.length > 0 })
    } catch {
      const open = last.subarray(openFrom(last))
      const whole = Uint8Array.of(...open, ...bytes)
      const at = invalidAt(whole)
      if (before < 2 && isUtf16(whole)) return malformed('it is UTF-16, and not UTF-8 text')
      const line = lines + linesIn(whole.subarray(0, at)) + 1
      const byte = `0x${whole[at].toString(16).toUpperCase().padStart(2, '0')}`
      return malformed(`line ${line} is not UTF-8 text: the byte at offset ${before - open.length + at} is ${byte}`)
    }
  }
  for await (const all of pieces) {
    for (let from = 0; from < all.length; from += pieceLength) {
      const bytes = all.subarray(from, from + pieceLength)
      const text = decode(bytes)
      const nul = text.indexOf('\0')
      if (nul >= 0) {
        const line = lines + linesIn(new TextEncoder().encode(text.slice(0, nul))) + 1
        malformed(`line ${line} holds a NUL: it is no text, or text in UTF-16`)
      }
      yield text
      lines += linesIn(bytes)
      before += bytes.length
      last = Uint8Array.of(...last, ...bytes.subarray(-mostOpen)).slice(-mostOpen)
    }
  }
  const rest = decode(new Uint8Array())
  if (rest !== '') yield rest
}

/** Finds the place from which the last bytes of a valid text are the beginning of a character; their number where there is none. */
function openFrom(last: Uint8Array): number {
  const lead = last.findLastIndex(byte => byte < 0x80 || byte >= 0xc0)
  return lead >= 0 && last[lead] >= 0xc0 && invalidAt(last.subarray(lead)) === 0 ? lead : last.length
}

const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

const linesIn = (bytes: Uint8Array): number => bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0)
