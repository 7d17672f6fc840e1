// Sequences of any length from JSON Lines: train, evaluate, predict and check on real files.
import assert from 'node:assert/strict'
import { copyFileSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { assertRefused, isRecord, json, workplace } from './support.ts'

/** One tag for each word: whether it is above the word before it. */
const tagger = `model Tagger {
  input words: token of V over T, weight: real over T
  target up: class of K over T
  h = [words |> embedding(4), [weight]] |> GRU(4)
  p = h |> dense(K, softmax)
  loss cross_entropy(p, up)
  metric accuracy(p, up)
  predict up from p
}
data Tags for Tagger {
  t = jsonl("tags.jsonl")
  words = truncated(t.words, 5)
  weight = standardize(truncated(t.weight, 5))
  up = classes(truncated(t.up, 5))
  split = shuffled(0.7, 0.3)
}
train Tagger on Tags { optimizer = Adam(0.05); epochs = 20; batch = 8 }
`

const rows = Array.from({ length: 40 }, (_, i) => {
  const words = Array.from({ length: 1 + (i % 7) }, (_, k) => (i * 7 + k * k * 5) % 9)
  return { words, weight: words.map(w => 100 + w / 2), up: words.map((w, k) => (w > (words[k - 1] ?? 4) ? 20 : 10)) }
})
const jsonl = (all: readonly object[]): string => all.map(row => `${JSON.stringify(row)}\n`).join('')

const { rnnc, ok, write, path } = workplace({ 'tagger.rnn': tagger, 'tags.jsonl': jsonl(rows) })

async function predictions(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { predictions: list } = json(await ok('predict', ...args, '--json'))
  assert.ok(Array.isArray(list))
  return list.filter(isRecord)
}

describe('sequences from JSON Lines', () => {
  beforeAll(async () => {
    await ok('train', 'tagger.rnn')
  })

  it('are checked without being read', async () => {
    write('nowhere.rnn', tagger.replace('tags.jsonl', 'none.jsonl'))
    assert.match((await ok('check', 'nowhere.rnn')).stdout, /input {3}words: token of V over T\n.*no errors/s)
  })

  it('are evaluated, in the file of training and in another', async () => {
    assert.match((await ok('eval', 'tagger.safetensors')).stderr, /the test part, 12 examples/)
    write('other.jsonl', jsonl(rows.slice(0, 10)))
    const { report } = json(await ok('eval', 'tagger.safetensors', '--data', 'other.jsonl', '--json'))
    assert.ok(isRecord(report) && Number(report.accuracy) > 0.6, JSON.stringify(report))
  })

  it('are trained in windows, and with checkpoints', async () => {
    const trained = async (name: string, ...settings: readonly string[]): Promise<Record<string, unknown>> => {
      const sets = ['--set', 'epochs=3', ...settings]
      return json(await ok('train', 'tagger.rnn', '--dtype', 'f64', ...sets, '--out', `${name}.safetensors`, '--json'))
    }
    const whole = await trained('whole')
    const long = await trained('long', 'truncate=5')
    assert.deepEqual([long.steps, long.test], [whole.steps, whole.test])
    // 28 rows to train on in batches of 8, each of 5 steps: three windows.
    const windows = await trained('windows', 'truncate=2')
    assert.deepEqual([whole.steps, windows.steps], [12, 36])
    const kept = await trained('kept', 'checkpoint=2')
    assert.ok(isRecord(whole.test) && isRecord(kept.test))
    assert.ok(Math.abs(Number(whole.test.loss) - Number(kept.test.loss)) < 1e-9)
  })

  it('are answered by a list for each row, in the labels of the file', async () => {
    const given = [
      { words: [1, 8, 2], weight: [100.5, 104, 101] },
      { words: [], weight: [] },
      { words: [4], weight: [102] },
    ]
    write('new.jsonl', jsonl([...given, { words: [8, 8, 8, 1, 8, 2, 3], weight: [9, 9, 9, 100.5, 104, 101, 101.5] }]))
    const found = await predictions('tagger.safetensors', '--data', 'new.jsonl')
    const lengths = found.map(({ up }) => (Array.isArray(up) ? up.length : undefined))
    assert.deepEqual(lengths, [3, 0, 1, 5])
    for (const { up } of found) assert.ok(Array.isArray(up) && up.every(tag => tag === '10' || tag === '20'), `${up}`)
    const { stdout } = await ok('predict', 'tagger.safetensors', '--data', 'new.jsonl', '--format', 'csv')
    assert.equal(stdout.trim().split('\n').length, 5)
  })

  it('come back in their units', async () => {
    // A model that answers with what it reads, and does not learn: what is scaled must come back as it was.
    write(
      'echo.rnn',
      `model Echo { input x: [2] over T; target y: [2] over T
  param w: real = ones
  z = w * x
  loss mse(z, y); predict y from z }
data Rows for Echo { t = jsonl("rows.jsonl"); x = standardize(log(t.x)); y = standardize(log(t.x)); split = ordered(0.5, 0.5) }
train Echo on Rows { optimizer = SGD(0); epochs = 1 }`,
    )
    const xs = [
      [
        [1, 20],
        [3, 5],
      ],
      [[2, 4]],
      [],
      [
        [1000, 0.5],
        [7, 7],
        [1, 1],
      ],
    ]
    write('rows.jsonl', jsonl(xs.map(x => ({ x }))))
    await ok('train', 'echo.rnn', '--dtype', 'f64')
    const found = await predictions('echo.safetensors', '--data', 'rows.jsonl')
    const flat = found.map(({ y }) => y).flat(3)
    assert.deepEqual(
      found.map(({ y }) => Array.isArray(y) && y.length),
      [2, 1, 0, 3],
    )
    for (const [i, x] of xs.flat(2).entries())
      assert.ok(Math.abs(Number(flat[i]) - x) < 1e-9 * x, `${flat[i]}, not ${x}`)
  })

  it('are refused where they do not fit, with their place', async () => {
    // After ten rows that are right, so that each part of the split has some.
    const refused = async (last: string, code: string, says: RegExp): Promise<void> => {
      write('bad.jsonl', jsonl(rows.slice(0, 10)) + last)
      for (const command of ['predict', 'eval']) {
        assertRefused(await rnnc(command, 'tagger.safetensors', '--data', 'bad.jsonl'), code, says)
      }
    }
    await refused('{"words": [1], "weight": [1, 2], "up": [10]}', 'RNN402', /in example 11 .*\n +--> tagger.rnn:13:12/)
    await refused('{"words": [99], "weight": [1], "up": [10]}', 'RNN412', /99 is not a token of 9, in `words`/)
    await refused('{"words": [1], "wei', 'RNN410', /bad.jsonl` is malformed: line 11 is no JSON: /)
    await refused('{"words": [1], "up": [10]}', 'RNN410', /bad.jsonl` is malformed: line 11 has no `weight`/)
    await refused('{"words": [1], "weight": [null]}', 'RNN404', /`null` is not .*bad.jsonl, line 11, column `weight`/)
    write('empty.jsonl', '')
    assertRefused(await rnnc('train', 'tagger.rnn', '--data', 'empty.jsonl'), 'RNN405', /`empty.jsonl` is empty/)
  })
})

const vowels = fileURLToPath(new URL('../../../shared/data/japanese_vowels.jsonl', import.meta.url))

/** As the language's page prints it, with a train block. */
const speakers = `model Speakers { input lpc: [D] over T; target who: class of 9          # utterances of 7 to 29 frames
  part enc = bidirectional(LSTM(32))
  p = enc(lpc).ends |> dropout(0.3) |> dense(9, softmax)
  loss cross_entropy(p, who);  loss 1e-4 * l2(enc);  metric accuracy(p, who);  predict who from p }
data Vowels for Speakers { t = jsonl("japanese_vowels.jsonl"); lpc = standardize(t.lpc); who = classes(t.speaker); split = shuffled(0.8, 0.2) }
train Speakers on Vowels { optimizer = Adam(0.003); epochs = 30; batch = 16 }
`

describe('Speakers learns', needs(existsSync(vowels) ? false : `the data is absent: ${vowels}`), () => {
  it('to tell nine speakers by their vowels', async () => {
    write('speakers.rnn', speakers)
    copyFileSync(vowels, path('japanese_vowels.jsonl'))
    await ok('train', 'speakers.rnn')
    const { report, examples } = json(await ok('eval', 'speakers.safetensors', '--json'))
    assert.equal(examples, 54)
    assert.ok(isRecord(report) && Number(report.accuracy) > 0.85, JSON.stringify(report))
    const found = await predictions('speakers.safetensors')
    assert.equal(found.length, 270)
    assert.ok(found.every(({ who }) => /^[1-9]$/.test(String(who))))
  })
})
