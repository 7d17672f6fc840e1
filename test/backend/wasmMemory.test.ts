// The memory of the WebAssembly backends: what `store` gave stays right as it grows, of either kind, and is given back.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'vitest'
import { createExecutable } from '../../compiler/backend/wasm/executable.ts'
import { wasmEngine } from '../../compiler/backend/wasm/wasmEngine.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { plan } from '../../compiler/index.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { graphText } from '../ir/passes.ts'

/** w += Σ of x over the batch, and x + w for each example. */
const text = `input w: real[3]
input x: real[B, 3]
%s = sum(%x, [-2])
%n = add(%w, %s)
%b = broadcast(%n, at=[-2], sizes=[B])
%y = add(%x, %b)
output w %n
output y`

for (const shared of [true, false]) {
  describe(`a memory that is ${shared ? '' : 'not '}shared`, () => {
    const make = () => {
      const { context, graph } = readGraph(graphText(text))
      const made = plan(context, { ...graph, inPlace: true })
      const schedule = scheduleFor(made, 'f64')
      const engine = wasmEngine(schedule, { relaxed: false, shared })
      return createExecutable({ name: 'wasm', plan: made, schedule, engine, precision: 'f64' })
    }
    const batch = (B: number): Float64Array => new Float64Array(3 * B).fill(1)

    it('keeps stored arrays right as it grows', () => {
      const executable = make()
      const { w } = executable.store({ w: Float64Array.of(1, 2, 3) })
      let sum = 0
      for (const B of [1, 4, 100_000, 2, 0, 300_000, 5]) {
        sum += B
        const results = executable.run({ B }, { w, x: batch(B) })
        assert.equal(results.w, w)
        assert.deepEqual([...w], [1 + sum, 2 + sum, 3 + sum])
        assert.deepEqual([...results.y.slice(0, 3)], B === 0 ? [] : [2 + sum, 3 + sum, 4 + sum])
        assert.equal(results.y.length, 3 * B)
      }
    })

    it('takes arrays that it did not store, and writes them', () => {
      const executable = make()
      const w = Float64Array.of(1, 2, 3)
      executable.run({ B: 2 }, { w, x: batch(2) })
      executable.run({ B: 50_000 }, { w, x: batch(50_000) })
      assert.deepEqual([...w], [50_003, 50_004, 50_005])
    })

    it('keeps several stored arrays apart', () => {
      const executable = make()
      const [a, b] = [1, 2].map(k => executable.store({ w: Float64Array.of(k, k, k) }))
      executable.run({ B: 1 }, { ...a, x: batch(1) })
      const c = executable.store({ w: Float64Array.of(7, 7, 7) })
      executable.run({ B: 1000 }, { ...b, x: batch(1000) })
      executable.run({ B: 1 }, { ...c, x: batch(1) })
      assert.deepEqual(
        [a, b, c].map(s => s.w[0]),
        [2, 1002, 8],
      )
    })

    it('goes on after a run that it has no room for', () => {
      const executable = make()
      const w = Float64Array.of(1, 2, 3)
      const { w: stored } = executable.store({ w })
      // An array of the right length that takes no room itself, in place of one of 2.4 GB.
      const large = new Float64Array(1)
      Object.defineProperties(large, { length: { value: 3e8 }, byteLength: { value: 2.4e9 } })
      for (const given of [w, stored]) {
        executable.run({ B: 2 }, { w: given, x: batch(2) })
        assert.throws(() => executable.run({ B: 1e8 }, { w: given, x: large }), /RNN519/)
        const { y } = executable.run({ B: 3 }, { w: given, x: batch(3) })
        assert.deepEqual([...given], [6, 7, 8])
        assert.deepEqual([...y.slice(0, 3)], [7, 8, 9])
        assert.equal(executable.store({ w }).w.length, 3)
      }
    })

    it('lays the same arrays into the same place, with the values that they have by then', () => {
      const { context, graph } = readGraph(graphText('input w: real[N]\n%s = sum(%w, [-1])\noutput s %s'))
      const made = plan(context, graph)
      const schedule = scheduleFor(made, 'f64')
      const engine = wasmEngine(schedule, { relaxed: false, shared })
      const executable = createExecutable({ name: 'wasm', plan: made, schedule, engine, precision: 'f64' })
      const w = new Float64Array(500_000).fill(1)
      executable.run({ N: w.length }, executable.store({ w }))
      const before = engine.buffer().byteLength
      // 4 GB, if each had a place of its own.
      for (let i = 0; i < 1000; i++) executable.store({ w })
      w.fill(2)
      const { s } = executable.run({ N: w.length }, executable.store({ w }))
      assert.deepEqual([...s], [1_000_000])
      assert.equal(engine.buffer().byteLength, before)
      const other = executable.store({ w: w.slice().fill(3) })
      assert.deepEqual([...executable.run({ N: w.length }, other).s], [1_500_000])
    })

    it('says what is wrong with an input', () => {
      const executable = make()
      const w = Float64Array.of(1, 2, 3)
      assert.throws(() => executable.run({ B: 2 }, { w, x: batch(1) }), /input x should have 6 elements and has 3/)
      assert.throws(() => executable.run({ B: 1 }, { w, x: new Float32Array(3) }), /input x should be a Float64Array/)
      assert.throws(() => executable.run({}, { w, x: batch(1) }), /size B is not known/)
    })
  })
}

describe('predictions, one after another', () => {
  for (const [threads, when] of [
    [1, 'now'],
    [2, 'later'],
  ]) {
    it(`give their memory back, ${when}, on ${threads} threads`, () => {
      const script = new URL('memoryOfPredictions.ts', import.meta.url).pathname
      // Each takes 4 MB and more: together over 2 GB, if they are not given back.
      const text = execFileSync(process.execPath, [script, String(threads), '300', String(when)], { encoding: 'utf8' })
      assert.ok(Number(text) < 1000, `${text.trim()} MB`)
    })
  }
})
