// Words of letters: what a unit or operation gives is over W and C, in this order, whatever it depends on.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import type { Setting } from '../support/program.ts'
import { describeProgram } from '../support/suite.ts'
import { mean } from '../support/vectors.ts'

const settings: readonly Setting[] = [
  { sizes: { B: 2, W: 2, C: 3 }, lengths: { W: [2, 1], C: [3, 1, 0, 2] } },
  { sizes: { B: 1, W: 3, C: 2 }, lengths: { W: [3], C: [0, 2, 1] } },
]

describeProgram({
  name: 'a cell and a layer that give the same whatever they read',
  source: `
cell Counter() {
  input x: real
  param start: real
  state n: real = start
  n' = 2 * n
  return n' }
layer constant() {
  input x: real
  param v: real
  return v }
model M {
  input x: real over W over C
  target y: real over W
  p = last(Counter()(x, over C), over C) + mean(x |> constant, over C) + mean(x, over C)
  loss mse(p, y)
  output p }`,
  settings,
  reference: (w, x) => {
    const words = x.lengths('W')[0]
    const lengths = x.lengths('C').slice(0, words)
    const [[start], [v]] = [w.vector('Counter.start'), w.vector('constant.v')]
    const letters = [...x.scalars('x')]
    return {
      p: lengths.map(n => {
        const word = letters.splice(0, n)
        return n === 0 ? 0 : start * 2 ** n + v + mean(word)
      }),
    }
  },
})

it('an output of a nested sequence has the outer axis first, a prediction the axes of its target', () => {
  const { signature } = compile(`
model M {
  input x: real over W over C, u: real over T[2] over S[3]
  target y: real over W over C, z: real over T[2] over S[3]
  p = delay(x, over C)
  q = delay(u, over S)
  predict y from p
  predict z from q
  output p }`)
  const axes = Object.fromEntries(signature.outputs.map(o => [o.name, o.axes.map(a => a.name).join(' ')]))
  assert.deepEqual(axes, { p: 'W C', y: 'W C', z: 'T S' })
})
