// Packed bytes unpack to themselves, by a decoder that follows the specification of LZ4's blocks word for word.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { packed } from '../../runtime/build/lz4.ts'
import { helpersFor } from '../../runtime/build/moduleHelpers.ts'

const unpack = new Function('block', 'length', `${helpersFor('unpack(')}\nreturn unpack(block, length)`)

const unpacksTo = (bytes: Uint8Array): void => {
  const block = packed(bytes)
  assert.deepEqual(unpack(block, bytes.length), bytes)
}

describe('LZ4', () => {
  it('packs what repeats', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i % 7) * (i % 5))
    unpacksTo(bytes)
    assert.ok(packed(bytes).length < 100, `${packed(bytes).length} bytes`)
  })

  it('keeps to the format: the last five bytes are no repeat', () => {
    // A token for a byte as it is and a repeat of 15 + 255 + 5, its distance, and a token for five bytes.
    const repeat = [0x1f, 7, 1, 0, 255, 75 - 1 + 0]
    const length = 1 + (15 + 4 + 255 + repeat[5]) + 5
    assert.deepEqual([...packed(new Uint8Array(length).fill(7))], [...repeat, 0x50, 7, 7, 7, 7, 7])
  })

  it('unpacks to the same bytes, whatever they are', () => {
    unpacksTo(new Uint8Array(0))
    const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 400 })), { maxLength: 40 })
    fc.assert(
      fc.property(runs, found => unpacksTo(Uint8Array.from(found.flatMap(([b, count]) => Array(count).fill(b))))),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), unpacksTo))
    unpacksTo(Uint8Array.from({ length: 200_000 }, (_, i) => (i * i * 7919) >> (i % 11)))
  })
})
