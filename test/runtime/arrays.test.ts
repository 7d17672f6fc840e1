import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import type { Fitted } from '../../runtime/data/fitted.ts'
import { failing, load, signature } from './support.ts'

test('typed arrays, bools, sizes from the data, and targets that are left out', () => {
  const { part, sizes } = fromArrays(signature(['x [D] over T', 'keep bool', 'w token of V'], ['y']), {
    x: [[Float32Array.of(1, 2), [3, 4]], [[5, 6]]],
    keep: [true, false],
    w: Int32Array.of(3, 1),
  })
  assert.equal(part.count, 2)
  assert.deepEqual(sizes, { D: 2, V: 4 })
  const { values, lengths } = part.ports.x.at(0)
  assert.deepEqual({ values, lengths }, { values: Float64Array.of(1, 2, 3, 4), lengths: [[2]] })
  assert.deepEqual(
    part.ports.keep.map(e => e.values[0]),
    [1, 0],
  )
  assert.equal(part.ports.y, undefined)
})

test('with what was fitted, values are as they stand in the file', async () => {
  const data = 't = csv("a.csv")\nx = minmax(t.x)\ny = classes(t.y)'
  const { fitted } = await load({
    inputs: ['x'],
    targets: ['y class of K'],
    data,
    files: { 'a.csv': 'x,y\n0,no\n4,yes\n' },
  })
  const { part, sizes } = fromArrays(signature(['x'], ['y class of K']), { x: [1, 8], y: ['yes', 'no'] }, { fitted })
  assert.deepEqual(
    part.ports.x.map(e => e.values[0]),
    [0.25, 2],
  )
  assert.deepEqual(
    part.ports.y.map(e => e.values[0]),
    [1, 0],
  )
  assert.deepEqual(sizes, { K: 2 })
})

interface Bad {
  readonly code: Code
  readonly says: RegExp
  readonly inputs: readonly string[]
  readonly arrays: Readonly<Record<string, readonly Nested[]>>
}

const bad: Record<string, Bad> = {
  'a missing input': { code: 'RNN401', says: /input `x`/, inputs: ['x'], arrays: {} },
  'an unknown name': {
    code: 'RNN106',
    says: /did you mean `past`/,
    inputs: ['past'],
    arrays: { past: [1], passt: [1] },
  },
  'two lengths over one axis': {
    code: 'RNN402',
    says: /`x` and `y` are both over T, but in example 2 one has 1 elements and the other 2/,
    inputs: ['x over T', 'y over T'],
    arrays: { x: [[1], [1]], y: [[1], [1, 2]] },
  },
  'lists too flat': {
    code: 'RNN411',
    says: /real over T, but its data is 5 where a list is expected, in example 2/,
    inputs: ['x over T'],
    arrays: { x: [[1], 5] },
  },
  'lists too deep': {
    code: 'RNN411',
    says: /a list where a number is expected, in example 1/,
    inputs: ['x'],
    arrays: { x: [[1]] },
  },
  'another width': {
    code: 'RNN411',
    says: /declared as \[3\], but its data is \[2\]/,
    inputs: ['x [3]'],
    arrays: { x: [[1, 2]] },
  },
  'vectors of two widths': {
    code: 'RNN411',
    says: /1 numbers, but others have 2, in example 2/,
    inputs: ['x [D]'],
    arrays: { x: [[1, 2], [1]] },
  },
  'another fixed length': {
    code: 'RNN411',
    says: /real over T\[3\], but its data is real over an axis of 2/,
    inputs: ['x over T[3]'],
    arrays: { x: [[1, 2]] },
  },
  'a fixed axis of many lengths': {
    code: 'RNN411',
    says: /over an axis of different lengths/,
    inputs: ['x over T[2]'],
    arrays: { x: [[1, 2], [1]] },
  },
  'two values of one free dim': {
    code: 'RNN411',
    says: /`y` is declared as \[D\], but its data is \[1\]/,
    inputs: ['x [D]', 'y [D]'],
    arrays: { x: [[1, 2]], y: [[1]] },
  },
  NaN: { code: 'RNN411', says: /NaN in example 1/, inputs: ['x'], arrays: { x: [Number.NaN] } },
  'a text': { code: 'RNN411', says: /the text "a" in example 1/, inputs: ['x'], arrays: { x: ['a'] } },
  'an index out of range': {
    code: 'RNN412',
    says: /3 is not a class of 3/,
    inputs: ['x class of 3'],
    arrays: { x: [3] },
  },
  'a whole number beyond 32 bits': {
    code: 'RNN412',
    says: /^3000000000 is not a 32-bit whole number, in `x`: example 2\n/,
    inputs: ['x int over T'],
    arrays: { x: [[1], [2, 3e9]] },
  },
  'an index beyond 32 bits': {
    code: 'RNN412',
    says: /^9007199254740992 is not a token of V, in `x`: example 1\n.*from 0 to 2147483646/,
    inputs: ['x token of V'],
    arrays: { x: [2 ** 53] },
  },
  'other counts': {
    code: 'RNN423',
    says: /`x` has 1 example, but `y` has 2 examples/,
    inputs: ['x', 'y'],
    arrays: { x: [1], y: [1, 2] },
  },
}
for (const [what, { code, says, inputs, arrays }] of Object.entries(bad)) {
  test(`${what} is ${code}`, async () => {
    const found = await failing(code, () => fromArrays(signature(inputs), arrays))
    assert.match(`${found.message}\n${found.help ?? ''}`, says)
  })
}

test('a text is a label, and never a number', async () => {
  const fitted: Fitted = {
    calls: {},
    ports: {
      x: { kind: 'numbers', chains: [[{ kind: 'add', value: 1 }]] },
      k: { kind: 'classes', labels: ['1', 'b'] },
    },
    sizes: {},
  }
  const read = (x: Nested, k: Nested) =>
    fromArrays(signature(['x', 'k class of 2']), { x: [x], k: [k] }, { fitted }).part
  assert.deepEqual([...read(2, 'b').ports.x.at(0).values], [3])
  assert.deepEqual([...read(2, '1').ports.k.at(0).values], [0])
  for (const text of ['2', '', 'a']) {
    assert.match((await failing('RNN411', () => read(text, 0))).message, /the text ".?" in example 1/)
  }
  await failing('RNN408', () => read(2, 'c'))
})
