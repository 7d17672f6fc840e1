// Truncated back-propagation: how sequences are cut, and what a window's gradient is.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile, load } from '../../compiler/index.ts'
import { symbol } from '../../compiler/ir/dim.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { pack } from '../../runtime/packBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { countWindows, windowsOf } from '../../runtime/truncationWindows.ts'
import { createRandom } from '../support/random.ts'
import { port, range, signature } from './support.ts'

const T = symbol('T')
const nothing = { calls: {}, ports: {}, sizes: {} }

describe('windows', () => {
  it('cut each sequence, those of several axes whole along the others, and leave the rest', () => {
    const types = ['w int over T', 'c int over T over C', 'x [2] over T', 'y']
    const { part, sizes } = fromArrays(signature(types), {
      w: [[1, 2, 3], [4]],
      c: [[[1, 2], [], [3]], [[4, 5, 6]]],
      x: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [[7, 8]],
      ],
      y: [1, 2],
    })
    const ports = types.map(port)
    const windows = [...windowsOf(ports, part, [0, 1], T, 2)]
    assert.deepEqual(
      windows.map(w => w.start),
      [0, 2],
    )
    assert.equal(countWindows(ports, part, [0, 1], T, 2), 2)
    assert.equal(countWindows(ports, part, [1], T, 2), 1)
    const [first, second] = windows.map(w => pack(ports, w.part, range(2), sizes))
    assert.deepEqual([first.sizes.T, first.sizes.C, second.sizes.T, second.sizes.C], [2, 3, 1, 1])
    assert.deepEqual(first.inputs['T.lengths'], Int32Array.of(2, 1))
    assert.deepEqual(first.inputs['C.lengths'], Int32Array.of(2, 0, 3, 0))
    assert.deepEqual(first.inputs.x.slice(0, 6), Float64Array.of(1, 2, 3, 4, 7, 8))
    assert.deepEqual(second.inputs['T.lengths'], Int32Array.of(1, 0))
    assert.deepEqual(second.inputs['C.lengths'], Int32Array.of(1, 0))
    assert.deepEqual(second.inputs.w.slice(0, 1), Int32Array.of(3))
    assert.deepEqual(second.inputs.c.slice(0, 1), Int32Array.of(3))
    assert.deepEqual(second.inputs.x.slice(0, 2), Float64Array.of(5, 6))
    assert.deepEqual(second.inputs.y, Float64Array.of(1, 2))
  })

  it('of empty sequences are one', () => {
    const { part } = fromArrays(signature(['w int over T']), { w: [[], []] })
    assert.deepEqual(
      [...windowsOf([port('w int over T')], part, [0, 1], T, 4)].map(w => w.part.ports.w.map(e => e.lengths)),
      [[[[0]], [[0]]]],
    )
  })
})

/** A batch of random sequences of these lengths. */
function sequences(lengths: readonly number[], width: number): { x: Nested[]; y: Nested[] } {
  const random = createRandom(5)
  const vectors = (length: number): Nested =>
    Array.from({ length }, () => Array.from({ length: width }, () => random() - 0.5))
  return { x: lengths.map(vectors), y: lengths.map(vectors) }
}

const source = (statements: string, settings: string, fed = ''): string => `model M {
  input x: [2] over T
  target y: [2] over T
${statements}
  loss mse(p, y)
}
data D for M { t = jsonl("d.jsonl"); x = t.x; y = t.y${fed} }
train M on D { optimizer = SGD(0.5); epochs = 1; batch = 3; shuffle = false; ${settings} }
`

async function trained(model: CompiledModel, arrays: { x: Nested[]; y: Nested[] }) {
  const { part, sizes } = fromArrays(model.signature, arrays)
  return train(model, { train: part, sizes, fitted: nothing }, { precision: 'f64' })
}

