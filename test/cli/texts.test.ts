// A character model by the commands: texts of a folder, a pattern and a file, learned in streams, and a text that is generated.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'vitest'
import { assertRefused, json, workplace } from './support.ts'

/** The model `Characters` of the language's proposal, smaller. */
const program = (path: string, streams = 4): string => `model Characters(units = 16) {
  target script: token of V over T
  p = delay(script) |> embedding(8) |> LSTM(units) |> LSTM(units) |> dense(V, softmax)
  loss   cross_entropy(p, script)
  metric perplexity = exp(average(cross_entropy(p, script)))
  predict script from p
}
data Plays for Characters { script = streams(chars(text("${path}")), ${streams}); split = ordered(0.9, 0.1) }
train Characters on Plays { optimizer = Adam(0.02); epochs = 12; batch = 4; truncate = 16; clip = global_norm(5) }
`

const { folder, path, write, rnnc, ok } = workplace()
mkdirSync(path('plays'))
const line = 'ROMEO: I do love thee.\n'
write('plays/a.txt', line.repeat(20))
write('plays/b.txt', line.repeat(20))
write('plays/notes.md', 'zz')
write('pattern.rnn', program('plays/*.txt'))

test('a model of characters learns a text, and goes on with it', async () => {
  assert.match((await ok('train', 'pattern.rnn')).stdout, /perplexity/)
  const report = json(await ok('eval', 'pattern.safetensors', '--json'))
  assert.ok(JSON.stringify(report).includes('perplexity'))
  const { stdout } = await ok('generate', 'pattern.safetensors', '--after', 'ROMEO:', '--steps', '40')
  assert.match(stdout, /I do love thee\.\nROMEO: I do love/)
  const again = () => ok('generate', 'pattern.safetensors', '--after', 'ROMEO:', '--steps', '20', '--sample', '0.8')
  assert.equal((await again()).stdout, (await again()).stdout)
  const unseen = await rnnc('generate', 'pattern.safetensors', '--after', 'zoo', '--steps', '4')
  assertRefused(unseen, 'RNN430', /`z` is not in the vocabulary of `script`/)
})

test('`--data` names another text, a folder or a pattern', async () => {
  for (const data of ['plays/a.txt', 'plays/?.txt', `${folder}/plays/*.txt`]) {
    const { stdout } = await ok('eval', 'pattern.safetensors', '--data', data)
    assert.match(stdout, /perplexity/)
    await ok('check', 'pattern.rnn', '--data', data)
  }
  // The test part ends with a text that training never saw.
  assertRefused(await rnnc('eval', 'pattern.safetensors', '--data', 'plays'), 'RNN430', /plays\/notes\.md, line 1/)
  assertRefused(await rnnc('eval', 'pattern.safetensors', '--data', '*.none'), 'RNN406', /no file matches it/)
})

test('a text that is shorter than its streams, or no text, is refused at its place', async () => {
  write('short.txt', 'ab'.repeat(10))
  write('short.rnn', program('short.txt'))
  assertRefused(
    await rnnc('train', 'short.rnn'),
    'RNN431',
    /4 streams are cut from the test part, which has 2 elements/,
  )
  write('bytes.txt', Uint8Array.of(97, 98, 10, 0xc3, 40))
  write('bytes.rnn', program('bytes.txt', 1))
  const ran = await rnnc('train', 'bytes.rnn')
  assertRefused(ran, 'RNN410', /`bytes\.txt` is malformed: line 2 is not UTF-8 text: the byte at offset 3 is 0xC3/)
  assert.match(ran.stderr, /--> bytes\.rnn:8:/)
})
