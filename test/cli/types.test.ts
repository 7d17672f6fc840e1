// rnnc types: what it writes is what TypeScript needs to know of a program.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { assertRefused, workplace } from './support.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const program = `model Kinds {
  input x: [2] over T, word: token of V over S, on: bool
  target kind: class of K, next: real over T
  h = x |> GRU(4)
  p = [last(h), word |> embedding(3) |> mean(over S)] |> dense(K, softmax)
  q = h |> dense(1)
  loss cross_entropy(p, kind) * where(on, 1, 2)
  predict kind from p
  predict next from q
  output probabilities = p
}
model interface { input a: [3, 2]; output b = a }
data Table for Kinds {
  t = jsonl("t.jsonl")
  x = t.x;  on = t.on;  next = t.next
  word = words(t.word)
  kind = classes(t.kind)
}
`

/** Uses the types as a program does; every line that must not pass is marked. */
const use = `import { compile, evaluate, fit, predict } from 'rnnc'
import type { interface_, Kinds } from './m.rnn'
import source from './m.rnn'

const x = [[[1, 2], new Float32Array(2)]]
const data = { x, word: ['a b'], on: [true], kind: ['a'], next: [[1, 2]] }
const trained = await fit(compile(source), data, { epochs: 1, encode: { x: 'standardize' } })
const { kind, next, probabilities } = predict(trained, { x: new Float32Array(4), word: ['a'], on: [1] })
export const kinds: readonly string[] = kind
export const nexts: readonly number[][] = next
export const chances: readonly number[][] = probabilities
// Targets may be among the inputs of a prediction.
predict(trained, data)
predict(trained, { ...data, next: [new Float32Array(2)] }, { typed: true })
predict(trained, [{ x: [[1, 2]], word: 'a', on: false, kind: 'a' }])
// @ts-expect-error no such input or target
predict(trained, { ...data, other: [1] })
// @ts-expect-error an input is missing
predict(trained, { x, word: ['a'], kind: ['a'] })
await evaluate(trained, [{ x: [[1, 2]], word: 'a', on: false, kind: 'a', next: [1] }])
const named = compile<Kinds>('model Kinds { … }')
await fit(named, data, { target: 'wasm' })
const other = compile<interface_>('…', { model: 'interface' })
// @ts-expect-error a class of the data block is a text
await fit(named, { ...data, kind: [1] })
// @ts-expect-error a target is missing
await fit(named, { x, word: [], on: [], kind: [] })
// @ts-expect-error no such input
await fit(named, data, { encode: { y: 'log' } })
// @ts-expect-error the numbers of x are in lists of lists
predict(trained, { x: [[1, 2]], word: ['a'], on: [1] })
// @ts-expect-error no such output
predict(trained, { x, word: ['a'], on: [1] }).q
// @ts-expect-error another model
await fit(other, data)
// A program of which no types were written takes and gives anything.
predict(await fit(compile('…'), { a: [1] }), { a: [1] }).anything
`

const { folder, ok, rnnc, path, write } = workplace({
  'm.rnn': program,
  'use.ts': use,
  'package.json': '{ "type": "module" }',
})

it('writes the types of each model, and says whether they are up to date', async () => {
  assertRefused(await rnnc('types', 'm.rnn', '--check'), 'RNN509', /takes the types of the program, not a missing file/)
  assert.match((await ok('types', 'm.rnn')).stdout, /wrote m\.d\.rnn\.ts/)
  await expect(readFileSync(path('m.d.rnn.ts'), 'utf8')).toMatchFileSnapshot('types.expected.txt')
  await ok('types', 'm.rnn', '--check')
  write('m.rnn', program.replace('V over S', 'V over U').replace('over S)', 'over U)'))
  assertRefused(await rnnc('types', 'm.rnn', '--check'), 'RNN509', /another version/)
  write('m.rnn', program)
  assertRefused(await rnnc('types', 'm.rnn', '--out', 'm.rnn'), 'RNN518', /m\.rnn/)
})

it('lets TypeScript check what goes in and what comes out', () => {
  write(
    'tsconfig.json',
    JSON.stringify({
      extends: `${root}tsconfig.json`,
      compilerOptions: {
        allowArbitraryExtensions: true,
        paths: { rnnc: [`${root}runtime/index.ts`] },
        typeRoots: [`${root}node_modules/@types`],
      },
      include: ['use.ts'],
    }),
  )
  const ran = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], {
    encoding: 'utf8',
  })
  assert.equal(ran.status, 0, ran.stdout)
})
