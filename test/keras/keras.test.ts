// Golden numbers from Keras 3.15 in float64: forward, loss, gradients and optimizer steps of programs a user could have written.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { Buffer, Executable } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { relativeError } from '../../compiler/ir/array.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { type KerasWeight, weightsFromKeras } from './layout.ts'

interface Fixture {
  readonly inputs: { shape: number[]; data: number[] }
  readonly targets: { shape: number[]; data: number[] } | null
  readonly weights: KerasWeight[]
  readonly outputs: { data: number[] } | { data: number[] }[]
  readonly loss_value?: number
  readonly gradients?: KerasWeight[]
  readonly steps?: number[]
  readonly weights_after?: KerasWeight[]
}

const folder = new URL('../../../shared/fixtures/keras/', import.meta.url)

/** Each fixture, our parts in the order of Keras' layers, and which side Keras padded with zeros. */
const fixtures: readonly { name: string; parts: readonly string[]; padded?: 'pre' | 'post'; sparse?: string }[] = [
  { name: 'simple_rnn_sequences', parts: ['rnn'] },
  { name: 'simple_rnn_relu_last', parts: ['rnn', 'head'] },
  { name: 'simple_rnn_sigmoid_last', parts: ['rnn', 'head'] },
  { name: 'time_series_two_simple_rnns', parts: ['first', 'second'] },
  { name: 'lstm_sequences', parts: ['rnn', 'head'] },
  { name: 'lstm_states', parts: ['rnn'] },
  { name: 'gru_reset_after', parts: ['rnn'] },
  { name: 'gru_reset_before', parts: ['rnn'] },
  { name: 'imdb_stack', parts: ['embed', 'first', 'second', 'head'], sparse: 'embed.E' },
  { name: 'embedding_mask_pre', parts: ['embed', 'rnn', 'head'], padded: 'pre' },
  { name: 'embedding_mask_post', parts: ['embed', 'rnn', 'head'], padded: 'post' },
  { name: 'bidirectional_lstm_concat', parts: ['both.f', 'both.b', 'head'] },
  { name: 'bidirectional_gru_sequences', parts: ['both.f', 'both.b'] },
  { name: 'clip_global_norm', parts: ['rnn'] },
  { name: 'clip_value', parts: ['rnn'] },
]

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  const error = relativeError(actual, expected)
  assert.ok(error <= tolerance, `${what}: relative error ${error} > ${tolerance}`)
}

/** A class of a one-hot target, or the target itself. */
function targetData(data: readonly number[], shape: readonly number[], classes: boolean): number[] {
  const width = shape[shape.length - 1]
  const oneHot = classes && width > 1 && data.every(v => v === 0 || v === 1) && data.length > width
  if (!oneHot) return [...data]
  return Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width).indexOf(1))
}

/**
 * Keras' Adam on a table whose gradient is a list of rows (TensorFlow's IndexedSlices): it squares the gradient of each
 * occurrence of a token by itself and adds the squares, where Adam squares the sum. No optimizer can see that from the
 * gradient, so for this one table we do the same: with a row for each occurrence, one gradient gives them all.
 */
function sparseAdam(gradient: Executable, sizes: Sizes, batch: Record<string, Buffer>, name: string) {
  const tokens =
    Object.values(batch).find(b => b instanceof Int32Array && b.length === sizes.B * sizes.T) ?? new Int32Array()
  let m = new Float64Array()
  let v = new Float64Array()
  return (state: Record<string, Buffer>, t: number): Float64Array => {
    const table = state[name]
    const width = table.length / sizes.V
    const rows = Float64Array.from(
      { length: tokens.length * width },
      (_, i) => table[tokens[Math.floor(i / width)] * width + (i % width)],
    )
    const ids = Object.fromEntries(
      Object.entries(batch).map(([key, b]) => [key, b === tokens ? Int32Array.from(tokens.keys()) : b]),
    )
    const d = gradient.run({ ...sizes, V: tokens.length }, { ...state, ...ids, [name]: rows })[`d:${name}`]
    const sum = new Float64Array(table.length)
    const squares = new Float64Array(table.length)
    d.forEach((g, i) => {
      const place = tokens[Math.floor(i / width)] * width + (i % width)
      sum[place] += g
      squares[place] += g * g
    })
    m = sum.map((g, i) => 0.9 * (m[i] ?? 0) + 0.1 * g)
    v = squares.map((g, i) => 0.999 * (v[i] ?? 0) + 0.001 * g)
    const rate = (0.01 * Math.sqrt(1 - Math.fround(0.999) ** t)) / (1 - Math.fround(0.9) ** t)
    return m.map((g, i) => table[i] - (rate * g) / (Math.sqrt(v[i]) + 1e-7))
  }
}

