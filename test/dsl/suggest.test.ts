// "did you mean …?"
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { didYouMean, distance, suggest } from '../../dsl/suggest.ts'

test('distances', () => {
  assert.equal(distance('', 'abc'), 3)
  assert.equal(distance('kitten', 'sitting'), 3)
  assert.equal(distance('ab', 'ba'), 1)
  assert.equal(distance('same', 'same'), 0)
})

test('the nearest candidate, or none', () => {
  const settings = ['optimizer', 'epochs', 'batch', 'clip', 'seed']
  assert.equal(suggest('epoch', settings), 'epochs')
  assert.equal(suggest('optimiser', settings), 'optimizer')
  assert.equal(suggest('LSMT', ['GRU', 'LSTM']), 'LSTM')
  assert.equal(suggest('lstm', ['GRU', 'LSTM']), 'LSTM')
  assert.equal(suggest('dropout', settings), undefined)
  assert.equal(suggest('x', ['y']), undefined)
})

test('the help', () => {
  assert.equal(didYouMean('epoch', ['epochs', 'batch']), 'did you mean `epochs`?')
  assert.equal(didYouMean('dropout', ['h', 'c']), 'the choices are `h`, `c`')
  assert.equal(didYouMean('dropout', ['h']), 'the only choice is `h`')
  assert.equal(didYouMean('dropout', []), undefined)
})
