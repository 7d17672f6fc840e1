// Files that gzip has compressed are read as what they hold, by any reader, wherever they are cut.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { loadData } from '../../runtime/data/loadData.ts'
import type { FileBytes } from '../../runtime/data/sources.ts'
import { cut, dataBlock, failing, load, signature } from './support.ts'

const block = dataBlock('x = csv("f.csv.gz").x')
const bytes = gzipSync('x\n1\n2.5\n-3\n')

const loaded = async (read: () => FileBytes) =>
  (await loadData(block, signature(['x']), { read })).train.ports.x.flatMap(e => [...e.values])

test('a compressed file, whole and in pieces of every length', async () => {
  assert.deepEqual(await loaded(() => bytes), [1, 2.5, -3])
  for (let length = 1; length <= bytes.length; length++) {
    assert.deepEqual(await loaded(() => cut(bytes, length)), [1, 2.5, -3], `in pieces of ${length} bytes`)
  }
})

test('a file whose first piece is a single byte, and whose second is long', async () => {
  const text = `x\n${'1234567\n'.repeat(60_000)}`
  async function* read(): AsyncGenerator<Uint8Array> {
    const all = new TextEncoder().encode(text)
    yield all.subarray(0, 1)
    yield all.subarray(1)
  }
  assert.equal((await loaded(read)).length, 60_000)
})

test('every format', async () => {
  const files = { csv: 'x\n1\n2\n', tsv: 'x\ty,z\n1\t3\n2\t4\n', jsonl: '{"x": 1}\n{"x": 2}\n' }
  for (const [by, text] of Object.entries(files)) {
    const { train } = await load({ inputs: ['x'], data: `x = ${by}("f").x`, files: { f: text } })
    const compressed = await loadData(dataBlock(`x = ${by}("f").x`), signature(['x']), { read: () => gzipSync(text) })
    for (const part of [train, compressed.train])
      assert.deepEqual(
        part.ports.x.flatMap(e => [...e.values]),
        [1, 2],
      )
  }
})

test('a long text', async () => {
  const port = 'x token of V over T'
  const stream = dataBlock('x = streams(chars(text("f.txt.gz")), 1)')
  const { train, sizes } = await loadData(stream, signature([port]), { read: () => gzipSync('abba') })
  assert.deepEqual([...train.ports.x.at(0).values], [1, 2, 2, 1])
  assert.deepEqual(sizes, { V: 3 })
})

test('damaged, cut off, or followed by other bytes: RNN410 at the call that reads it', async () => {
  const changed = bytes.slice()
  changed[bytes.length - 6] ^= 1
  const several = Buffer.concat([bytes, bytes])
  for (const wrong of [bytes.subarray(0, -1), bytes.subarray(0, 5), bytes.subarray(0, 2), changed, several]) {
    const { message, span } = await failing('RNN410', () => loaded(() => cut(wrong, 7)))
    assert.match(message, /`f\.csv\.gz` is malformed: its gzip data is damaged or incomplete: /)
    assert.ok(span)
  }
})

test('a file that cannot be read on is RNN406, and not damaged', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 15)
    throw new Error('the disk is gone')
  }
  assert.match((await failing('RNN406', () => loaded(broken))).message, /the disk is gone/)
})

test('any bytes behind the first two of gzip are numbers or an error with its code', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(bytes.length - 1), fc.nat(255), async (any, at, byte) => {
      const changed = bytes.slice()
      changed[at] = byte
      for (const wrong of [Uint8Array.of(0x1f, 0x8b, 8, 0, ...any), changed]) {
        const found = await loaded(() => wrong).catch(error => error)
        // The header holds a time and other facts that do not matter.
        if (Array.isArray(found)) assert.deepEqual(found, [1, 2.5, -3])
        else if (at > 1 || wrong !== changed) assert.match(String(found), /^RnnError: error RNN410/)
      }
    }),
  )
})
