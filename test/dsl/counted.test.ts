import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { withCommas } from '../../dsl/counted.ts'

describe('withCommas', () => {
  it('groups digits as English does, of numbers of any size', () => {
    for (const n of [0, 7, 999, 1000, 12_345, 123_456, 1_234_567, -1000, 2 ** 53 - 1, 2 ** 53, 7.2e21])
      assert.equal(withCommas(n), n.toLocaleString('en-US'))
  })
})
