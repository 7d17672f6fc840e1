// The commands on arrays of binary files: what they give, and how they end where a file is not what it should be.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { test } from 'vitest'
import { workplace } from './support.ts'

const program = (read: string): string => `model m {
  input x: [2] over T[3]
  target y: class of K
  p = x |> GRU(3) |> last |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for m { x = ${read}; y = classes(${read.replace(/\bx\b/, 'y')}) }
train m on d { optimizer = Adam(0.01); epochs = 2; batch = 2 }
`
const { write, rnnc, ok } = workplace({
  'npz.rnn': program('npz("a.npz").x'),
  'one.rnn': 'model one { input x: [2]; output y = sum(x) }\ndata d for one { x = idx("x.idx.gz") }',
})
write('a.npz', readFileSync(new URL('../runtime/numpy/deflated.npz', import.meta.url)))
const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6)
write('x.idx.gz', gzipSync(idx))

test('train, eval, check and predict', async () => {
  await ok('train', 'npz.rnn')
  await ok('check', 'npz.rnn')
  await ok('check', 'npz.rnn', '--data', 'a.npz')
  const { stdout } = await ok('predict', 'npz.safetensors', '--format', 'csv')
  assert.equal(stdout.trim().split('\n').length, 5)
  assert.match(stdout, /\n[0123]\n/)
  await ok('eval', 'npz.safetensors', '--part', 'train')
  await ok('check', 'one.rnn', '--data', 'x.idx.gz')
})

test('a file of another format, or a part of one, ends with its code and no stack trace', async () => {
  write('text.idx', 'x,y\n1,2\n')
  write('short.idx', idx.subarray(0, -1))
  write('short.gz', gzipSync(idx).subarray(0, -9))
  write('wide.idx', Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6))
  for (const [file, code] of Object.entries({
    'text.idx': 'RNN410',
    'short.idx': 'RNN410',
    'short.gz': 'RNN410',
    'wide.idx': 'RNN411',
    '.': 'RNN406',
    'no.idx': 'RNN406',
    'a.npz': 'RNN410',
  })) {
    const ran = await rnnc('check', 'one.rnn', '--data', file)
    assert.equal(ran.code, 1, file)
    assert.match(ran.stderr, new RegExp(`^error ${code}: `), file)
    assert.doesNotMatch(ran.stderr, /\n {4}at /)
  }
})
