// "did you mean …?"
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { builtins } from '../../compiler/elaborate/builtins/index.ts'
import { settingNames } from '../../compiler/elaborate/models/settings.ts'
import { initializers } from '../../compiler/elaborate/values/initializers.ts'
import { borrowedNames } from '../../dsl/borrowedWords.ts'
import { parse } from '../../dsl/parse.ts'
import { libraryFiles } from '../../dsl/standardLibrary.ts'
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

test('a word of Keras, PyTorch or NumPy, where what it stands for can stand', () => {
  assert.equal(suggest('batch_size', ['epochs', 'batch']), 'batch')
  assert.equal(suggest('MSELoss', ['huber', 'mse']), 'mse')
  assert.equal(suggest('lr', ['rate', 'l']), 'rate')
  assert.equal(suggest('lr', ['epochs', 'batch']), undefined)
})

test('nothing that is far off', () => {
  for (const [word, other] of [
    ['dot', 'log'],
    ['math', 'mae'],
    ['True', 'GRU'],
    ['cat', 'max'],
  ])
    assert.equal(suggest(word, [other]), undefined, word)
})

test('the help', () => {
  assert.equal(didYouMean('epoch', ['epochs', 'batch']), 'did you mean `epochs`?')
  assert.equal(didYouMean('dropout', ['h', 'c']), 'the choices are `h`, `c`')
  assert.equal(didYouMean('dropout', ['h']), 'the only choice is `h`')
  assert.equal(didYouMean('dropout', []), undefined)
})

test('what words from elsewhere stand for is there', () => {
  const units = [...libraryFiles].flatMap(([file, text]) => parse(text, file).program.items)
  const known = new Set([
    ...builtins.keys(),
    ...Object.keys(initializers),
    ...settingNames,
    ...units.flatMap(i =>
      i.kind === 'unit' || i.kind === 'fn' ? [i.name.text, ...i.params.map(p => p.name.text)] : [],
    ),
  ])
  const all = Object.values(borrowedNames).flat()
  assert.deepEqual(
    all.filter(name => !known.has(name)),
    [],
  )
})
