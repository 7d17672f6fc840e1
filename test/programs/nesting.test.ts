// Words of different lengths cannot change places while their characters are still there: it is refused, never guessed.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compile } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'

const expressions = [
  'reverse(x, over W)',
  'delay(x, over W)',
  'drop_first(x, over W)',
  'softmax(x, over W)',
  'last(x, over W)',
  'sum(x, over W)',
  'rnn(x, over W)',
]

describe('going through W while the lengths of C differ along it', () => {
  for (const expression of expressions) {
    it(expression, () => {
      const source = `model M {
  input x: [2] over W over C
  part rnn = SimpleRNN(2)
  output y = ${expression}
}`
      assert.throws(
        () => compile(source),
        error => error instanceof RnnError && error.diagnostics.some(d => d.code === 'RNN413'),
      )
    })
  }
})
