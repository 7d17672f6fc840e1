// The example of images read row by row, on small files of the same format.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { test } from 'vitest'
import { load } from '../../compiler/index.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { compile, js } from '../../runtime/index.ts'
import { evaluatePart } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { workplace } from '../cli/support.ts'

const source = readFileSync(new URL('../../examples/image_rows/image_rows.rnn', import.meta.url), 'utf8')
const count = 240

/** Images of ten kinds: a bright bar, further down and more to the right for each, among gray dots. */
function files(part: string): Readonly<Record<string, Uint8Array>> {
  const images = new Uint8Array(count * 28 * 28).map((_, i) => (i * 7919) % 64)
  for (let image = 0; image < count; image++) {
    const kind = image % 10
    for (let row = 2 * kind; row < 2 * kind + 6; row++)
      images.fill(255, image * 784 + row * 28 + kind, image * 784 + row * 28 + kind + 9)
  }
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  return {
    [`${part}-images-idx3-ubyte.gz`]: idx([count, 28, 28], images),
    [`${part}-labels-idx1-ubyte.gz`]: idx([count], labels),
  }
}

/** An IDX file of bytes, compressed. */
const idx = (dims: readonly number[], bytes: Uint8Array): Uint8Array =>
  gzipSync(Buffer.concat([Uint8Array.of(0, 0, 8, dims.length, ...dims.flatMap(n => [0, 0, 0, n])), bytes]))

test.each(['Simple', 'Long'])('the model %s learns ten kinds of images', async name => {
  const model = compile(source, { model: name, sets: { units: 32, epochs: 12, batch: 8 } })
  assert.ok(model.data)
  const all = files('train')
  const data = await loadData(model.data, model.signature, { read: path => all[path] })
  assert.equal(data.train.count, count)
  assert.deepEqual(data.train.ports.image.at(0).lengths, [[28]])
  assert.equal(Math.max(...data.train.ports.image.at(0).values), 1)
  const { weights } = await train(model, data, { seed: 1 })
  const executable = load(model.context, model.evaluate(), js, 'f32')
  const run = { backend: js, precision: 'f32', batch: 32, seed: 1 } as const
  const report = evaluatePart(model, data.train, data.sizes, executable, weights, run)
  assert.ok(Number(report.accuracy) > 0.9, String(report.accuracy))
})

test('the commands of the page', async () => {
  const { write, ok } = workplace()
  for (const [name, bytes] of Object.entries({ ...files('train'), ...files('t10k') })) write(name, bytes)
  write('image_rows.rnn', source)
  write('on_test.rnn', source.replaceAll('train-', 't10k-'))
  await ok('train', 'image_rows.rnn', '--model', 'Simple', '--seed', '1', '--out', 'simple.safetensors')
  const { stdout } = await ok('eval', 'on_test.rnn', '--weights', 'simple.safetensors', '--part', 'train')
  const [, accuracy] = /^accuracy +(\S+)$/m.exec(stdout) ?? assert.fail(stdout)
  assert.ok(Number(accuracy) > 0.5, accuracy)
})
