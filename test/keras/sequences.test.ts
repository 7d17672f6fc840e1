// Sequences without padding, read from JSON Lines by a data block, give what Keras gives for the padded and masked ones.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import type { Buffer } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { relativeError } from '../../compiler/ir/array.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { pack } from '../../runtime/packBatch.ts'
import { folder, readProgram } from './files.ts'
import { type KerasWeight, weightsFromKeras } from './layout.ts'

interface Fixture {
  readonly inputs: { shape: number[]; data: number[] }
  readonly targets: { data: number[] }
  readonly weights: KerasWeight[]
  readonly outputs: { data: number[] }
  readonly loss_value: number
  readonly gradients: KerasWeight[]
}

interface Review {
  readonly ids: readonly number[]
  readonly label: number
}

const parts = ['embed', 'rnn', 'head']

describe('embedding_mask_pre from JSON Lines', () => {
  const program = readProgram('embedding_mask_pre')

  /** The forward values of the rows, the loss, and the gradients, of a data block that reads them as `review`. */
  async function run(review: string, rows: readonly Review[], { weights }: Fixture) {
    const data = `data Ids for Fixture { t = jsonl("ids.jsonl"); review = ${review}; label = t.label }`
    const model = compile(`${program}\n${data}`, { file: 'fixture.rnn' })
    assert.ok(model.data)
    const text = rows.map(row => `${JSON.stringify(row)}\n`).join('')
    const read = () => new TextEncoder().encode(text)
    const loaded = await loadData(model.data, model.signature, { read, sizes: { V: weights[0].shape[0] } })
    const { inputs, targets } = model.signature
    const batch = pack([...inputs, ...targets], loaded.train, [...rows.keys()], loaded.sizes)
    const state: Record<string, Buffer> = { ...batch.inputs }
    for (const [name, values] of Object.entries(weightsFromKeras(weights, parts)))
      state[name] = Float64Array.from(values)
    const { p } = load(model.context, model.predict(), js, 'f64').run(batch.sizes, state)
    const gradient = load(model.context, model.gradient(), js, 'f64').run(batch.sizes, state)
    return { p, gradient }
  }

  const fixture = (): Fixture => JSON.parse(readFileSync(new URL('embedding_mask_pre.json', folder), 'utf8'))

  /** The rows without Keras' padding, which is index 0 in front, and the number of steps with it. */
  function unpadded({ inputs, targets }: Fixture): { rows: readonly Review[]; steps: number } {
    const [count, steps] = inputs.shape
    const rows = Array.from({ length: count }, (_, b) => {
      const ids = inputs.data.slice(b * steps, (b + 1) * steps)
      return { ids: ids.slice(ids.findIndex(id => id !== 0)), label: targets.data[b] }
    })
    assert.ok(new Set(rows.map(({ ids }) => ids.length)).size > 1, 'rows of several lengths')
    return { rows, steps }
  }

  const close = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
    const error = relativeError(found, expected)
    assert.ok(error <= 1e-9, `relative error ${error}`)
  }

  for (const what of ['without padding', 'with too many ids in front']) {
    it(`gives the forward values, the loss and the gradients of rows ${what}`, async () => {
      const golden = fixture()
      const { rows, steps } = unpadded(golden)
      // A row that is as long as Keras' axis is, as `pad_sequences` would, cut down to it.
      const longer = rows.map(row => (row.ids.length < steps ? row : { ...row, ids: [3, 1, 2, ...row.ids] }))
      if (what !== 'without padding') assert.notDeepEqual(longer, rows)
      const given = what === 'without padding' ? rows : longer
      const { p, gradient } = await run(`truncated(t.ids, ${steps})`, given, golden)
      close(p, golden.outputs.data)
      close(gradient.loss, [golden.loss_value])
      for (const [name, expected] of Object.entries(weightsFromKeras(golden.gradients, parts))) {
        close(gradient[`d:${name}`], expected)
      }
    })
  }

  it('gives the forward value of each row, cut down to its own length', async () => {
    const golden = fixture()
    for (const [i, row] of unpadded(golden).rows.entries()) {
      const { p } = await run(`truncated(t.ids, ${row.ids.length})`, [{ ...row, ids: [5, 9, ...row.ids] }], golden)
      close(p, [golden.outputs.data[i]])
    }
  })

  it('gives other values where the wrong side is dropped', async () => {
    const golden = fixture()
    const { rows, steps } = unpadded(golden)
    const longer = rows.map(row => ({ ...row, ids: [3, 1, 2, ...row.ids] }))
    const { p } = await run(`truncated(t.ids, ${steps}, side = "post")`, longer, golden)
    const error = relativeError(p, golden.outputs.data)
    assert.ok(error > 1e-5, `relative error ${error}`)
  })
})
