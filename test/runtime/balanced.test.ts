// balanced(y): weights of classes from their frequency in the training part.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { parseFitted } from '../../runtime/data/fitted.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { failing, readTexts } from './support.ts'

const program = (data: string, over = ''): string => `model M {
  input x: real${over}
  target kind: class of K${over}, weight: real${over}
  p = [x] |> dense(K, softmax)
  loss weight * cross_entropy(p, kind) }
data D for M { ${data} }
train M on D { optimizer = SGD; epochs = 1 }`

const table = 'kind,x\nb,1\na,2\nb,3\nb,4\na,5\nb,6\n'

const modelOf = (text: string) => {
  const { signature, data } = compile(text)
  assert.ok(data)
  return [data, signature] as const
}

const weightsOf = async (text: string, files: Readonly<Record<string, string>>) => {
  const loaded = await loadData(...modelOf(text), { read: readTexts(files) })
  const numbers = (part: typeof loaded.train) => part.ports.weight.map(example => Array.from(example.values))
  return { loaded, train: numbers(loaded.train), test: loaded.test && numbers(loaded.test) }
}

describe('balanced', () => {
  // As numpy: n / (K * np.bincount(y)) of scikit-learn's compute_class_weight, on the first four rows: b a b b.
  const [a, b] = [4 / (2 * 1), 4 / (2 * 3)]

  it('weights each class alike, by the training part', async () => {
    const text = program(
      't = csv("t.csv"); x = t.x; kind = classes(t.kind); weight = balanced(kind); split = ordered(0.7, 0.3)',
    )
    const { loaded, train, test } = await weightsOf(text, { 't.csv': table })
    assert.deepEqual(train.flat(), [b, a, b, b])
    assert.deepEqual(test?.flat(), [a, b])
    // The weights of training, also for other data.
    const fitted = parseFitted(JSON.parse(JSON.stringify(loaded.fitted)))
    assert.ok(fitted)
    const again = await loadData(...modelOf(text), {
      read: readTexts({ 't.csv': 'kind,x\na,1\na,2\na,3\nb,4\n' }),
      fitted,
    })
    assert.deepEqual(
      [...again.train.ports.weight, ...(again.test?.ports.weight ?? [])].flatMap(e => [...e.values]),
      [a, a, a, b],
    )
  })

  it('counts the elements of sequences', async () => {
    const text = program('t = jsonl("t.jsonl"); x = t.x; kind = classes(t.kind); weight = balanced(kind)', ' over T')
    const lines =
      '{"x": [1, 2, 3], "kind": ["u", "v", "v"]}\n{"x": [], "kind": []}\n{"x": [4, 5], "kind": ["v", "w"]}\n'
    const { train } = await weightsOf(text, { 't.jsonl': lines })
    const [u, v, w] = [5 / 3, 5 / 9, 5 / 3]
    assert.deepEqual(train, [[u, v, v], [], [v, w]])
  })

  it('takes labels of `classes` alone', async () => {
    const text = program('t = csv("t.csv"); x = t.x; kind = classes(t.kind); weight = balanced(t.kind)')
    const { message, help } = await failing('RNN422', () => weightsOf(text, { 't.csv': table }))
    assert.match(`${message} ${help}`, /labels of `classes`.*column `kind`.*write `balanced\(classes\(…\)\)`/)
  })
})