describe('training with truncate', () => {
  const recurrent = '  part f = GRU(2)\n  p = f(x)'

  it('changes nothing where a window holds every sequence', async () => {
    const arrays = sequences([3, 5, 1, 4], 2)
    const whole = await trained(compile(source(recurrent, 'seed = 3')), arrays)
    const windows = await trained(compile(source(recurrent, 'seed = 3; truncate = 5')), arrays)
    assert.deepEqual(windows.weights, whole.weights)
    assert.equal(windows.steps, 2)
  })

  it('takes a step a window, the last of a batch with what is left', async () => {
    const arrays = sequences([3, 5, 1, 4], 2)
    const { steps, history } = await trained(compile(source(recurrent, 'truncate = 2')), arrays)
    assert.equal(steps, 3 + 2)
    const limited = await trained(compile(source(recurrent, 'truncate = 2; steps = 4')), arrays)
    assert.equal(limited.steps, 4)
    assert.ok(Number.isFinite(history[0].training.loss))
  })

  it('computes the gradient of each window with the states before it given', async () => {
    const arrays = sequences([5, 4], 2)
    const windowed = await trained(compile(source(recurrent, 'seed = 3; truncate = 3')), arrays)
    // The same by hand: a step on the first three elements, and one on the others from the states that those left.
    const first = compile(source(recurrent, 'seed = 3'))
    const given = compile(
      source('  input h0: [2]\n  part f = GRU(2)\n  r = f(x, h = h0)\n  p = r', 'seed = 3', '; h0 = t.h'),
    )
    const states = compile(`model S { input x: [2] over T
  part f = GRU(2)
  r = f(x)
  output end = r.final.h
}`)
    const cut = (from: number, to: number) => ({
      x: arrays.x.map(s => (s as Nested[]).slice(from, to)),
      y: arrays.y.map(s => (s as Nested[]).slice(from, to)),
    })
    const start = initialWeights(first, {}, 3, 'f64')
    const after = await trained(first, cut(0, 3))
    const { part, sizes } = fromArrays(states.signature, { x: cut(0, 3).x })
    const batch = pack(states.signature.inputs, part, range(2), sizes)
    // The states are those of the first window's own forward pass, before the weights moved.
    const { end } = load(states.context, states.predict(), js, 'f64').run(batch.sizes, { ...batch.inputs, ...start })
    const h0 = [0, 1].map(b => Array.from(end.slice(2 * b, 2 * b + 2)))
    const { part: later, sizes: laterSizes } = fromArrays(given.signature, { ...cut(3, 5), h0 })
    const second = await train(
      given,
      { train: later, sizes: laterSizes, fitted: nothing },
      { precision: 'f64', weights: after.weights },
    )
    for (const [name, data] of Object.entries(windowed.weights)) {
      data.forEach((w: number, i: number) => {
        assert.ok(Math.abs(w - second.weights[name][i]) < 1e-15, `${name}[${i}]: ${w} ${second.weights[name][i]}`)
      })
    }
  })

  it('goes on with delays, places and the first element', async () => {
    const running = [
      '  p = delay(x, 0.25) * (position(over T) + 1) + first(x)',
      '  param w: [2] = ones',
      '  q = w * p',
    ].join('\n')
    const arrays = sequences([5, 2, 4], 2)
    const loss = async (settings: string): Promise<number> => {
      const model = compile(source(running, settings).replace('mse(p', 'mse(q'))
      return (await trained(model, arrays)).history[0].training.loss
    }
    // Where no weight moves, the loss over all windows is the loss.
    const whole = await loss('freeze = w')
    const windows = await loss('freeze = w; truncate = 2')
    assert.ok(Math.abs(whole - windows) < 1e-12, `${whole} ${windows}`)
  })

  it('goes on with a first element that has an axis of its own, of other lengths in each window', async () => {
    const loss = async (settings: string): Promise<number> => {
      const model = compile(`model M {
  input c: [1] over T over C
  target y: [1] over T
  param w: [1] = ones
  p = w * (last(first(c, over T), over C) + sum(c, over C))
  loss mse(p, y)
}
data D for M { t = jsonl("d.jsonl"); c = t.c; y = t.y }
train M on D { optimizer = SGD(0.5); epochs = 1; batch = 3; freeze = w; ${settings} }
`)
      const { part, sizes } = fromArrays(model.signature, {
        c: [
          [[[1], [2], [3]], [[4]], [[5], [6], [7], [8]]],
          [[[9]], [[10], [11]]],
        ],
        y: [
          [[1], [2], [3]],
          [[4], [5]],
        ],
      })
      return (await train(model, { train: part, sizes, fitted: nothing }, { precision: 'f64' })).history[0].training
        .loss
    }
    const [whole, windows] = [await loss('seed = 1'), await loss('truncate = 1')]
    assert.ok(Math.abs(whole - windows) < 1e-12 * whole, `${whole} ${windows}`)
  })
})
