// Decodes a text that comes in pieces of bytes: UTF-8, given on as it comes, whatever its lines.
import { fail } from '../../dsl/diagnostics.ts'
import { joinedBytes } from '../../dsl/joinedBytes.ts'
import { pieceLength } from './lineText.ts'
import { foreignFormat, holdsNul, lineEnds, notUtf8, saveAsUtf8 } from './notText.ts'
import { invalidAt } from './utf8.ts'
import type { TextFile } from './value.ts'

/** Most bytes of a character that are there before its last. */
const mostOpen = 3

/** Yields a text piece by piece, without a byte order mark. RNN410 for bytes that are not UTF-8, and for a NUL. */
export async function* decodedText({ path, pieces }: TextFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const malformed = (reason: string): never => fail('RNN410', { file: path, reason }, { help: saveAsUtf8 })
  /** The last bytes before, and the numbers of all before and of their lines. */
  let last: Uint8Array = new Uint8Array()
  let [before, lines] = [0, 0]
  let foreign: string | undefined
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes.length > 0 })
    } catch {
      const open = last.subarray(openFrom(last))
      return malformed(notUtf8(joinedBytes([open, bytes]), { lines, bytes: before - open.length, foreign }))
    }
  }
  for await (const all of pieces) {
    for (let from = 0; from < all.length; from += pieceLength) {
      const bytes = all.subarray(from, from + pieceLength)
      if (before === 0) foreign = foreignFormat(bytes)
      const text = decode(bytes)
      const nul = bytes.indexOf(0)
      if (nul >= 0) malformed(`line ${lines + lineEnds(bytes.subarray(0, nul), last.at(-1)) + 1} ${holdsNul}`)
      yield text
      lines += lineEnds(bytes, last.at(-1))
      before += bytes.length
      last = joinedBytes([last, bytes.subarray(-mostOpen)]).slice(-mostOpen)
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
