// Going along W of a value over W over C, whose lengths differ along W: what moves whole words takes their lengths with them,
// what would combine words at one place of C is refused, and words in other places are never combined silently.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'

const units = `
layer turned() { input s: P over W
  return reverse(s) }
layer ending() { input s: P over W
  return last(s) }
layer cut() { input s: P over W
  return drop_last(s) }
layer total() { input s: P over W
  return sum(s, over W) }
cell cover() { input u: [D], m: [D] over C
  state a: real over C
  a' = a + sum(m)
  return u }
cell stateless() { input s: [D]
  return 2 * s }
`

const failing = (output: string): string => {
  try {
    compile(`${units}
model M {
  input x: [2] over W over C, u: [2] over W
  part rnn = SimpleRNN(2)
  output y = ${output}
}`)
  } catch (error) {
    if (error instanceof RnnError) return error.diagnostics.map(d => d.code).join(' ')
    throw error
  }
  return 'nothing'
}

describe('RNN228 for words at one place of C', () => {
  const outputs = [
    'delay(x, over W)',
    'delay(x, start = 1, over W)',
    'softmax(x, over W)',
    'sum(x, over W)',
    'mean(x, over W)',
    'max(x, over W)',
    'min(x, over W)',
    'logsumexp(x, over W)',
    'argmax(sum(x), over W)',
    'rnn(x, over W)',
    'reverse(rnn(reverse(x, over W), over W), over W)',
    'stateless()(x, over W)',
    // Units that are mapped over C see one place of it.
    'turned()(x)',
    'ending()(x)',
    'cut()(x)',
    'total()(x)',
    'cover()(u, x)',
  ]
  for (const output of outputs) {
    it(output, () => {
      assert.equal(failing(output), 'RNN228')
    })
  }
})

describe('words in other places are over another C', () => {
  const moved = [
    'reverse(x, over W)',
    'drop_first(x, over W)',
    'drop_last(x, over W)',
    'last(x, over W)',
    'first(x, over W)',
  ]
  const pairs = moved.flatMap((a, i) => ['x', ...moved.slice(i + 1)].map(b => [a, b]))
  for (const [a, b] of pairs) {
    it(`${a} + ${b}`, () => {
      assert.equal(failing(`sum(sum(${a} + ${b}, over C))`), 'RNN211')
    })
  }
  for (const [a, b] of [
    ['reverse(reverse(x, over W), over W)', 'x'],
    ['drop_first(2 * x, over W)', 'drop_first(x, over W)'],
    ['last(tanh(x), over W)', 'last(x, over W)'],
    ['reverse(2 * x, over W)', 'reverse(x, over W)'],
  ]) {
    it(`but ${a} + ${b}`, () => {
      assert.equal(failing(`sum(sum(${a} + ${b}, over C))`), 'nothing')
    })
  }
  it('and no output', () => {
    for (const output of moved) assert.equal(failing(output), 'RNN233')
  })
})
