import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../runtime/safetensors.ts'
import { failing } from './support.ts'

const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 3 })
const tensor = shape.chain(shape => {
  const length = shape.reduce((n, d) => n * d, 1)
  const exactly = { minLength: length, maxLength: length }
  return fc.oneof(
    fc.float32Array(exactly).map((data): Tensor => ({ shape, data })),
    fc.float64Array(exactly).map((data): Tensor => ({ shape, data })),
    fc.int32Array(exactly).map((data): Tensor => ({ shape, data })),
  )
})
const name = fc.string({ unit: 'grapheme' }).filter(n => n !== '__metadata__')
const files = fc.record({
  tensors: fc.array(fc.tuple(name, tensor)).map(all => new Map(all)),
  metadata: fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))).map(all => Object.fromEntries(all)),
})

test('decoding gives back what was encoded', () => {
  fc.assert(
    fc.property(files, fc.nat({ max: 7 }), (file, offset) => {
      const bytes = encodeSafetensors(file)
      assert.equal(new DataView(bytes.buffer).getUint32(0, true) % 8, 0)
      // As a part of a larger buffer, at any alignment: what Node's readFile gives.
      const inside = Buffer.alloc(bytes.length + 16).subarray(offset, offset + bytes.length)
      inside.set(bytes)
      const back = decodeSafetensors(inside, 'f')
      assert.deepEqual(Object.entries(back.metadata).sort(), Object.entries(file.metadata).sort())
      assert.deepEqual(new Map([...back.tensors].sort()), new Map([...file.tensors].sort()))
    }),
  )
})

test('no prefix and no single damaged byte of the header crashes: it is RNN502 or still a file', () => {
  const bytes = encodeSafetensors({
    tensors: new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]),
    metadata: { k: 'v' },
  })
  const attempt = (damaged: Uint8Array) => {
    try {
      decodeSafetensors(damaged, 'f')
    } catch (error) {
      assert.match(String(error), /RNN502/)
    }
  }
  for (let n = 0; n < bytes.length; n++) assert.throws(() => decodeSafetensors(bytes.subarray(0, n), 'f'), /RNN502/)
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const damaged = bytes.slice()
      damaged[at] = value
      attempt(damaged)
    }),
  )
})

/** A file with this header and so many bytes after it. */
function file(header: unknown, body = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + body)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const f32 = (shape: number[], start: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [start, end] })

const bad: Record<string, [Uint8Array, RegExp]> = {
  'a text file': [new TextEncoder().encode('model m { input x: [3] }'), /length of a header/],
  'an empty file': [new Uint8Array(), /0 bytes/],
  'no JSON': [file('{"a": '), /not a JSON object/],
  'a tensor twice': [
    file(`{"a": ${JSON.stringify(f32([1], 0, 4))}, "a": ${JSON.stringify(f32([1], 4, 8))}}`, 8),
    /header has `a` twice/,
  ],
  'the same name twice, written in two ways': [
    file(`{"b:\\"": ${JSON.stringify(f32([0], 0, 0))}, "b:\\u0022": ${JSON.stringify(f32([1], 0, 4))}}`, 4),
    /header has `b:"` twice/,
  ],
  'a place twice': [
    file('{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], "data_offsets": [0, 4]}}', 4),
    /header has `data_offsets` twice/,
  ],
  'metadata twice': [file('{"__metadata__": {"k": "v"}, "__metadata__": {"k": "w"}}'), /`__metadata__` twice/],
  'an entry of the metadata twice': [file('{"__metadata__": {"k": "v", "k" : "w"}}'), /header has `k` twice/],
  'a list': [file([]), /not a JSON object/],
  'metadata that is no text': [file({ __metadata__: { a: 1 } }), /metadata `a`/],
  'another dtype': [file({ a: { ...f32([1], 0, 2), dtype: 'BF16' } }, 2), /`a` is BF16/],
  'a prototype as dtype': [file({ a: { ...f32([1], 0, 2), dtype: 'toString' } }, 2), /toString/],
  'a negative dim': [file({ a: f32([-1], 0, 4) }, 4), /no shape/],
  'a fractional place': [file({ a: f32([1], 0, 4.5) }, 4), /no offsets/],
  'a wrong size': [file({ a: f32([2], 0, 4) }, 4), /8 bytes, but has 4/],
  'an overlap': [file({ a: f32([1], 0, 4), b: f32([1], 2, 6) }, 6), /overlaps/],
  'a hole': [file({ a: f32([1], 4, 8) }, 8), /4 bytes before `a`/],
  'bytes at the end': [file({ a: f32([1], 0, 4) }, 6), /2 bytes follow/],
  'missing bytes': [file({ a: f32([1], 0, 4) }, 3), /truncated/],
}
for (const [what, [bytes, reason]] of Object.entries(bad)) {
  test(`refuses ${what}`, async () => {
    const { message } = await failing('RNN502', () => decodeSafetensors(bytes, 'w.safetensors'))
    assert.match(message, reason)
    assert.match(message, /`w\.safetensors`/)
  })
}
