// Data is not changed on the way in: each form that a value may have in a file is read as it is, or refused with its line and column.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import type { Part } from '../../runtime/data/example.ts'
import { failing, learned, load } from './support.ts'

type Expected = number | string | { readonly code: Code; readonly says: RegExp }

const refused = (code: Code, says: RegExp): Expected => ({ code, says })
const numbersOf = (part: Part, name: string): number[] => part.ports[name].flatMap(e => [...e.values])

/** What the second row of `x` becomes, whose first row is `first`. */
async function secondRow(input: string, x: string, file: string, text: string): Promise<number | string> {
  const { train, fitted } = await load({ inputs: [input], data: `t = ${file}\nx = ${x}`, files: { a: text } })
  const index = numbersOf(train, 'x')[1]
  const encoding = fitted.ports.x
  return encoding.kind === 'classes' ? encoding.labels[index] : index
}

async function check(expected: Expected, read: () => Promise<number | string>): Promise<void> {
  if (typeof expected !== 'object') return assert.deepEqual(await read(), expected)
  const { message, help } = await failing(expected.code, read)
  assert.match(`${message}\n${help ?? ''}`, expected.says)
  assert.match(message, /a, line 3, column `x`/)
}

const notNumber = (text: string, help = ''): Expected =>
  refused('RNN404', new RegExp(`^\`${text.replace(/[.+()]/g, '\\$&')}\` is not a number: .*\\n.*${help}`))
const rounded = refused('RNN404', /is not a whole number that a 64-bit float holds exactly/)
const tooLarge = refused('RNN404', /is not a number that 64 bits hold/)
const empty = refused('RNN418', /empty label/)

/** A cell of a CSV file: what it is as a number, and as a label. */
const csvCells: Record<string, readonly [number: Expected, label: Expected]> = {
  '5': [5, '5'],
  '+5': [5, '+5'],
  '-0': [-0, '-0'],
  '007': [7, '007'],
  '.5': [0.5, '.5'],
  '5.': [5, '5.'],
  '1e3': [1000, '1e3'],
  '-2.5E-3': [-0.0025, '-2.5E-3'],
  '1.0': [1, '1.0'],
  ' 5 ': [5, '5'],
  '\t5': [5, '5'],
  '"5"': [5, '5'],
  '" 5 "': [5, ' 5 '],
  ' "5" ': [5, '5'],
  '\u00a05\u00a0': [5, '5'],
  '\ufeff5': [5, '5'],
  '0.1234567890123456789': [0.12345678901234568, '0.1234567890123456789'],
  '9007199254740993': [rounded, '9007199254740993'],
  '12345678901234567890': [rounded, '12345678901234567890'],
  '1e-400': [0, '1e-400'],
  '1e400': [tooLarge, '1e400'],
  '-1e400': [tooLarge, '-1e400'],
  '1_000': [notNumber('1_000', 'without separators'), '1_000'],
  '1 000': [notNumber('1 000', 'without separators'), '1 000'],
  "1'000": [notNumber("1'000", 'without separators'), "1'000"],
  '"1,000,000"': [notNumber('1,000,000', 'without separators'), '1,000,000'],
  '"1,5"': [notNumber('1,5', 'decimal = ","'), '1,5'],
  '"1,000"': [notNumber('1,000', 'decimal = ","'), '1,000'],
  '0x10': [notNumber('0x10', 'decimal digits'), '0x10'],
  '1e': [notNumber('1e'), '1e'],
  '1.2.3': [notNumber('1.2.3'), '1.2.3'],
  '--5': [notNumber('--5'), '--5'],
  '5 kg': [notNumber('5 kg'), '5 kg'],
  NaN: [notNumber('NaN'), 'NaN'],
  Infinity: [notNumber('Infinity'), 'Infinity'],
  '-inf': [notNumber('-inf'), '-inf'],
  NA: [notNumber('NA'), 'NA'],
  true: [notNumber('true', '`bool`'), 'true'],
  '': [notNumber('(an empty cell)'), empty],
  '""': [notNumber('(an empty cell)'), empty],
  '  ': [notNumber('(an empty cell)'), empty],
  '"  "': [notNumber('  '), '  '],
  'a\fb': [notNumber('a\\\\fb'), 'a\fb'],
  '\x1b[31mred': [refused('RNN404', /^`\\u001b\[31mred` is/), '\x1b[31mred'],
  [`${'long'.repeat(100)}`]: [refused('RNN404', /^`(long){14}lon…` is not a number/), 'long'.repeat(100)],
  [`1${'0'.repeat(400)}`]: [refused('RNN404', /^`10{58}…` is not a number that 64/), `1${'0'.repeat(400)}`],
  'a\u2028b': [notNumber('a\u2028b'), 'a\u2028b'],
  '"a\r\nb"': [refused('RNN404', /line 4/), 'a\r\nb'],
  '"say ""hi"""': [notNumber('say "hi"'), 'say "hi"'],
  'ünïcode😀': [notNumber('ünïcode😀'), 'ünïcode😀'],
}

