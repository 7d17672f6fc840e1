// Golden numbers from Keras 3.15 in float64: forward, loss, gradients and optimizer steps of programs a user could have written.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'vitest'
import type { Buffer, Executable } from '../../compiler/backend/backend.ts'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { load } from '../../compiler/index.ts'
import { relativeError } from '../../compiler/ir/array.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { folder, readFixture, readProgram } from './files.ts'
import { fixtures, openFixture } from './fixture.ts'
import { weightsFromKeras } from './layout.ts'

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  const error = relativeError(actual, expected)
  assert.ok(error <= tolerance, `${what}: relative error ${error} > ${tolerance}`)
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

describe('Keras fixtures', () => {
  it('are all here', () => {
    assert.deepEqual(readdirSync(folder).sort(), fixtures.map(f => `${f.name}.json`).sort())
  })
  for (const backend of immediateBackends) {
    for (const entry of fixtures) {
      const { name, parts, sparse } = entry
      it(backend.name === 'js' ? name : `${name} on ${backend.name}`, () => {
        const fixture = readFixture(name)
        const { model, sizes, batch, weights } = openFixture(entry, fixture, readProgram(name))
        const state: Record<string, Buffer> = { ...weights }
        const run = (executable: Executable): Readonly<Record<string, Buffer>> =>
          executable.run(sizes, { ...batch, ...state })

        const predicted = run(load(model.context, model.predict(), backend, 'f64'))
        const expected = Array.isArray(fixture.outputs) ? fixture.outputs : [fixture.outputs]
        model.signature.outputs.forEach((port, i) => {
          close(predicted[port.name], expected[i].data, 1e-9, `output ${port.name}`)
        })
        if (fixture.loss_value === undefined || fixture.gradients === undefined) return

        const found = run(load(model.context, model.gradient(), backend, 'f64'))
        close(found.loss, [fixture.loss_value], 1e-9, 'loss')
        const gradients = weightsFromKeras(fixture.gradients, parts)
        for (const p of model.signature.parameters)
          close(found[`d:${p.name}`], gradients[p.name], 1e-9, `gradient of ${p.name}`)

        if (fixture.steps === undefined || fixture.weights_after === undefined) return
        const training = model.train()
        const step = load(training.context, training.graph, backend, 'f64')
        for (const s of training.states) {
          const size = s.shape.reduce((n, d) => n * evaluate(d, sizes), 1)
          const start = s.init.kind === 'number' ? s.init.value : Number.NaN
          state[s.name] = s.dtype === 'int' ? new Int32Array(size).fill(start) : new Float64Array(size).fill(start)
        }
        const occurrences =
          sparse === undefined
            ? undefined
            : sparseAdam(load(model.context, model.gradient(), backend, 'f64'), sizes, batch, sparse)
        fixture.steps.forEach((loss, i) => {
          // The step writes over the weights that this is computed from.
          const table = occurrences?.(state, i + 1)
          const results = run(step)
          close(results.loss, [loss], 1e-9, `loss of step ${i}`)
          for (const key of Object.keys(state)) if (results[key] !== undefined) state[key] = results[key].slice()
          if (sparse !== undefined && table !== undefined) state[sparse] = table
        })
        const after = weightsFromKeras(fixture.weights_after, parts)
        for (const p of model.signature.parameters)
          close(state[p.name], after[p.name], 1e-8, `${p.name} after the steps`)
      })
    }
  }
})
