// The first NaN or infinity: found where it arises, at its step and example, and not where it does no harm.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { initialWeights } from '../../runtime/session.ts'
import { firstNotFinite, type NotFinite } from '../../trust/gradients/firstNotFinite.ts'

const sizes = { B: 2, T: 5 }
const lengths = [3, 5]

const program = (step: string, loss = 'mse(x |> Sum |> last, y)'): string => `cell Sum {
  input x: real
  state h: real
  param w: real = 1
  ${step}
  return h'
}
model M {
  input x: real over T
  target y: real
  loss ${loss}
}`

/** Ones, but for what `other` gives by example and step. */
function find(
  source: string,
  other: Readonly<Record<string, number>> = {},
  precision: 'f32' | 'f64' = 'f64',
): NotFinite | undefined {
  const model = compile(source)
  const x = new Float64Array(10).fill(1)
  for (const [place, value] of Object.entries(other)) {
    const [example, step] = place.split(',').map(Number)
    x[5 * example + step] = value
  }
  const inputs = { x, y: Float64Array.of(0, 0), 'T.lengths': Int32Array.from(lengths) }
  const good = { ...inputs, x: new Float64Array(10).fill(1) }
  const batches = [
    { sizes, inputs: good },
    { sizes, inputs },
  ]
  return firstNotFinite(model, initialWeights(model, sizes, 1, precision), batches, { precision })
}

function originIn(source: string, found: NotFinite | undefined) {
  assert.ok(found?.origin)
  const { span, ...origin } = found.origin
  assert.ok(span)
  return { ...origin, source: source.slice(span.start, span.end) }
}

const logs = program("h' = h + log(w * x)")

describe('firstNotFinite', () => {
  it('finds nothing where all is finite', () => {
    assert.equal(find(logs), undefined)
  })

  it('names the equation, its step, its example, and what it read', () => {
    const found = find(logs, { '1,3': -2 })
    assert.deepEqual([found?.batch, found?.loss], [1, Number.NaN])
    assert.deepEqual(found?.gradients, ['Sum.w'])
    const { loops, ...origin } = originIn(logs, found)
    assert.deepEqual(origin, {
      op: 'log',
      name: '',
      value: Number.NaN,
      backward: false,
      steps: [{ axis: 'T', place: 3 }],
      example: 1,
      operands: [{ name: '', from: -2, to: -2 }],
      source: 'log(w * x)',
    })
    assert.equal(logs.slice(loops[0].start, loops[0].end), 'x |> Sum')
  })

  it('names the first of several, in the order of the run', () => {
    const { steps, example } = originIn(logs, find(logs, { '1,3': -2, '0,2': -1, '1,4': 0 }))
    assert.deepEqual([steps[0].place, example], [2, 0])
  })

  it('passes over what padding holds', () => {
    assert.equal(find(logs, { '0,3': -2 }), undefined)
    const { steps, example } = originIn(logs, find(logs, { '0,3': -2, '1,4': -3 }))
    assert.deepEqual([steps[0].place, example], [4, 1])
  })

  it('passes over what `where` leaves out', () => {
    const chosen = program("h' = h + where(x < 0, 0, log(w * x)) + sqrt(2.5 - x)")
    assert.equal(find(chosen, { '1,3': -2 }), undefined)
    const { op, steps } = originIn(chosen, find(chosen, { '1,1': -2, '1,3': 4 }))
    assert.deepEqual([op, steps[0].place], ['sqrt', 3])
  })

  it('passes over infinities that the program writes', () => {
    const masked = program("h' = max(h, where(x < 0, -inf, x)) + log(w * x)")
    const { op, steps } = originIn(masked, find(masked, { '1,2': -2 }))
    assert.deepEqual([op, steps[0].place], ['log', 2])
  })

  it('finds what is not finite in the gradient alone', () => {
    const root = program("h' = h + x * w", 'mse((x |> Sum |> last) ^ 0.7, y + 1)')
    const found = find(root, { '1,0': -4 })
    assert.ok(Number.isFinite(found?.loss))
    const { backward, example, op } = originIn(root, found)
    assert.deepEqual([backward, example], [true, 1], op)
  })

  it('finds what single precision cannot hold', () => {
    const large = program("h' = h + sqrt(exp(w * x))")
    assert.equal(find(large, { '0,1': 100 }, 'f64'), undefined)
    const { op, value, steps, example } = originIn(large, find(large, { '0,1': 100 }, 'f32'))
    assert.deepEqual([op, value, steps[0].place, example], ['exp', Number.POSITIVE_INFINITY, 1, 0])
  })

  it('names an input that is no number', () => {
    const found = find(logs, { '1,2': Number.NaN })
    const origin = found?.origin
    assert.deepEqual([origin?.op, origin?.name, origin?.example], ['input', 'x', 1])
    assert.deepEqual(origin?.steps, [{ axis: 'T', place: 2 }])
  })

  it('names an equation outside the loops', () => {
    const outside = program("h' = h + w * x", 'mse(last(log(Sum(x))), y)')
    const { op, steps, example } = originIn(outside, find(outside, { '1,3': -20, '0,1': 0 }))
    assert.deepEqual([op, example], ['log', 1])
    assert.deepEqual(steps, [{ axis: 'T', place: 4 }])
  })
})
