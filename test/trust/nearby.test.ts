// Places that rounding does not tell apart.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { naive } from '../../compiler/passes/pipeline.ts'
import { compare } from '../../trust/fuzz/fuzzCheck.ts'
import { readRegression } from '../../trust/fuzz/regression.ts'
import { graphOf, interpreted, openTrial, placeOf } from '../../trust/fuzz/trial.ts'
import { judge } from '../../trust/gradients/judge.ts'
import { jumpOf, nearbyPlaces } from '../../trust/gradients/nearby.ts'
import { createJudges, subjectOf } from '../../trust/gradients/subject.ts'

describe('places nearby', () => {
  const x = Float64Array.of(0, -0, 0.5, -3, 0.3, 0.3, -0.7, Number.NaN)
  const lengths = Int32Array.of(3, 1)
  const places = nearbyPlaces({ x, lengths })

  it('are a rounding away, and keep equals equal, zeros, halves, and whole numbers', () => {
    for (const place of places) {
      assert.deepEqual(place.x.slice(0, 4), x.slice(0, 4))
      assert.equal(place.x[4], place.x[5])
      assert.deepEqual(place.lengths, lengths)
      for (const [i, value] of x.entries()) {
        assert.ok(Number.isNaN(value) || Math.abs(place.x[i] - value) <= 33 * Number.EPSILON * Math.abs(value))
      }
    }
  })

  it('differ from each other, and the arrays of one by other factors', () => {
    assert.ok(new Set(places.map(p => p.x[4])).size > 8)
    const two = nearbyPlaces({ a: Float64Array.of(0.3), b: Float64Array.of(0.3) })
    assert.ok(two.some(({ a, b }) => a[0] !== b[0]))
  })
})

describe('compare', () => {
  const one = (x: number) => ({ y: Float64Array.of(x, 1) })
  const compared = (found: number, nearby: readonly number[]) =>
    compare(one(found), one(1), 1e-10, 'it', () => ({
      bound: () => [0, 0],
      nearby: () => nearby.map(x => [x, 1]),
    }))

  it('counts as a kink what is no further from what is expected than twice as far as that jumps', () => {
    const { failure, kinks } = compared(2, [1, 1.6])
    assert.equal(failure, undefined)
    assert.equal(kinks, 1)
  })

  it('has no excuse for what lies further, or for what does not jump', () => {
    assert.match(compared(2, [1, 1.4]).failure?.message ?? '', /y\[0\] of it is 2 and should be 1/)
    assert.ok(compared(2, [1, 1]).failure)
    assert.ok(compared(2, [Number.NaN, Number.POSITIVE_INFINITY]).failure)
    assert.ok(compared(Number.NaN, [1, 3]).failure)
  })

  it('does not ask where rounding explains a gap', () => {
    assert.equal(compared(1 + 1e-11, []).kinks, 0)
  })
})

it('a jump is twice as far as the furthest, and leaves out what is not finite', () => {
  assert.equal(jumpOf(1, [1, 3, -0.5, Number.NaN, Number.POSITIVE_INFINITY]), 4)
  assert.equal(jumpOf(Number.NaN, [1]), 0)
})

describe('a judge where all steps tie but for rounding', () => {
  const file = 'least-of-alike.rnn'
  const trial = openTrial(
    readRegression(readFileSync(new URL(`../regressions/${file}`, import.meta.url), 'utf8'), file),
  )
  const { context } = trial.reference
  const loss = { context, graph: trial.reference.evaluate({ pipeline: naive }) }
  const judges = createJudges(loss, ['m'], placeOf(trial))
  const gradient = { context, graph: graphOf(trial.reference, 'gradient', naive) }
  const results = interpreted(gradient, trial.batch.sizes, trial.inputs)
  const place = 8
  const judged = (value: number) => {
    const m = results['d:m'].map((x, i) => (i === place ? value : x))
    const subject = subjectOf(judges, { ...results, 'd:m': m }, 'interpreter')
    const direction = new Map([['m', Float64Array.from(m, (_, i) => (i === place ? 1 : 0))]])
    return judge(subject, direction, { scale: 1, tolerance: 1e-6 })
  }

  it('takes the gradient of the interpreter, which went another way than the tangent of fused loops', () => {
    const { kind, gradient, tangent } = judged(results['d:m'][place])
    assert.ok(Math.abs(gradient - tangent) > 0.01)
    assert.equal(kind, 'kink')
  })

  it('takes nothing that is further off than the branches are from each other', () => {
    assert.equal(judged(1).kind, 'wrong')
    assert.equal(judged(-1).kind, 'wrong')
  })
})