describe('a cell of a CSV file', () => {
  for (const [cell, [number, label]] of Object.entries(csvCells)) {
    const text = `x,y\n1,0\n${cell},0\n`
    const shown = JSON.stringify(cell)
    if (!cell.includes('\n')) {
      it(`${shown} as a number`, () => check(number, () => secondRow('x', 't.x', 'csv("a")', text)))
    }
    it(`${shown} as a label`, () => check(label, () => secondRow('x class of K', 'classes(t.x)', 'csv("a")', text)))
  }
})

/** A value of JSON: what it is as a number, and as a label. */
const jsonValues: Record<string, readonly [number: Expected, label: Expected]> = {
  '5': [5, '5'],
  '5.0': [5, '5'],
  '1e3': [1000, '1000'],
  '9007199254740992': [9007199254740992, '9007199254740992'],
  '9007199254740993': [rounded, '9007199254740993'],
  '-9007199254740993': [rounded, '-9007199254740993'],
  '768691965814636545': [rounded, '768691965814636545'],
  '12345678901234567890': [rounded, '12345678901234567890'],
  '0.1234567890123456789': [0.12345678901234568, '0.1234567890123456789'],
  '0.30000000000000004': [0.30000000000000004, '0.30000000000000004'],
  '1e-400': [0, '1e-400'],
  '1e400': [tooLarge, '1e400'],
  '"5"': [5, '5'],
  '" 5 "': [5, ' 5 '],
  '"1,5"': [notNumber('1,5', 'decimal'), '1,5'],
  '""': [notNumber('(an empty cell)'), empty],
  null: [notNumber('null'), empty],
  true: [notNumber('true', '`bool`'), 'true'],
  '"a\\nb"': [refused('RNN404', /is not a number/), 'a\nb'],
  '"\\u0000"': [refused('RNN404', /is not a number/), '\0'],
}

describe('a value of JSON Lines', () => {
  for (const [value, [number, label]] of Object.entries(jsonValues)) {
    const text = `{"x": 1, "y": [[{"x": 7}], "\\"x\\": 8"]}\n\n{"y": 2, "x": ${value}}\n`
    it(`${value} as a number`, () => check(number, () => secondRow('x', 't.x', 'jsonl("a")', text)))
    it(`${value} as a label`, () => check(label, () => secondRow('x class of K', 'classes(t.x)', 'jsonl("a")', text)))
  }

  it('keeps every digit of labels in lists, truncated or not', async () => {
    const text = '{"x": [9007199254740993, 9007199254740992, 5]}\n{"x": [9007199254740994]}\n'
    const read = async (x: string) => {
      const { fitted } = await load({
        inputs: ['x class of K over T'],
        data: `t = jsonl("a")\nx = ${x}`,
        files: { a: text },
      })
      return fitted.ports.x
    }
    const three = ['9007199254740992', '9007199254740993', '9007199254740994']
    assert.deepEqual(await read('classes(t.x)'), { kind: 'classes', labels: ['5', ...three] })
    assert.deepEqual(await read('classes(truncated(t.x, 2, "post"))'), { kind: 'classes', labels: three })
    for (const computed of ['t.x * 1', 'padded(t.x, 3)']) {
      const { message } = await failing('RNN419', () => read(`classes(${computed})`))
      assert.match(message, /^`9007199254740992` may have lost digits and cannot be a label: a, line 1, column `x`$/)
    }
  })
})

