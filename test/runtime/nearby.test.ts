// Places that rounding does not tell apart.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compare } from '../../runtime/fuzz/check.ts'
import { furthest, nearbyPlaces } from '../../runtime/gradients/nearby.ts'

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

it('the furthest of some numbers leaves out what is not finite', () => {
  assert.equal(furthest(1, [1, 3, -0.5, Number.NaN, Number.POSITIVE_INFINITY]), 2)
  assert.equal(furthest(Number.NaN, [1]), 0)
})
