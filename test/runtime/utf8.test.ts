import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { invalidAt } from '../../runtime/data/utf8.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function isText(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Bytes on either side of every border of RFC 3629. */
const byte = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef),
  fc.constantFrom(0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
)

test('the bytes before the place are text, and those up to the one after it begin none', () => {
  const bytes = fc.oneof(
    fc.array(byte, { maxLength: 12 }).map(all => Uint8Array.from(all)),
    fc.string({ unit: 'binary' }).map(text => new TextEncoder().encode(text)),
  )
  fc.assert(
    fc.property(bytes, all => {
      const at = invalidAt(all)
      assert.equal(at < 0, isText(all))
      if (at >= 0) assert.ok(isText(all.subarray(0, at)) && !isText(all.subarray(0, at + 1)))
    }),
  )
})
