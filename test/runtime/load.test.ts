import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { catalogue } from '../../dsl/catalogue.ts'
import type { Code } from '../../dsl/diagnostics.ts'
import type { Part } from '../../runtime/data/example.ts'
import { dataFunctions } from '../../runtime/data/functions/index.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { column, dataBlock, failing, load, range, readTexts, signature } from './support.ts'

const values = (part: Part | undefined, name: string): number[] =>
  part === undefined ? [] : part.ports[name].flatMap(e => [...e.values])

const table = 'a,b,c,label\n1,2,3,x\n4,5,6,y\n7,8,9,x\n'

test('columns feed scalars and, joined, vectors; without a split all is for training', async () => {
  const loaded = await load({
    inputs: ['v [3]', 'a'],
    targets: ['label class of K'],
    data: 't = csv("a.csv")\nv = [t.a, t.b, t["c"]]\na = t.a\nlabel = classes(t.label)',
    files: { 'a.csv': table },
  })
  assert.equal(loaded.train.count, 3)
  assert.deepEqual(values(loaded.train, 'v'), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.deepEqual(values(loaded.train, 'a'), [1, 4, 7])
  assert.deepEqual(values(loaded.train, 'label'), [0, 1, 0])
  assert.equal(loaded.validation ?? loaded.test, undefined)
  assert.deepEqual(loaded.sizes, { K: 2 })
})

test('the help on functions of data names all of them, and so does the language', () => {
  const [, listed] = /Data blocks know `([^`]*)`/.exec(catalogue.RNN407.fix ?? '') ?? []
  assert.deepEqual(listed?.split(' ').sort(), [...dataFunctions.keys()].sort())
  const language = readFileSync(new URL('../../spec/language.md', import.meta.url), 'utf8')
  for (const name of dataFunctions.keys()) assert.match(language, new RegExp(`\\b${name}\\(`))
})

test('a chain is as long as it likes', async () => {
  const data = `t = csv("a.csv")\nx = t.a${' + 1'.repeat(5000)}\ny = t.b${' |> sqrt'.repeat(5000)}`
  const { train } = await load({ inputs: ['x', 'y'], data, files: { 'a.csv': 'a,b\n1,1\n2,0\n' } })
  assert.deepEqual(
    [values(train, 'x'), values(train, 'y')],
    [
      [5001, 5002],
      [1, 0],
    ],
  )
})

test('equations that build on each other, 5,000 deep and forty times twice, are scaled all the same', async () => {
  const equations = (n: number, next: (before: string) => string): string =>
    `a0 = t.a\n${Array.from({ length: n }, (_, i) => `a${i + 1} = ${next(`a${i}`)}`).join('\n')}`
  const files = { 'a.csv': 'a,b\n1,3\n2,5\n' }
  const scaled = async (n: number, next: (before: string) => string): Promise<unknown> => {
    const data = `t = csv("a.csv")\n${equations(n, next)}\nx = standardize(a${n})`
    return values((await load({ inputs: ['x'], data, files })).train, 'x')
  }
  assert.deepEqual(await scaled(40, a => `${a} + ${a}`), [-1, 1])
  assert.deepEqual(await scaled(5000, a => `${a} - t.b`), [1, -1])
  assert.deepEqual(await scaled(3000, a => `standardize(${a})`), [-1, 1])
})

test('free dims are bound by the data', async () => {
  const data = 't = csv("a.csv")\nv = [t.a, t.b]\nk = t.a'
  const { sizes } = await load({ inputs: ['v [D]', 'k token of V'], data, files: { 'a.csv': table } })
  assert.deepEqual(sizes, { D: 2, V: 8 })
})

test('two fractions are train and test, three have validation between them', async () => {
  const files = { 'a.csv': column(range(10)) }
  const two = await load({ inputs: ['x'], data: 'x = csv("a.csv").x\nsplit = ordered(0.8, 0.2)', files })
  assert.deepEqual([values(two.train, 'x'), values(two.test, 'x')], [range(8), [8, 9]])
  assert.equal(two.validation, undefined)
  const three = await load({ inputs: ['x'], data: 'x = csv("a.csv").x\nsplit = ordered(0.6, 0.3, 0.1)', files })
  assert.deepEqual(
    [values(three.train, 'x'), values(three.validation, 'x'), values(three.test, 'x')],
    [range(6), [6, 7, 8], [9]],
  )
})

test('a shuffled split divides all rows, the same ones for each column and seed', async () => {
  const files = {
    'a.csv': `x,y\n${range(50)
      .map(i => `${i},${i}`)
      .join('\n')}`,
  }
  const data = 't = csv("a.csv")\nx = t.x\ny = t.y\nsplit = shuffled(0.6, 0.2, 0.2)'
  const parts = async (seed: number) => {
    const { train, validation, test } = await load({ inputs: ['x', 'y'], data, files }, { seed })
    return [train, validation, test].map(part => {
      assert.deepEqual(values(part, 'x'), values(part, 'y'))
      return values(part, 'x')
    })
  }
  const first = await parts(1)
  assert.deepEqual(
    first.map(p => p.length),
    [30, 10, 10],
  )
  assert.deepEqual(
    first.flat().sort((a, b) => a - b),
    range(50),
  )
  // As read, for whoever does not shuffle epochs.
  for (const rows of first)
    assert.deepEqual(
      rows,
      [...rows].sort((a, b) => a - b),
    )
  assert.deepEqual(await parts(1), first)
  assert.notDeepEqual(await parts(2), first)
})

test('scaling is fitted on the training part alone', async () => {
  const files = { 'a.csv': column([0, 2, 1000, 2000]) }
  const { train, test } = await load({
    inputs: ['x'],
    data: 'x = minmax(csv("a.csv").x)\nsplit = ordered(0.5, 0.5)',
    files,
  })
  assert.deepEqual(values(train, 'x'), [0, 1])
  assert.deepEqual(values(test, 'x'), [500, 1000])
})

test('what is fitted is used again, and nothing is fitted anew', async () => {
  const data = 's = minmax(csv("a.csv").x)\nx = standardize(s) + standardize(s * 2)'
  const first = await load({ inputs: ['x'], data, files: { 'a.csv': column([0, 2, 4]) } })
  assert.deepEqual(Object.keys(first.fitted.calls), ['s.minmax', 'x.standardize', 'x.standardize_2'])
  const { fitted } = first
  const again = await load({ inputs: ['x'], data, files: { 'a.csv': column([2, 2, 2]) } }, { fitted })
  assert.deepEqual(values(again.train, 'x'), [0, 0, 0])
  assert.deepEqual(again.fitted, fitted)
})

test('inputs for predictions need no targets; of a series every past, also the last', async () => {
  const data = 't = csv("a.csv")\nw = windows(minmax(t.x), 3)\npast = w.past\nnext = w.next\nlabel = classes(t.label)'
  const files = { 'a.csv': 'x,label\n0,a\n1,b\n2,a\n3,a\n4,b\n' }
  const trained = await load({ inputs: ['past over T[3]'], targets: ['next'], data, files })
  assert.equal(trained.train.count, 2)
  const inputs = await loadInputs(dataBlock(data), signature(['past over T[3]'], ['next']), {
    read: readTexts({ 'new.csv': column([8, 4, 0]) }),
    path: 'new.csv',
    fitted: trained.fitted,
  })
  assert.deepEqual(values(inputs.part, 'past'), [2, 1, 0])
})

test('stored fits of another data block are RNN501', async () => {
  const files = { 'a.csv': column([1, 2]) }
  const { fitted } = await load({ inputs: ['x'], data: 'x = minmax(csv("a.csv").x)', files })
  const other = { inputs: ['x'], data: 'x = standardize(csv("a.csv").x)', files }
  assert.match(
    (await failing('RNN501', () => load(other, { fitted }))).message,
    /nothing was fitted for `x\.standardize`/,
  )
})

test('another path replaces the only file, in messages too; of two files it cannot', async () => {
  const files = { 'b.csv': column(['no']) }
  const one = { inputs: ['x'], data: 'x = csv("a.csv").x', files }
  assert.match((await failing('RNN404', () => load(one, { path: 'b.csv' }))).message, /b\.csv, line 2/)
  const two = { inputs: ['x', 'y'], data: 'x = csv("a.csv").x\ny = csv("c.csv").x', files: { 'b.csv': column([1]) } }
  await failing('RNN413', () => load(two, { path: 'b.csv' }))
})

test('series of different lengths do not combine', async () => {
  const files = { 'a.csv': column([1, 2]), 'b.csv': column([1, 2, 3]) }
  for (const expression of ['a.x - b.x', '[a.x, b.x]']) {
    const data = `a = csv("a.csv")\nb = csv("b.csv")\nx = ${expression}`
    assert.match(
      (await failing('RNN423', () => load({ inputs: ['x [D]'], data, files }))).message,
      /`x` has 2 elements, but `x` has 3 elements/,
    )
  }
})

test('equations that nothing needs are not evaluated', async () => {
  await load({
    inputs: ['x'],
    data: 'x = csv("a.csv").x\nunused = csv("missing.csv")',
    files: { 'a.csv': column([1]) },
  })
})

test('a file is read once', async () => {
  let reads = 0
  const read = () => {
    reads++
    return new TextEncoder().encode(column([1]))
  }
  await load({ inputs: ['x', 'y'], data: 'x = csv("a.csv").x\ny = csv("a.csv").x', files: {} }, { read })
  assert.equal(reads, 1)
})

interface Bad {
  readonly code: Code
  readonly says: RegExp
  readonly data: string
  readonly inputs?: readonly string[]
  readonly file?: string
}

const bad: Record<string, Bad> = {
  'a port that is not fed': { code: 'RNN401', says: /input `x` has no data.*rename it to `x`/s, data: 'xs = 1' },
  'an unknown column': {
    code: 'RNN403',
    says: /has no column `lable`.*did you mean `label`/s,
    data: 'x = csv("a.csv").lable',
  },
  'a word in a column of numbers': {
    code: 'RNN404',
    says: /`x` is not a number: a\.csv, line 2, column `label`/,
    data: 'x = csv("a.csv").label',
  },
  'an empty cell': { code: 'RNN404', says: /line 3, column `x`/, data: 'x = csv("a.csv").x', file: 'x,y\n1,1\n,2\n' },
  NaN: { code: 'RNN404', says: /`NaN`/, data: 'x = csv("a.csv").x', file: column([1, 'NaN']) },
  'a number out of all bounds': {
    code: 'RNN404',
    says: /`1e999`/,
    data: 'x = csv("a.csv").x',
    file: column([1, '1e999']),
  },
  'a hexadecimal number': { code: 'RNN404', says: /`0x10`/, data: 'x = csv("a.csv").x', file: column(['0x10']) },
  'a part without rows': {
    code: 'RNN405',
    says: /the test part of 3 rows is empty/,
    data: 'x = csv("a.csv").a\nsplit = ordered(0.98, 0.02)',
  },
  'a missing file': { code: 'RNN406', says: /cannot read `b\.csv`/, data: 'x = csv("b.csv").x' },
  'a function of models': { code: 'RNN407', says: /`tanh`/, data: 'x = tanh(csv("a.csv").a)' },
  'a misspelled function': {
    code: 'RNN407',
    says: /did you mean `standardize`/,
    data: 'x = standardise(csv("a.csv").a)',
  },
  'an operator of models': { code: 'RNN407', says: /`\^`/, data: 'x = csv("a.csv").a ^ 2' },
  'a class that training did not see': {
    code: 'RNN408',
    says: /`y` of `label`/,
    data: 'x = classes(csv("a.csv").label)\nsplit = ordered(0.3, 0.7)',
  },
  'a short series': {
    code: 'RNN409',
    says: /a series of 3 is too short for windows of 3 \+ 1/,
    data: 'x = windows(csv("a.csv").a, 3).next',
  },
  'a broken file': { code: 'RNN410', says: /line 2/, data: 'x = csv("a.csv").x', file: 'x\n1,2\n' },
  'a vector for a scalar': {
    code: 'RNN411',
    says: /`x` is declared as real, but its data is \[2\]/,
    data: 't = csv("a.csv")\nx = [t.a, t.b]',
  },
  'windows of another length': {
    code: 'RNN411',
    says: /real over T\[3\], but its data is real over an axis of 2/,
    inputs: ['x over T[3]'],
    data: 'x = windows(csv("a.csv").a, 2).past',
  },
  'a fraction as a class': {
    code: 'RNN412',
    says: /1\.5 is not a class of/,
    inputs: ['x class of 4'],
    data: 'x = csv("a.csv").a + 0.5',
  },
  'an index out of range': {
    code: 'RNN412',
    says: /4 is not a class of 4, in `x`: a\.csv, line 3, column `a`/,
    inputs: ['x class of 4'],
    data: 'x = csv("a.csv").a',
  },
  'a negative index': {
    code: 'RNN412',
    says: /-1 is not a token of/,
    inputs: ['x token of V'],
    data: 'x = csv("a.csv").a - 2',
  },
  'too many classes': {
    code: 'RNN412',
    says: /the data has 2 of them/,
    inputs: ['x class of 1'],
    data: 'x = classes(csv("a.csv").label)',
  },
  'a fraction as an int': {
    code: 'RNN412',
    says: /1\.5 is not a whole number/,
    inputs: ['x int'],
    data: 'x = csv("a.csv").a + 0.5',
  },
  'a text that is not cut': { code: 'RNN422', says: /the text of `a.csv`/, data: 'x = text("a.csv")' },
  'a path with a backslash': {
    code: 'RNN420',
    says: /^`tables\\\\a\.csv` is not a portable path\n.*`\/`/,
    data: 'x = csv("tables\\\\a.csv").a',
  },
  'a path with what stands for a tab': {
    code: 'RNN420',
    says: /`tables\\ta\.csv`/,
    data: 'x = jsonl(path = "tables\\ta.csv").a',
  },
  'an unknown name': { code: 'RNN106', says: /`tt`.*`t`/s, data: 't = csv("a.csv")\nx = tt.a' },
  'a name used too early': { code: 'RNN109', says: /`t`/, data: 'x = t.a\nt = csv("a.csv")' },
  'a name in its own equation': { code: 'RNN109', says: /`x`/, data: 'x = x' },
  'a name defined twice': { code: 'RNN107', says: /`x`/, data: 'x = 1\nx = 2' },
  'an unknown argument': {
    code: 'RNN105',
    says: /argument of `windows` `size`/,
    data: 'x = windows(csv("a.csv").a, size = 2).next',
  },
  'too many arguments': {
    code: 'RNN208',
    says: /`windows` takes 2 to 3 arguments, but 4 are given/,
    data: 'x = windows(csv("a.csv").a, 1, 1, 1).next',
  },
  'too few arguments': { code: 'RNN209', says: /`windows` needs `length`/, data: 'x = windows(csv("a.csv").a).next' },
  'no number': {
    code: 'RNN230',
    says: /`length` must be a whole number of at least 1; it is the number 0/,
    data: 'x = windows(csv("a.csv").a, 0).next',
  },
  'a table as a series': { code: 'RNN422', says: /the table `a\.csv`/, data: 'x = csv("a.csv")' },
  'arithmetic with classes': {
    code: 'RNN422',
    says: /a series of classes/,
    data: 'x = classes(csv("a.csv").label) + 1',
  },
  'a logarithm of zero': {
    code: 'RNN424',
    says: /-Infinity, from 0 in element 1 of `a` \(a\.csv, line 2, column `a`\)/,
    data: 'x = log(csv("a.csv").a - 1)',
  },
  'fractions that are not a whole': {
    code: 'RNN230',
    says: /0\.8 \+ 0\.1 = 0\.9/,
    data: 'x = csv("a.csv").a\nsplit = ordered(0.8, 0.1)',
  },
  'a split that is none': { code: 'RNN231', says: /`split` must be/, data: 'x = csv("a.csv").a\nsplit = 0.8' },
  'windows of shuffled values': {
    code: 'RNN426',
    says: /cut into windows\nuse `ordered\(…\)`/,
    data: 'x = windows(csv("a.csv").a, 1).next\nsplit = shuffled(0.5, 0.5)',
  },
  'inputs of different counts': {
    code: 'RNN423',
    says: /`x` has 3 examples, but `y` has 2 examples/,
    inputs: ['x', 'y'],
    data: 't = csv("a.csv")\nx = t.a\ny = windows(t.a, 1).next',
  },
  'another member of windows': { code: 'RNN218', says: /`past`/, data: 'x = windows(csv("a.csv").a, 1).pasd' },
  'a prime': { code: 'RNN306', says: /no states/, data: "x' = 1" },
}
for (const [what, { code, says, data, inputs = ['x'], file = table }] of Object.entries(bad)) {
  test(`${what} is ${code}, at its place`, async () => {
    const found = await failing(code, () => load({ inputs, data, files: { 'a.csv': file } }))
    assert.match(`${found.message}\n${found.help ?? ''}`, says)
    if (code !== 'RNN405' && code !== 'RNN410' && !(code === 'RNN408')) assert.ok(found.span, 'it has a place')
  })
}