describe('labels of a column', () => {
  it('that training never saw have their line', async () => {
    const rest = 'split = ordered(0.5, 0.5)'
    const csv = {
      inputs: ['x class of K'],
      data: `x = classes(csv("a").x)\n${rest}`,
      files: { a: 'x,y\na,1\n\nb,2\n' },
    }
    assert.match(
      (await failing('RNN408', () => load(csv))).message,
      /^`b` of `x` .* training part: a, line 4, column `x`$/,
    )
    const text = '{"x": [1, 2]}\n{"x": [2, 1]}\n{"x": []}\n{"x": [1, 3]}\n'
    const jsonl = { inputs: ['x class of K over T'], data: `x = classes(jsonl("a").x)\n${rest}`, files: { a: text } }
    assert.match((await failing('RNN408', () => load(jsonl))).message, /^`3` of `x` .*: a, line 4, column `x`$/)
  })
  const labels = async (x: string, text: string): Promise<readonly string[]> => {
    const one = { inputs: ['x class of K'], data: `t = csv("a")\nx = ${x}`, files: { a: text } }
    const { kind, ...rest } = (await load(one)).fitted.ports.x
    assert.ok(kind === 'classes' && 'labels' in rest)
    return rest.labels
  }
  it('have a label for empty cells on demand', async () => {
    assert.deepEqual(await labels('classes(t.x, empty = "none")', 'x,y\nb,1\n,2\na,3\n'), ['a', 'b', 'none'])
    const nulls = {
      inputs: ['x class of K'],
      data: 'x = classes(jsonl("a").x, "?")',
      files: { a: '{"x": null}\n{"x": "b"}' },
    }
    assert.deepEqual((await load(nulls)).fitted.ports.x, { kind: 'classes', labels: ['?', 'b'] })
    await failing('RNN231', () => labels('classes(t.x, empty = 0)', 'x\na\n'))
  })
  it('do not depend on the order of rows, where several are one number', async () => {
    const sorted = ['01', '1', '1.0', '1e0', '2', '9007199254740992', '9007199254740993']
    for (const order of [sorted, sorted.toReversed()]) {
      assert.deepEqual(await labels('classes(t.x)', `x\n${order.join('\n')}\n`), sorted)
    }
  })
})

/** A cell of a column that feeds a `bool`. */
const truths: Record<string, Expected> = {
  true: 1,
  True: 1,
  TRUE: 1,
  false: 0,
  False: 0,
  FALSE: 0,
  '1': 1,
  '0': 0,
  '1.0': 1,
  ' true ': 1,
  '"false"': 0,
  yes: refused('RNN404', /^`yes` is not a bool: .*\n.*`true`, `false`, 1 or 0/),
  no: refused('RNN404', /^`no` is not a bool: /),
  t: refused('RNN404', /^`t` is not a bool: /),
  '2': refused('RNN404', /^`2` is not a bool: /),
  '': refused('RNN404', /^`\(an empty cell\)` is not a bool: /),
}

