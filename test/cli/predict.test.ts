// rnnc predict: from a file of data to answers in its units.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, it } from 'vitest'
import { encodeSafetensors } from '../../runtime/safetensors.ts'
import { assertRefused, classifier, flowers, isRecord, json, series, wave, workplace } from './support.ts'

const { rnnc, ok, write, path } = workplace({
  'wave.rnn': series(),
  'wave.csv': wave(),
  'flowers.rnn': classifier,
  'flowers.csv': flowers(),
})

/** The answers of `--json`. */
async function predictions(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { predictions: list } = json(await ok('predict', ...args, '--json'))
  assert.ok(Array.isArray(list))
  return list.filter(isRecord)
}

describe('rnnc predict', () => {
  beforeAll(async () => {
    await ok('train', 'wave.rnn')
    await ok('train', 'flowers.rnn')
  })

  it('gives back the units of the data', async () => {
    // A model that answers with the last value it saw, and does not learn: what is scaled must come back as it was.
    const source = series('optimizer = SGD(0); epochs = 1; batch = 8').replace(
      /y = .*/,
      'param w: real = ones\n  y = w * last(past)',
    )
    write('last.rnn', source)
    await ok('train', 'last.rnn', '--dtype', 'f64')
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    write('new.csv', `value\n${values.join('\n')}\n`)
    const found = await predictions('last.safetensors', '--data', 'new.csv')
    // Every past has an answer, the last too, whose next is not known.
    assert.equal(found.length, 6)
    for (const [i, { next }] of found.entries())
      assert.ok(typeof next === 'number' && Math.abs(next - values[i + 5]) < 1e-9)
  })

  it('answers with labels, and needs no targets', async () => {
    write(
      'unknown.csv',
      flowers()
        .split('\n')
        .map(line => line.split(',').slice(0, 2).join(','))
        .join('\n'),
    )
    const found = await predictions('flowers.safetensors', '--data', 'unknown.csv')
    const truth = flowers()
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(',')[2])
    const right = found.filter(({ kind }, i) => kind === truth[i]).length
    assert.equal(found.length, 60)
    assert.ok(right > 50, `${right} of 60`)
  })

  it('prints a line for each answer, to be read', async () => {
    const { stdout } = await ok('predict', 'flowers.safetensors')
    const lines = stdout.trimEnd().split('\n')
    assert.equal(lines.length, 61)
    assert.match(lines[0], /^ # {2}kind$/)
    assert.match(lines[10], /^10 {2}(rose|iris|lily)$/)
    const many = series().replace(
      'model Wave(units = 4) {',
      'model Wave(units = 4) {\n  output all = outer(pair, pair)',
    )
    write('many.rnn', many.replace('  output all', '  pair = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n  output all'))
    await ok('train', 'many.rnn', '--set', 'epochs=1')
    assert.match((await ok('predict', 'many.safetensors')).stdout, /\n +2 .*\[\[1, 2, .* 8, … 9 in all\], \[2, 4, /)
    assert.match((await ok('predict', 'flowers.safetensors', '--format', 'json')).stdout, /^\{"ok":true,.*\}\n$/)
    const refused = await rnnc('predict', 'flowers.safetensors', '--format', 'text', '--json')
    assert.equal(refused.code, 1)
  })

  it('answers for no day whose inputs are not known', async () => {
    // Of a series of 30, the last 6 have no day after them: with the weather of that day as an input, there is no answer.
    write(
      'day.rnn',
      series()
        .replace('target next', 'input day: real\n  target next')
        .replace('y = ', 'y = [day] |> dense(1)\n  z = ')
        .replace('past = w.past', 'past = w.past; day = w.next'),
    )
    await ok('train', 'day.rnn', '--set', 'epochs=1')
    write('days.csv', wave(30))
    const found = await predictions('day.safetensors', '--data', 'days.csv')
    assert.equal(found.length, 24)
    assert.ok(found.every(({ next }) => typeof next === 'number' && Number.isFinite(next)))
  })

  it('writes CSV and files', async () => {
    const { stdout, stderr } = await ok('predict', 'flowers.safetensors', '--format', 'csv')
    assert.match(stdout, /^kind\n(rose|iris|lily)\n/)
    assert.match(stderr, /^Flowers: 60 answers \(js, f32\)$/m)
    await ok('predict', 'flowers.safetensors', '--out', 'answers.csv')
    assert.equal(readFileSync(path('answers.csv'), 'utf8'), stdout)
    const summary = json(await ok('predict', 'flowers.safetensors', '--out', 'answers.json', '--json'))
    assert.equal(summary.count, 60)
    assert.equal(JSON.parse(readFileSync(path('answers.json'), 'utf8')).predictions.length, 60)
    assertRefused(await rnnc('predict', 'flowers.safetensors', '--out', 'wave.csv/x'), 'RNN503', /wave.csv\/x/)
  })

  it('takes the program from another file with --weights', async () => {
    const own = await ok('predict', 'wave.safetensors')
    const given = await ok('predict', 'wave.rnn', '--weights', 'wave.safetensors')
    assert.equal(given.stdout, own.stdout)
  })

  it('refuses data that does not fit', async () => {
    assertRefused(await rnnc('predict', 'wave.safetensors', '--data', 'flowers.csv'), 'RNN403', /has no column `value`/)
    write('hole.csv', 'width,height\n1,2\n3,\n')
    assertRefused(
      await rnnc('predict', 'flowers.safetensors', '--data', 'hole.csv'),
      'RNN404',
      /line 3, column `height`/,
    )
  })

  it('refuses what is no weights file', async () => {
    const bytes = readFileSync(path('wave.safetensors'))
    for (const length of [0, 5, 100, bytes.length - 1]) {
      write('cut.safetensors', bytes.subarray(0, length))
      assertRefused(await rnnc('predict', 'cut.safetensors', '--data', 'wave.csv'), 'RNN502', /cut.safetensors/)
    }
    const tensors = new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]])
    write('foreign.safetensors', encodeSafetensors({ tensors, metadata: { format: 'pt' } }))
    assertRefused(await rnnc('predict', 'foreign.safetensors', '--data', 'wave.csv'), 'RNN502', /rnnc did not write it/)
    assertRefused(await rnnc('predict', 'wave.csv'), 'RNN502', /wave.csv/)
    assertRefused(await rnnc('predict', 'none.safetensors'), 'RNN406', /none.safetensors/)
    assertRefused(
      await rnnc('predict', 'flowers.rnn', '--weights', 'wave.safetensors'),
      'RNN106',
      /`Wave` is not defined/,
    )
  })
})
