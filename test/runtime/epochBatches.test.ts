// Batches of an epoch: every example once, of similar lengths where `bucket` says so or lengths differ much.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { fromArrays, type LoadedArrays } from '../../runtime/data/arrays.ts'
import { epochBatches } from '../../runtime/epochBatches.ts'
import { type CompiledModel, compile } from '../../runtime/index.ts'
import { batchesOf } from '../../runtime/packBatch.ts'
import { train } from '../../runtime/train.ts'

const compiled = new Map<string, CompiledModel>()

function model(settings: string): CompiledModel {
  const known = compiled.get(settings)
  if (known !== undefined) return known
  const made = compile(`
    model m { input x: real over T; target y: real; loss mse([x] |> GRU(2) |> last |> dense(1), [y]) }
    data d for m { t = jsonl("a.jsonl"); x = t.x; y = t.y }
    train m on d { optimizer = Adam(0.01); epochs = 1; batch = 4; seed = 3; ${settings} }
  `)
  compiled.set(settings, made)
  return made
}

const dataOf = (lengths: readonly number[]): LoadedArrays =>
  fromArrays(model('').signature, {
    x: lengths.map(n => Array.from({ length: n }, (_, i) => Math.sin(i + n))),
    y: lengths.map(n => n / 100),
  })

const batchesFor = (lengths: readonly number[], settings: string, epoch = 1, size = 4): number[][] =>
  epochBatches(model(settings), dataOf(lengths).part, size, 3)(epoch).map(b => [...b])

const unbucketed = (count: number, epoch = 1): number[][] => batchesOf(count, 4, { seed: 3, epoch }).map(b => [...b])

/** Steps that a batch is computed for, all batches together. */
const padded = (batches: readonly number[][], lengths: readonly number[]): number =>
  batches.reduce((n, batch) => n + batch.length * Math.max(...batch.map(i => lengths[i])), 0)

const list = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 300 })
const flags = fc.constantFrom('bucket = true', 'bucket = true; shuffle = false', 'bucket = false', '')

test('an epoch has each example once, in batches of the same sizes, by the seed alone', () => {
  fc.assert(
    fc.property(list, flags, fc.integer({ min: 1, max: 9 }), (lengths, settings, epoch) => {
      const batches = batchesFor(lengths, settings, epoch)
      assert.deepEqual(
        batches.flat().sort((a, b) => a - b),
        lengths.map((_, i) => i),
      )
      const sizes = (of: readonly number[][]) => of.map(b => b.length).sort()
      assert.deepEqual(sizes(batches), sizes(unbucketed(lengths.length)))
      assert.deepEqual(batches, batchesFor(lengths, settings, epoch))
    }),
    { numRuns: 60 },
  )
})

test('where it is off, a step averages over the examples that it did without it', () => {
  const lengths = Array.from({ length: 90 }, (_, i) => (i * 37) % 50)
  for (const epoch of [1, 2]) assert.deepEqual(batchesFor(lengths, 'bucket = false', epoch), unbucketed(90, epoch))
})

test('batches of similar lengths need little padding, and are others in each epoch, long and short in turn', () => {
  const lengths = Array.from({ length: 400 }, (_, i) => 1 + ((i * 37) % 50))
  const sum = lengths.reduce((a, b) => a + b, 0)
  const [batches, next] = [1, 2].map(epoch => batchesFor(lengths, 'bucket = true', epoch))
  assert.ok(padded(batches, lengths) < 1.1 * sum, `${padded(batches, lengths) / sum}`)
  assert.ok(padded(unbucketed(400), lengths) > 1.4 * sum)
  const sets = (of: readonly number[][]) => of.map(b => b.toSorted((a, c) => a - c).join()).sort()
  assert.notDeepEqual(sets(batches), sets(next))
  const first = batches.slice(0, 20).map(b => lengths[b[0]])
  assert.notDeepEqual(
    first,
    first.toSorted((a, b) => a - b),
  )
})

test('more batches than a pool has are sorted pool by pool', () => {
  const lengths = Array.from({ length: 32 * 4 * 2 }, (_, i) => i % 128)
  const batches = batchesFor(lengths, 'bucket = true; shuffle = false')
  assert.deepEqual(
    batches.slice(0, 32).flat(),
    Array.from({ length: 128 }, (_, i) => i),
  )
  assert.deepEqual(batches[32], [128, 129, 130, 131])
})

test('by default it is on where the longest is more than twice as long as the mean one', () => {
  const even = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 10 : 30)) // mean 20
  assert.deepEqual(batchesFor(even, ''), unbucketed(40))
  const uneven = [...even, 41, 9]
  assert.notDeepEqual(batchesFor(uneven, ''), unbucketed(42))
  assert.deepEqual(batchesFor(uneven, ''), batchesFor(uneven, 'bucket = true'))
  const inOrder = batchesOf(42, 4, 'ordered').map(b => [...b])
  assert.deepEqual(batchesFor(uneven, 'shuffle = false'), inOrder)
})

test('training takes them: other weights than without, the same again', async () => {
  const lengths = Array.from({ length: 24 }, (_, i) => 1 + ((i * 7) % 20))
  const { part, sizes } = dataOf(lengths)
  const fitted = { calls: {}, ports: {}, sizes: {} }
  const weights = async (settings: string) => (await train(model(settings), { train: part, sizes, fitted })).weights
  const on = await weights('bucket = true')
  assert.deepEqual(await weights('bucket = true'), on)
  assert.notDeepEqual(await weights('bucket = false'), on)
})