describe('a truth', () => {
  for (const [cell, expected] of Object.entries(truths)) {
    const text = `x,y\n0,0\n${cell},0\n`
    it(`${JSON.stringify(cell)} in CSV`, () => check(expected, () => secondRow('x bool', 't.x', 'csv("a")', text)))
  }
  it('of JSON feeds a bool, by itself, in lists, in windows', async () => {
    const text = '{"x": true, "l": [true, false]}\n{"x": false, "l": []}\n{"x": true, "l": [false]}\n'
    const { train } = await load({
      inputs: ['x bool', 'l bool over T'],
      data: 't = jsonl("a")\nx = t.x\nl = padded(truncated(t.l, 2), 2)',
      files: { a: text },
    })
    assert.deepEqual(
      [numbersOf(train, 'x'), numbersOf(train, 'l')],
      [
        [1, 0, 1],
        [1, 0, 0, 0, 0, 0],
      ],
    )
    for (const [file, rows] of [
      ['jsonl', text],
      ['csv', 'x\nTrue\nFalse\nTrue\n'],
    ] as const) {
      const data = `w = windows(${file}("a").x, 2)\npast = w.past\nnext = w.next`
      const windows = await load({ inputs: ['past bool over T[2]', 'next bool'], data, files: { a: rows } })
      assert.deepEqual([numbersOf(windows.train, 'past'), numbersOf(windows.train, 'next')], [[1, 0], [1]])
    }
  })
  it('is no number, and no code', async () => {
    for (const input of ['x over T', 'x int over T', 'x token of V over T']) {
      const one = { inputs: [input], data: 'x = jsonl("a").x', files: { a: '{"x": []}\n{"x": [true]}' } }
      assert.match((await failing('RNN404', () => load(one))).message, /^`true` is not a number: a, line 2, column `x`/)
    }
    const mixed = { inputs: ['x bool over T'], data: 'x = jsonl("a").x', files: { a: '{"x": [true, 1]}' } }
    assert.match((await failing('RNN410', () => load(mixed))).message, /line 1 has a number in element 2 of `x`, but/)
  })
  it('is a label', async () => {
    const one = {
      inputs: ['x class of K over T'],
      data: 'x = classes(jsonl("a").x)',
      files: { a: '{"x": [true, false]}' },
    }
    assert.deepEqual((await load(one)).fitted.ports.x, { kind: 'classes', labels: ['false', 'true'] })
  })
})

/** A value that feeds an int, or a code of a free number of codes. */
const wholes: Record<string, readonly [int: Expected, code: Expected]> = {
  '2147483647': [2147483647, refused('RNN412', /from 0 to 2147483646/)],
  '-2147483648': [-2147483648, refused('RNN412', /is not a token of/)],
  '2147483648': [
    refused('RNN412', /^2147483648 is not a 32-bit whole number, in `x`: .*\n.*-2147483648 to 2147483647/),
    refused('RNN412', /is not a token of/),
  ],
  '3000000000': [refused('RNN412', /32-bit/), refused('RNN412', /is not a token of V/)],
  '12345678901234567890': [refused('RNN412', /32-bit/), refused('RNN412', /is not a token of V/)],
  '-1': [-1, refused('RNN412', /^-1 is not a token of /)],
  '1.5': [refused('RNN412', /^1.5 is not a whole number, in `x`/), refused('RNN412', /^1.5 is not a token of /)],
  '3.0': [3, 3],
}

describe('a whole number', () => {
  for (const [cell, [int, code]] of Object.entries(wholes)) {
    const text = `x,y\n1,0\n${cell},0\n`
    it(`${cell} as an int`, () => check(int, () => secondRow('x int', 't.x', 'csv("a")', text)))
    it(`${cell} as a code`, () => check(code, () => secondRow('x token of V', 't.x', 'csv("a")', text)))
    const json = `{"x": [1]}\n\n{"x": [${cell}]}\n`
    it(`${cell} in a list`, () => check(int, () => secondRow('x int over T', 't.x', 'jsonl("a")', json)))
  }
  it('is placed in windows and joined columns', async () => {
    const text = 'a,b\n1,1\n2,2\n3,9\n4,4\n'
    const windows = { inputs: ['x token of 5 over T[2]'], data: 'x = windows(csv("a").b, 2).past', files: { a: text } }
    assert.match((await failing('RNN412', () => load(windows))).message, /^9 is .*: a, line 4, column `b`$/)
    const next = { inputs: ['x token of 5'], data: 'x = windows(csv("a").b, 2).next', files: { a: text } }
    assert.match((await failing('RNN412', () => load(next))).message, /^9 is .*: a, line 4, column `b`$/)
    const joined = { inputs: ['x int'], data: 't = csv("a")\nx = [t.a, t.b / 2]', files: { a: text } }
    assert.match((await failing('RNN411', () => load(joined))).message, /declared as int/)
  })
})

