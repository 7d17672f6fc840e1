// Numbers that several values have in common are the same for each: joined columns share theirs, and an operation writes over the numbers
// before it only where nothing else reads them.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { symbol } from '../../compiler/ir/dim.ts'
import { windowsOf } from '../../runtime/truncationWindows.ts'
import { type Files, failing, load, port } from './support.ts'

const csv = 'a,b,c\n1,10,100\n2,20,200\n3,30,300\n'
const json = [[1, 2], [3]].map(a => `${JSON.stringify({ a, b: a.map(x => 10 * x) })}\n`).join('')

/** An array of three f8. */
const npy = (() => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"
  const begin = Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, 118, 0)
  const bytes = new Uint8Array(128 + 24).fill(32)
  bytes.set(begin)
  bytes.set(new TextEncoder().encode(header), 10)
  bytes[127] = 10
  const view = new DataView(bytes.buffer)
  for (const i of [0, 1, 2]) view.setFloat64(128 + 8 * i, i + 1, true)
  return bytes
})()

/** The examples of each input. */
async function read(inputs: readonly string[], data: string, files: Files = { a: csv }): Promise<number[][][]> {
  const { train } = await load({ inputs, data, files })
  return Object.values(train.ports).map(examples => examples.map(({ values }) => [...values]))
}

/** Blocks of data, and what `x` is in each of three rows. */
const blocks: Record<string, readonly (readonly number[])[]> = {
  // Columns side by side, of one number and of several.
  'x = [t.a, t.b, t.c]': [
    [1, 10, 100],
    [2, 20, 200],
    [3, 30, 300],
  ],
  'v = [t.a, t.b]; x = [v, t.c]': [
    [1, 10, 100],
    [2, 20, 200],
    [3, 30, 300],
  ],
  'x = [[t.a, t.b] + [t.b, t.c], t.c]': [
    [11, 110, 100],
    [22, 220, 200],
    [33, 330, 300],
  ],
  'x = [[t.a, t.b, t.c][1], [t.a, t.b, t.c][0:2]]': [
    [10, 1, 10],
    [20, 2, 20],
    [30, 3, 30],
  ],
  'x = ([[t.a, t.b] * 1, t.c] * 2)[0:3]': [
    [2, 20, 200],
    [4, 40, 400],
    [6, 60, 600],
  ],
  'v = [t.a, t.b, t.c] * 2; x = [v[1:3], v[0]]': [
    [20, 200, 2],
    [40, 400, 4],
    [60, 600, 6],
  ],
  // A column that is named again keeps its numbers.
  'x = [t.a * 2, t.a, t.b]': [
    [2, 1, 10],
    [4, 2, 20],
    [6, 3, 30],
  ],
  'x = [t.a, t.a * 2, -t.a]': [
    [1, 2, -1],
    [2, 4, -2],
    [3, 6, -3],
  ],
  'x = [minmax(t.a), t.a, t.b]': [
    [0, 1, 10],
    [0.5, 2, 20],
    [1, 3, 30],
  ],
  // So does an equation.
  'm = t.a; x = [m * 2, m, t.b]': [
    [2, 1, 10],
    [4, 2, 20],
    [6, 3, 30],
  ],
  'm = t.a + 0; n = m * 2; x = [n, m, t.b]': [
    [2, 1, 10],
    [4, 2, 20],
    [6, 3, 30],
  ],
  'v = [t.a, t.b]; x = [v[0] * 2, v[0], v[1]]': [
    [2, 1, 10],
    [4, 2, 20],
    [6, 3, 30],
  ],
  'm = t.a; n = m * 2; k = n + 1; x = [k, t.b, t.c]': [
    [3, 10, 100],
    [5, 20, 200],
    [7, 30, 300],
  ],
}

for (const [block, rows] of Object.entries(blocks)) {
  test(block, async () => {
    assert.deepEqual(await read(['x [3]'], `t = csv("a"); ${block}`), [rows])
  })
}

test('an input keeps its numbers where another is made of it, and so does an equation with a type', async () => {
  assert.deepEqual(await read(['x', 'y'], 't = csv("a"); x = t.a * 2; y = x + 1'), [
    [[2], [4], [6]],
    [[3], [5], [7]],
  ])
  const typed = 't = csv("a"); n: class of 3 = t.a - 1; x = n * 10'
  assert.deepEqual(await read(['x'], typed), [[[0], [10], [20]]])
})

test('an array that two calls read is the same for both', async () => {
  const numbers = await read(['x [2]'], 'x = [npy("a") * 2, npy("a")]', { a: npy })
  assert.deepEqual(numbers, [
    [
      [2, 1],
      [4, 2],
      [6, 3],
    ],
  ])
})

test('sequences are joined and scaled', async () => {
  const files = { a: json }
  const first = 't = jsonl("a"); x = [t.a * 2, t.b]'
  assert.deepEqual(await read(['x [2] over T'], first, files), [
    [
      [2, 10, 4, 20],
      [6, 30],
    ],
  ])
  assert.deepEqual(await read(['x [2] over T'], 't = jsonl("a"); x = padded([t.a, t.b] * 2, 2)', files), [
    [
      [2, 20, 4, 40],
      [0, 0, 6, 60],
    ],
  ])
  assert.deepEqual(await read(['x [2] over T'], 't = jsonl("a"); x = truncated([t.a, t.b], 1)', files), [
    [
      [2, 20],
      [3, 30],
    ],
  ])
})

test('both halves of windows, and streams cut to steps, have the numbers of all columns', async () => {
  const halves = 't = csv("a"); w = windows([t.a, t.b] * 2, 2); x = w.past; y = w.next'
  assert.deepEqual(await read(['x [2] over T[2]', 'y [2]'], halves), [[[2, 20, 4, 40]], [[6, 60]]])
  const inputs = ['x [2] over T']
  const { train } = await load({ inputs, data: 't = csv("a"); x = streams([t.a, t.b], 1)', files: { a: csv } })
  const steps = [...windowsOf(inputs.map(port), train, [0], symbol('T'), 2)].map(({ part }) => [
    ...part.ports.x.at(0).values,
  ])
  assert.deepEqual(steps, [
    [1, 10, 2, 20],
    [3, 30],
  ])
})

test('the first number that cannot be is the first row by row, and is shown as it was', async () => {
  const files = { a: 'a,b\n4,1\n-2,0\n3,-5\n' }
  const message = async (x: string) =>
    (await failing('RNN424', () => read(['x [2]'], `t = csv("a"); x = ${x}`, files))).message
  assert.match(await message('log([t.a, t.b])'), /NaN, from -2 in element 2 of `a, b` \(a, line 3, column `a`\)/)
  assert.match(await message('log([t.b, t.a])'), /-Infinity, from 0 in element 2 of `b, a` \(a, line 3, column `b`\)/)
})

test('a value that is scaled twice is known by its noise, whatever is written over', async () => {
  // Numbers that differ by rounding alone are one number: what is left of the noise is not scaled up.
  const noise = { a: 'a\n0.1\n0.1\n0.10000000000000002\n' }
  for (const x of [
    'standardize(t.a * 3)',
    'm = t.a * 3; x = standardize(m)',
    't.a * 3 |> standardize',
    'minmax([t.a] * 3)',
  ]) {
    const data = `t = csv("a"); ${x.includes('; x = ') ? x : `x = ${x}`}`
    const [rows] = await read([x.includes('[') ? 'x [1]' : 'x'], data, noise)
    for (const [value] of rows) assert.ok(Math.abs(value) < 1e-15, `${x}: ${value}`)
  }
})
