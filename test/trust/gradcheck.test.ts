// The gradient checker: it passes right gradients, and names the parameter and element of a wrong one.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { failure } from '../../cli/commands/gradcheck.ts'
import type { Backend } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile } from '../../compiler/index.ts'
import type { Op } from '../../compiler/ir/ops/define.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { randomBatch, randomSizes } from '../../runtime/randomBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { checkGradientsAt } from '../../trust/gradients/checkGradientsAt.ts'
import { perturbed } from '../../trust/gradients/perturbed.ts'
import { oneSided, ridders } from '../../trust/gradients/ridders.ts'

const source = `
model Small {
  input x: [2] over T
  target y: [1]
  part rnn = LSTM(3), head = dense(1)
  p = x |> rnn |> last |> head
  loss mse(p, y)
}`
const sizes = { B: 2, T: 3 }
const batch = {
  x: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  y: Float64Array.of(0.3, -0.4),
  'T.lengths': Int32Array.of(3, 2),
}

/** js, with one element of one gradient off by a factor. */
const wrong = (name: string, place: number, factor: number): Backend => ({
  ...js,
  load: (plan, precision) => {
    const executable = js.load(plan, precision)
    return {
      backend: 'wrong',
      store: inputs => ({ ...inputs }),
      run: (s, inputs) => {
        const results = executable.run(s, inputs)
        if (results[name] !== undefined) results[name][place] *= factor
        return results
      },
    }
  },
})