it('large ids of users are as many labels in JSON Lines as in CSV', async () => {
  const ids = ['9007199254740992', '9007199254740993', '768691965814636545', '768691965814636500']
  const program = (file: string) => `model M {
  input x: real
  target y: class of K
  p = [x] |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for M { t = ${file}("d"); x = t.x; y = classes(t.user) }
train M on d { optimizer = Adam(0.1); epochs = 300; seed = 1 }`
  const xs = [-3, -1, 1, 3]
  const csv = `user,x\n${ids.map((id, i) => `${id},${xs[i]}\n`).join('')}`
  const json = ids.map((id, i) => `{"user": ${id}, "x": ${xs[i]}}\n`).join('')
  const answers = (await learned(program('jsonl'), { d: json })).examples
  assert.deepEqual(answers, (await learned(program('csv'), { d: csv })).examples)
  assert.deepEqual(
    answers.map(a => a.y),
    ids,
  )
})

it('whole numbers of any length are as many labels in JSON Lines as they are numbers', async () => {
  const near = fc.bigInt({ min: -3n, max: 3n })
  const whole = fc
    .tuple(fc.constantFrom(0n, 2n ** 53n, -(2n ** 53n), 2n ** 63n, 10n ** 21n, 10n ** 30n), near)
    .map(([a, b]) => a + b)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(whole, { minLength: 1, maxLength: 8 }), fc.boolean(), async (ids, inLists) => {
      const values = inLists ? [`[${ids.join(', ')}]`] : ids
      const text = values.map(value => `{"id": ${value}, "x": 0.30000000000000004}\n`).join('')
      const one = {
        inputs: [`id class of K${inLists ? ' over T' : ''}`],
        data: 'id = classes(jsonl("a").id)',
        files: { a: text },
      }
      const { ports, sizes } = (await load(one)).fitted
      assert.deepEqual(sizes, { K: ids.length })
      const labels = ports.id.kind === 'classes' ? ports.id.labels : []
      // What 64 bits hold is written as JavaScript writes it: 1e+21.
      const expected = ids.map(id =>
        BigInt(Number(id)) === id && !String(Number(id)).includes('e') ? String(id) : undefined,
      )
      for (const label of expected) assert.ok(label === undefined || labels.includes(label), label)
    }),
    { numRuns: 60 },
  )
})

describe('a real in 32 bits', () => {
  const read = async (cell: string, precision: 'f32' | 'f64' | undefined, x = 't.x') => {
    const one = { inputs: ['x'], data: `t = csv("a")\nx = ${x}`, files: { a: `x,y\n1,0\n${cell},0\n` } }
    return numbersOf((await load(one, precision ? { precision } : {})).train, 'x')[1]
  }
  it('is rounded to the nearest, and not to infinity', async () => {
    for (const cell of ['3.4028234663852886e38', '-3.4028235677973362e38', '1e-300']) {
      const value = await read(cell, 'f32')
      assert.equal(value, Number(cell))
      assert.ok(Number.isFinite(Math.fround(value)))
    }
    for (const cell of ['3.4028235677973366e38', '1e39', '-1e300']) {
      assert.ok(!Number.isFinite(Math.fround(Number(cell))))
      await check(refused('RNN417', /is too large for f32: a, line 3, column `x`\n.*--dtype f64/), () =>
        read(cell, 'f32'),
      )
      assert.equal(await read(cell, 'f64'), Number(cell))
      assert.equal(await read(cell, undefined), Number(cell))
      assert.equal(await read(cell, 'f32', 't.x / 1e280'), Number(cell) / 1e280)
    }
  })
})