describe('Keras fixtures', { skip: existsSync(folder) ? false : '../shared/fixtures/keras is absent' }, () => {
  it('are all here', () => {
    assert.deepEqual(readdirSync(folder).sort(), fixtures.map(f => `${f.name}.json`).sort())
  })
  for (const { name, parts, padded, sparse } of fixtures) {
    it(name, () => {
      const fixture: Fixture = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
      const source = readFileSync(new URL(`programs/${name}.rnn`, import.meta.url), 'utf8')
      const model = compile(source, { file: `${name}.rnn` })
      const weights = weightsFromKeras(fixture.weights, parts)
      const [B, T] = fixture.inputs.shape
      const vocabulary = fixture.weights[0].shape[0]
      const sizes: Sizes = { B, T, ...(model.freeDims.includes('V') ? { V: vocabulary } : {}) }

      const lengths = Int32Array.from({ length: B }, () => T)
      let tokens = fixture.inputs.data
      if (padded !== undefined) {
        // Index 0 is Keras' padding: we state lengths, and put the elements first.
        tokens = Array.from({ length: B }, (_, b) => fixture.inputs.data.slice(b * T, (b + 1) * T)).flatMap(
          (row, b) => {
            const valid = row.filter(v => v !== 0)
            lengths[b] = valid.length
            return [...valid, ...row.filter(v => v === 0)]
          },
        )
      }
      const [input] = model.signature.inputs
      const [target] = model.signature.targets
      const batch: Record<string, Buffer> = {
        [input.name]: input.dtype === 'int' ? Int32Array.from(tokens) : Float64Array.from(tokens),
        'T.lengths': lengths,
      }
      if (target !== undefined && fixture.targets !== null) {
        const data = targetData(fixture.targets.data, fixture.targets.shape, target.coding !== undefined)
        batch[target.name] = target.dtype === 'int' ? Int32Array.from(data) : Float64Array.from(data)
      }
      const state: Record<string, Buffer> = Object.fromEntries(
        Object.entries(weights).map(([key, data]) => [key, Float64Array.from(data)]),
      )
      const run = (executable: Executable): Readonly<Record<string, Buffer>> =>
        executable.run(sizes, { ...batch, ...state })

      const predicted = run(load(model.context, model.predict(), js, 'f64'))
      const expected = Array.isArray(fixture.outputs) ? fixture.outputs : [fixture.outputs]
      model.signature.outputs.forEach((port, i) => {
        close(predicted[port.name], expected[i].data, 1e-9, `output ${port.name}`)
      })
      if (fixture.loss_value === undefined || fixture.gradients === undefined) return

      const found = run(load(model.context, model.gradient(), js, 'f64'))
      close(found.loss, [fixture.loss_value], 1e-9, 'loss')
      const gradients = weightsFromKeras(fixture.gradients, parts)
      for (const p of model.signature.parameters)
        close(found[`d:${p.name}`], gradients[p.name], 1e-9, `gradient of ${p.name}`)

      if (fixture.steps === undefined || fixture.weights_after === undefined) return
      const training = model.train()
      const step = load(training.context, training.graph, js, 'f64')
      for (const s of training.states) {
        const size = s.shape.reduce((n, d) => n * evaluate(d, sizes), 1)
        const start = s.init.kind === 'number' ? s.init.value : Number.NaN
        state[s.name] = s.dtype === 'int' ? new Int32Array(size).fill(start) : new Float64Array(size).fill(start)
      }
      const occurrences =
        sparse === undefined
          ? undefined
          : sparseAdam(load(model.context, model.gradient(), js, 'f64'), sizes, batch, sparse)
      fixture.steps.forEach((loss, i) => {
        const results = run(step)
        close(results.loss, [loss], 1e-9, `loss of step ${i}`)
        const table = occurrences?.(state, i + 1)
        for (const key of Object.keys(state)) if (results[key] !== undefined) state[key] = results[key].slice()
        if (sparse !== undefined && table !== undefined) state[sparse] = table
      })
      const after = weightsFromKeras(fixture.weights_after, parts)
      for (const p of model.signature.parameters) close(state[p.name], after[p.name], 1e-8, `${p.name} after the steps`)
    })
  }
})
