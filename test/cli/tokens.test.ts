// Words and characters by the commands: answers in texts, and texts that a vocabulary does not know.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { workplace } from './support.ts'

const program = (call: string): string => `model M {
  input x: token of V over T
  target y: token of K over T
  p = x |> embedding(8) |> GRU(12) |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data D for M { t = csv("pairs.csv"); x = ${call}; y = words(t.b) }
train M on D { optimizer = Adam(0.05); epochs = 60; batch = 2 }
`

const place = workplace({
  'pairs.csv': 'a,b\nthe cat,le chat\na dog the cat,un chien le chat\na cat,un chat\n',
  'words.rnn': program('words(t.a)'),
  'changed.rnn': program('words(t.a, limit = 4)'),
  'cased.rnn': program('words(t.a, lower = false)'),
  'chars.rnn': program('chars(t.a)').replace('words(t.b)', 'chars(t.a)'),
  'new.csv': 'a\nThe dog!\n""\nthe xylophone\n',
})

test('words are answered in words, as they stand in a file', async () => {
  await place.ok('train', 'words.rnn')
  const { stdout } = await place.ok('predict', 'words.safetensors', '--data', 'new.csv', '--format', 'csv')
  // A word that training never saw is left out, and an empty line has no words.
  assert.equal(stdout, 'y\nle chien\n""\nle\n')
  const text = await place.ok('predict', 'words.safetensors', '--data', 'new.csv')
  assert.match(text.stdout, /le chien/)
  const json = await place.ok('predict', 'words.safetensors', '--data', 'new.csv', '--json')
  assert.deepEqual(JSON.parse(json.stdout).predictions, [{ y: 'le chien' }, { y: '' }, { y: 'le' }])
})

test('a block that makes its vocabulary in another way does not fit the weights', async () => {
  for (const [file, message] of [
    ['changed.rnn', /RNN501.*`a` has a vocabulary of 5 tokens, more than the limit of 4/],
    ['cased.rnn', /RNN501.*`a` has another vocabulary: `lower` was true, and is false/],
  ] as const) {
    const { code, stderr } = await place.rnnc('predict', file, '--weights', 'words.safetensors')
    assert.equal(code, 1)
    assert.match(stderr, message)
  }
})

test('a character that training never saw is refused at its line', async () => {
  await place.ok('train', 'chars.rnn')
  const { code, stderr } = await place.rnnc('predict', 'chars.safetensors', '--data', 'new.csv')
  assert.equal(code, 1)
  assert.match(stderr, /RNN430: `T` is not in the vocabulary of `a`: new\.csv, line 2, column `a`/)
})
