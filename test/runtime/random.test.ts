import assert from 'node:assert/strict'
import { test } from 'vitest'
import { normal, permutation, random, truncatedNormal } from '../../runtime/random.ts'
import { range } from './support.ts'

const draw = (count: number, from: () => number): number[] => range(count).map(() => from())

test('the same seed and name give the same bits, others give others', () => {
  assert.deepEqual(draw(100, random(7, 'a')), draw(100, random(7, 'a')))
  const firsts = [random(7, 'a'), random(7, 'b'), random(8, 'a'), random(0), random(-1), random(0.5), random(2 ** 40)]
  assert.equal(new Set(firsts.map(r => r())).size, firsts.length)
})

test('the bits are pinned: a change would change everyone’s initial weights', () => {
  assert.deepEqual(draw(3, random(1, 'W')), [0.09009738854192029, 0.1865857799271956, 0.19757074384745832])
})

test('uniform numbers lie in [0, 1) and fill it evenly', () => {
  const bins = new Int32Array(16)
  for (const x of draw(160_000, random(3, 'u'))) {
    assert.ok(x >= 0 && x < 1)
    bins[Math.floor(x * 16)]++
  }
  // 10 000 expected, with a deviation of about 97.
  for (const count of bins) assert.ok(Math.abs(count - 10_000) < 500, String(count))
})

test('names and seeds near each other are not correlated', () => {
  for (const [a, b] of [
    [random(1, 'a'), random(1, 'b')],
    [random(1, 'a'), random(2, 'a')],
  ]) {
    const products = draw(40_000, () => (a() - 0.5) * (b() - 0.5))
    const mean = products.reduce((s, x) => s + x, 0) / products.length
    assert.ok(Math.abs(mean) < 5 * (1 / 12 / 200), String(mean))
  }
})

test('normal numbers have mean 0 and deviation 1; cut ones stay within two', () => {
  const from = random(5, 'n')
  const all = draw(100_000, () => normal(from))
  const mean = all.reduce((s, x) => s + x, 0) / all.length
  const variance = all.reduce((s, x) => s + (x - mean) ** 2, 0) / all.length
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03)
  for (const x of draw(10_000, () => truncatedNormal(from))) assert.ok(Math.abs(x) <= 2)
})

test('a permutation holds each number once and is not the identity', () => {
  const order = permutation(1000, random(1))
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    range(1000),
  )
  assert.notDeepEqual([...order], range(1000))
  assert.deepEqual([...permutation(0, random(1))], [])
})
