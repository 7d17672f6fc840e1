// Data of any size: no array of the data's size is put on the stack, and no text of the command line grows with its square.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { table } from '../../cli/output.ts'
import { greatest } from '../../dsl/greatest.ts'
import { learned } from './support.ts'

const many = 300_000

test('a vocabulary of 150,000 codes trains and answers', async () => {
  const source = `model M {
  input x: [1]
  target y: token of V
  p = x |> dense(V, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for M { t = csv("d.csv"); x = [t.a]; y = t.b }
train M on d { optimizer = SGD(1); epochs = 3; seed = 1 }`
  const { examples } = await learned(source, { 'd.csv': 'a,b\n0,3\n1,149999\n' })
  assert.deepEqual(examples, [{ y: 3 }, { y: 149_999 }])
})

test('the greatest of many numbers, of none, and of NaN', () => {
  assert.equal(greatest(Array.from({ length: many }, (_, i) => i % 1000)), 999)
  assert.equal(greatest([]), Number.NEGATIVE_INFINITY)
  assert.equal(greatest([1, 2], 5), 5)
  assert.ok(Number.isNaN(greatest([1, Number.NaN, 2], 0)))
})

test('a table of many rows', () => {
  const text = table(
    Array.from({ length: many }, (_, i) => ['x', String(i)]),
    [1],
  )
  assert.equal(text.length, many * (1 + 2 + 6) + many - 1)
})
