// A file that comes in pieces is the file, wherever it is cut: in a character, an end of a line, or a cell in quotes.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { RnnError } from '../../dsl/diagnostics.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import type { FileBytes } from '../../runtime/data/sources.ts'
import { cut, dataBlock, failing, signature } from './support.ts'

const files: Readonly<Record<string, readonly string[]>> = {
  csv: [
    'x,k\r\n1.5,"ä ""b""\r\nc"\r\n\r\n-2,é\r3,"\n"\n',
    '\ufeffx;k\n1;\ufeffa\n2;😀',
    '\n \n"x"\t"k"\n1\t""\n',
    'x,k\n1,a\n2\n',
    'x,k\n1,"a\n2,b\n',
    'x,k\n1,a\nx,k\n',
    'x,k\n1,a\n2,b"c\n',
    'x,k\n1,a\none,b\n',
    'x,k\n',
    '',
  ],
  tsv: ['x\tk\n1\t"a\tb"\n2\tc,d;e\n', 'x,k\n1,a\n', 'x\tk\n1\t2\t3\n'],
  jsonl: [
    '{"x": 1, "k": "ä"}\r\n\r\n{"x": 2.5, "k": "😀"}\r{"x": -3, "k": null}',
    '\ufeff{"x": 1, "k": 12345678901234567890}\n',
    '{"x": 1, "k": "a"}\n\ufeff{"x": 2, "k": "b"}\n',
    '{"x": 1, "k": "a"}\n{"x": 2, "k": "b"\n',
    '{"x": 1, "k": "a"}\n\n{"k": "b"}\n',
    '{"x": 1, "k": "a"}\n{"x": "one", "k": "b"}\n',
    '\n\n',
  ],
}

/** What a file gives, or what is wrong with it. */
async function outcome(by: string, read: () => FileBytes): Promise<unknown> {
  const block = dataBlock(`t = ${by}("f"); x = t.x; k = classes(t.k, empty = "none")`)
  try {
    const { train, fitted } = await loadData(block, signature(['x', 'k class of K']), { read })
    return [train.ports.x.flatMap(e => [...e.values]), train.ports.k.flatMap(e => [...e.values]), fitted]
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return error.diagnostics
  }
}

for (const [by, texts] of Object.entries(files)) {
  for (const text of texts) {
    test(`${by}: ${JSON.stringify(text)}`, async () => {
      const bytes = new TextEncoder().encode(text)
      const whole = await outcome(by, () => bytes)
      for (let length = 1; length <= bytes.length + 1; length++) {
        assert.deepEqual(await outcome(by, () => cut(bytes, length)), whole, `in pieces of ${length} bytes`)
      }
    })
  }
}

const label = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', 'é', '語', '😀', '\\', '\ufeff', '{', ':') }),
  fc.string({ unit: 'grapheme' }),
)
const rows = fc.array(fc.record({ x: fc.double({ min: -1e9, max: 1e9, noNaN: true }), k: label }), { minLength: 1 })
const end = fc.constantFrom('\n', '\r\n', '\r')
const lengths = fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }).map(all => all.map(n => n + 1))

test('any table, cut anywhere', async () => {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(rows, end, lengths, async (table, newLine, pieces) => {
      const lines = {
        csv: ['k,x', ...table.map(({ x, k }) => `${quoted(k)},${x}`)],
        jsonl: table.map(row => JSON.stringify(row)),
      }
      for (const [by, all] of Object.entries(lines)) {
        const bytes = new TextEncoder().encode(all.join(newLine))
        const whole = await outcome(by, () => bytes)
        assert.ok(JSON.stringify(whole).startsWith(`[${JSON.stringify(table.map(row => row.x))}`))
        assert.deepEqual(await outcome(by, () => cut(bytes, ...pieces)), whole)
      }
    }),
  )
})

test('a byte that is no UTF-8 is told with its line before what else is wrong, however far behind', async () => {
  const lines = '{"x": 1}\n'.repeat(20_000)
  const bytes = Buffer.concat([Buffer.from(`no JSON\n${lines}`), Uint8Array.of(0xff, 10)])
  for (const length of [1000, 65_536, bytes.length]) {
    const block = dataBlock('x = jsonl("f").x')
    const { message } = await failing('RNN410', () =>
      loadData(block, signature(['x']), { read: () => cut(bytes, length) }),
    )
    assert.match(message, /line 20002 is not UTF-8 text: the byte at offset 180008 is 0xFF/)
  }
})

test('a file that ends in an error is RNN406, whatever was read of it', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('x\n1\n')
    throw new Error('the disk is gone')
  }
  const block = dataBlock('x = csv("f").x')
  const { message, span } = await failing('RNN406', () => loadData(block, signature(['x']), { read: broken }))
  assert.match(message, /the disk is gone/)
  assert.ok(span)
})
