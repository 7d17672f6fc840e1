// Reading a large file tells how far it is, every two seconds; a pipe does not know its size, and tells the bytes.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { afterEach, test, vi } from 'vitest'
import { dataReader } from '../../cli/openSource.ts'
import { createOutput, type Output } from '../../cli/output.ts'
import { createReadMeter } from '../../cli/progress.ts'
import { workplace } from './support.ts'

const { write } = workplace()

afterEach(() => {
  vi.restoreAllMocks()
})

/** What a command says, under a clock that is set by hand. */
function saying() {
  let clock = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
  const said: string[] = []
  const output = createOutput(false, {
    say: text => said.push(text),
    write: () => {},
    color: false,
    input: Readable.from([]),
  })
  const wait = (ms: number): void => {
    clock += ms
  }
  return { said, output, wait }
}

async function piecesOf(path: string, output: Output): Promise<AsyncIterable<Uint8Array>> {
  const found = await dataReader('m.rnn', path, output)(path, true)
  return Symbol.asyncIterator in found ? found : assert.fail('it is read piece by piece')
}

test('a file tells the part of it that is read', async () => {
  const { said, output, wait } = saying()
  const path = write('large.csv', `x\n${'1\n'.repeat(500_000)}`)
  let read = 0
  for await (const piece of await piecesOf(path, output)) {
    read += piece.length
    wait(1500)
  }
  assert.equal(read, 1_000_002)
  assert.deepEqual(said, [`reading ${path}: 78 %  1 s left\n`])
})

test('a small file tells nothing', async () => {
  const { said, output, wait } = saying()
  const path = write('small.csv', 'x\n1\n')
  for await (const _ of await piecesOf(path, output)) wait(1500)
  assert.deepEqual(said, [])
})

test('a pipe tells the bytes that are read', () => {
  const { said, output, wait } = saying()
  const onRead = createReadMeter(output, 'reading /dev/stdin')
  for (const read of [1e6, 2.5e6, 3e6, 9e6]) {
    onRead(read, undefined)
    wait(1500)
  }
  assert.deepEqual(said, ['reading /dev/stdin: 3 MB\n'])
})