describe('checkGradientsAt', () => {
  const model = compile(source)
  const weights = initialWeights(model, sizes, 1, 'f64')

  it('passes the gradients of the compiler', () => {
    const check = checkGradientsAt(model, weights, batch, sizes)
    assert.equal(check.passed, true)
    assert.equal(check.method, 'all elements')
    for (const p of check.parameters) assert.ok(p.error < 1e-7, `${p.name}: ${p.error}`)
  })

  it('names the element of a wrong one', () => {
    const check = checkGradientsAt(model, weights, batch, sizes, { backend: wrong('d:rnn.W_f', 5, 1.01) })
    assert.equal(check.passed, false)
    const bad = check.parameters.filter(p => !p.passed)
    assert.deepEqual(
      bad.map(p => p.name),
      ['rnn.W_f'],
    )
    assert.deepEqual(bad[0].worst.index, [2, 1])
  })

  it('catches it along directions where there are many elements', () => {
    const check = checkGradientsAt(model, weights, batch, sizes, { most: 1, backend: wrong('d:rnn.W_f', 0, 5) })
    assert.equal(check.method, 'directions and samples')
    assert.equal(check.passed, false)
  })

  it('is not talked out of a fault by what rounding might do in a long recurrence', () => {
    const tanh = ops.get('tanh')
    const vjp = tanh?.vjp
    if (tanh === undefined || vjp === undefined) throw new Error('tanh has a rule')
    const turned = { ...tanh, vjp: (t: Parameters<typeof vjp>[0]) => vjp(t).map(d => d && t.builder.emit('neg', [d])) }
    const long = compile('model M { input x: [2] over T; target y: [8]; loss mse(last(GRU(8)(x)), y) }', {
      ops: new Map([...ops, ['tanh', turned]]),
    })
    const drawn = randomBatch(long.signature, randomSizes(long.signature, { B: 1, T: 60 }), 1)
    const start = initialWeights(long, drawn.sizes, 1, 'f64')
    const check = checkGradientsAt(long, start, drawn.inputs, drawn.sizes, { most: 1 })
    assert.equal(check.passed, false)
    assert.deepEqual(check.cause?.ops, ['tanh'])
    const { code, caret } = failure(check)
    assert.equal(code, 'RNN506')
    assert.match(caret ?? '', /becomes wrong here, at step \d+, by the rule of `tanh`$/)
  })

  it('samples no element twice, and of many steps the first, the last and some between', () => {
    const long = compile('model M { input x: [2] over T; target y: [3]; loss mse(last(SimpleRNN(3)(x)), y) }')
    const drawn = randomBatch(long.signature, randomSizes(long.signature, { B: 1, T: 100 }), 1)
    const start = initialWeights(long, drawn.sizes, 1, 'f64')
    const check = checkGradientsAt(long, start, drawn.inputs, drawn.sizes, { most: 1 })
    assert.equal(check.passed, true)
    const steps = check.steps.flatMap(s => (s.name === 'x' ? [s.step ?? -1] : []))
    assert.equal(steps.length, 32)
    assert.equal(new Set(steps).size, 32)
    assert.deepEqual([steps[0], steps[31]], [0, 99])
    // Four of three are all three.
    assert.deepEqual(check.parameters.map(p => [p.name, p.checked]).at(-1), ['SimpleRNN.b', 3])
  })

  it('finds what shows only where biases are not 0', () => {
    // d log(b + 2) taken for d log(2): right where b is 0.
    const log1p = ops.get('log1p')
    const vjp = log1p?.vjp
    if (log1p === undefined || vjp === undefined) throw new Error('log1p has a rule')
    const constant = { ...log1p, vjp: (t: Parameters<typeof vjp>[0]) => [t.cotangents[0]] }
    const model = compile('model M { param b: [3] = zeros; loss sum(log1p(b)) }', {
      ops: new Map([...ops, ['log1p', constant]]),
    })
    const start = initialWeights(model, {}, 1, 'f64')
    assert.equal(checkGradientsAt(model, start, {}, { B: 1 }).passed, true)
    assert.equal(checkGradientsAt(model, perturbed(start, 1), {}, { B: 1 }).passed, false)
  })

  it('says which judge convicts, and what that one allows', () => {
    const slightly = checkGradientsAt(model, weights, batch, sizes, { backend: wrong('d:rnn.W_f', 5, 1 + 1e-8) })
    assert.match(failure(slightly).message, /compared with forward mode; 1e-9 is allowed/)
  })

  it('refuses a loss that is not finite with RNN511', () => {
    const negative = compile('model M { param b: [3] = zeros; loss sum(log(b - 1)) }')
    const code = (error: unknown): boolean => error instanceof RnnError && error.diagnostics[0].code === 'RNN511'
    assert.throws(() => checkGradientsAt(negative, initialWeights(negative, {}, 1, 'f64'), {}, { B: 1 }), code)
  })

  it('finds a fault at an input that an op reads as it is', () => {
    const matmul = ops.get('matmul')
    const vjp = matmul?.vjp
    if (matmul === undefined || vjp === undefined) throw new Error('matmul has a rule')
    const left = { ...matmul, vjp: (t: Parameters<typeof vjp>[0]) => vjp(t).map((d, i) => (i === 1 ? undefined : d)) }
    // A pass takes the product out of the loop, to the weight.
    const linear = compile(
      'model M { input x: [2] over T; param W: [2, 2]; target y: [2]; loss mse(last(W @ x), y) }',
      {
        ops: new Map([...ops, ['matmul', left]]),
      },
    )
    const drawn = randomBatch(linear.signature, { B: 2, T: 3 }, 1)
    const check = checkGradientsAt(linear, initialWeights(linear, drawn.sizes, 1, 'f64'), drawn.inputs, drawn.sizes)
    assert.equal(check.passed, false)
    assert.deepEqual(check.cause && { ops: check.cause.ops, value: check.cause.value }, { ops: ['matmul'], value: 'W' })
  })

  it('holds a gradient on a kink to the convention: another slope between those of the sides is wrong', () => {
    const abs = ops.get('abs')
    if (abs === undefined) throw new Error('abs is an op')
    const right: Op = { ...abs, vjp: ({ cotangents: [d] }) => [d] }
    const kinked = compile('model M { param w: [3]; loss sum(abs(w)) }', { ops: new Map([...ops, ['abs', right]]) })
    const check = checkGradientsAt(kinked, { w: new Float64Array(3) }, {}, { B: 1 })
    assert.equal(check.passed, false)
    assert.deepEqual(check.cause?.ops, ['abs'])
  })

  it('raises no alarm where everything stands on a kink', () => {
    const kinked = compile('model M { param w: [3]; loss sum(abs(w)) + sum(floor(w)) + sum(relu(w)) }')
    const check = checkGradientsAt(kinked, { w: new Float64Array(3) }, {}, { B: 1 })
    assert.equal(check.passed, true)
    assert.ok(check.kinks + check.jumps > 0)
    assert.ok(check.parameters.every(p => Number.isFinite(p.error)))
  })

  it('raises no alarm at what bends the loss closely: a step, and a bump that all wide differences step over', () => {
    for (const loss of ['tanh(1e6 * w)', 'exp(-(1e4 * w - 0.5)^2)']) {
      const steep = compile(`model M { param w: [1]; loss sum(${loss}) }`)
      const check = checkGradientsAt(steep, { w: new Float64Array(1) }, {}, { B: 1 })
      assert.ok(check.passed, `${loss}: ${JSON.stringify(check.parameters)}`)
      assert.equal(check.kinks + check.jumps, 0)
    }
  })

  it('differentiates to ten digits, and knows how wrong it is', () => {
    const f = (h: number): number => Math.exp(1 + h)
    for (const found of [ridders(f, 0.03), oneSided(f, 0.03), oneSided(f, -0.03)]) {
      assert.ok(Math.abs(found.value - Math.E) < 1e-9, `${found.value}`)
      assert.ok(Math.abs(found.value - Math.E) < 4 * found.error, `${found.value} is further off than ${found.error}`)
    }
  })
})
