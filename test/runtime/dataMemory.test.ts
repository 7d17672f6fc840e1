// Data takes little more memory than its numbers: a process whose heap holds none of them loads millions. Its typed arrays, and the memory
// that the system has given it, stay below a multiple of their bytes.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'vitest'

const runtime = new URL('../../runtime/', import.meta.url)

interface Kind {
  readonly model: string
  readonly data: string
  /** The expressions of a line of the file, and of what comes before; `i` counts the lines. */
  readonly head: string
  readonly line: string
  /** How many numbers a line holds. */
  readonly each: number
  /** Bytes of a number, 8 if left out. */
  readonly size?: number
  /** How many numbers are read: a little less than a power of two in each column, as the room for the last of them counts whole. */
  readonly numbers: number
}

/** The most memory, in bytes of the numbers: there is no second copy of them. */
const factor = 1.5

const number = '((i * 7919 % 100003) / 1000 - 50).toFixed(3)'

const kinds: Record<string, Kind> = {
  'sequences of JSON Lines': {
    model:
      'input x: [2] over T\n target kind: class of K\n p = x |> mean(over T) |> dense(K, softmax)\n loss cross_entropy(p, kind)',
    data: 't = jsonl("f"); x = standardize(t.x); kind = classes(t.kind); split = shuffled(0.8, 0.2)',
    head: "''",
    line: `'{"x": [' + Array(20).fill('[' + ${number} + ',' + ${number} + ']').join() + '], "kind": "k' + i % 3 + '", "note": "' + i + ' is not asked for"}\\n'`,
    each: 40,
    numbers: 1e6,
  },
  'columns of CSV': {
    model: 'input x: [3]\n target y: real\n z = x |> dense(1)\n loss mse(z, y)',
    data: 't = csv("f"); x = [standardize(t.a), t.b, t.c]; y = t.d; split = ordered(0.8, 0.2)',
    head: "'a,b,c,d,note\\n'",
    line: `Array(4).fill(${number}).join() + ',' + i + ' is not asked for\\n'`,
    each: 4,
    numbers: 1e6,
  },
  'a column scaled, and read again': {
    model: 'input x: [5]\n target y: real\n z = x |> dense(1)\n loss mse(z, y)',
    data: 't = csv("f"); all = [t.a, t.b, t.c, t.d]; x = [standardize(t.a), all]; y = t.e; split = ordered(0.8, 0.2)',
    head: "'a,b,c,d,e\\n'",
    line: `Array(5).fill(${number}).join() + '\\n'`,
    each: 5,
    numbers: 1.25e6,
  },
  'windows of columns': {
    model: 'input x: [3] over T[8]\n target y: [3]\n z = x |> mean(over T) |> dense(3)\n loss mse(z, y)',
    data: 't = csv("f"); w = windows(minmax([t.a, t.b, t.c]), 8); x = w.past; y = w.next; split = ordered(0.8, 0.2)',
    head: "'a,b,c\\n'",
    line: `Array(3).fill(${number}).join() + '\\n'`,
    each: 3,
    numbers: 1.5e6,
  },
  'windows of a series': {
    model: 'input x: real over T[8]\n target y: real\n z = [x] |> mean(over T) |> dense(1)\n loss mse(z, y)',
    data: 'w = windows(csv("f").v, 8); x = w.past; y = w.next',
    head: "'v\\n'",
    line: `${number} + '\\n'`,
    each: 1,
    numbers: 4e6,
  },
  'characters of a text': {
    model:
      'target x: token of V over T\n p = delay(x) |> embedding(2) |> GRU(2) |> dense(V, softmax)\n loss cross_entropy(p, x)',
    data: 'x = streams(chars(text("f")), 32); split = ordered(0.9, 0.1)',
    head: "''",
    line: `(i % 1000 + ' and so on, to the end of é').padEnd(31, '.') + '\\n'`,
    each: 32,
    size: 4,
    numbers: 24e6,
  },
}

const program = ({ model, data, head, line, each, numbers, size = 8 }: Kind): string => `
import { existsSync, readFileSync } from 'node:fs'
import { compile } from '${new URL('../compiler/index.ts', runtime)}'
import { loadData } from '${new URL('data/loadData.ts', runtime)}'
import { pack } from '${new URL('packBatch.ts', runtime)}'
const model = compile(${JSON.stringify(`model M {\n ${model}\n}\ndata d for M { ${data} }\ntrain M on d { optimizer = SGD }`)})
const lines = ${Math.ceil(numbers / each)}
let most = 0
const before = process.memoryUsage.rss()
const look = () => { most = Math.max(most, process.memoryUsage().arrayBuffers) }
async function* read() {
  let text = ${head}
  for (let i = 0; i < lines; i++) {
    text += ${line}
    if (text.length < 60_000) continue
    yield new TextEncoder().encode(text)
    text = ''
    look()
  }
  yield new TextEncoder().encode(text)
}
const { signature, data } = model
const loaded = await loadData(data, signature, { read })
look()
pack([...signature.inputs, ...signature.targets], loaded.train, [0, loaded.train.count - 1], loaded.sizes)
// The most since the program began, in KB. On Linux what resourceUsage gives counts the memory of the process that started it, too.
const status = '/proc/self/status'
const highest = existsSync(status)
  ? Number(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync(status, 'utf8'))[1])
  : process.resourceUsage().maxRSS
const resident = highest * 1024 - before
console.log(JSON.stringify({ most, resident, bytes: ${size} * lines * ${each} }))
`

for (const [what, kind] of Object.entries(kinds)) {
  test(`${what} fit beside a heap that is too small for their numbers`, async () => {
    const heap = ['--max-old-space-size=40', '--max-semi-space-size=1']
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...heap,
      '--input-type=module',
      '--eval',
      program(kind),
    ])
    const { most, resident, bytes }: Record<'most' | 'resident' | 'bytes', number> = JSON.parse(stdout)
    const allowed = factor * bytes
    // Beside them are pieces of the file, a megabyte or so, and of the resident memory compiled code and what is not collected yet.
    assert.ok(most <= allowed + 2e6, `typed arrays of ${most} bytes for numbers of ${bytes}`)
    assert.ok(resident <= allowed + 32e6, `${resident} bytes of memory for numbers of ${bytes}`)
  })
}
