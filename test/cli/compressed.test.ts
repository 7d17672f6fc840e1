// The commands on data that gzip has compressed: as on what it holds, and a damaged file ends with its code.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { test } from 'vitest'
import { workplace } from './support.ts'

const { write, rnnc, ok } = workplace({
  'm.rnn': `model m {
  input x: real
  target y: real
  p = [x] |> dense(1)
  loss mse(p, y)
  predict y from p
}
data d for m { t = tsv("table.tsv.gz"); x = t.x; y = t.y; split = ordered(0.8, 0.2) }
train m on d { optimizer = Adam(0.01); epochs = 2; batch = 4 }
`,
})
const table = `x\ty\n${Array.from({ length: 30_000 }, (_, i) => `${i % 7}\t${i % 5}`).join('\n')}\n`

test('train, predict and check', async () => {
  write('table.tsv.gz', gzipSync(table))
  await ok('train', 'm.rnn', '--set', 'epochs=1', '--target', 'js')
  const { stdout } = await ok('predict', 'm.safetensors', '--data', 'table.tsv.gz', '--target', 'js')
  assert.equal(stdout.trim().split('\n').length, 30_001)
  await ok('check', 'm.rnn', '--data', 'table.tsv.gz')
  write('other.tsv.gz', gzipSync(table.replace('\n3\t3\n', '\n3\tthree\n')))
  const { code, stderr } = await rnnc('check', 'm.rnn', '--data', 'other.tsv.gz')
  assert.equal(code, 1)
  assert.match(stderr, /RNN404: `three` is not a number: other\.tsv\.gz, line 5, column `y`/)
})

test('a file that is cut off', async () => {
  write('table.tsv.gz', gzipSync(table).subarray(0, -100))
  const { code, stderr } = await rnnc('train', 'm.rnn', '--target', 'js')
  assert.equal(code, 1)
  assert.match(stderr, /RNN410: `table\.tsv\.gz` is malformed: it is compressed by gzip, and damaged or cut off: /)
  assert.match(stderr, /m\.rnn:8:24/)
})
