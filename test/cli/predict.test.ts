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

  it('gives each answer its key: a column, or the number of the row; of a window those of its last row', async () => {
    const rows = flowers().trim().split('\n')
    const named = rows.map((row, i) => (i === 0 ? `id,${row}` : `"no. ${i}, é",${row}`)).join('\n')
    write('named.csv', named)
    const found = await predictions('flowers.safetensors', '--data', 'named.csv', '--key', 'id')
    assert.deepEqual(Object.keys(found[0]), ['id', 'kind'])
    assert.deepEqual(
      found.map(row => row.id),
      Array.from({ length: 60 }, (_, i) => `no. ${i + 1}, é`),
    )
    const { stdout } = await ok(
      'predict',
      'flowers.safetensors',
      '--data',
      'named.csv',
      '--key',
      'id',
      '--format',
      'csv',
    )
    assert.match(stdout, /^id,kind\n"no\. 1, é",/)

    const dated = wave(20)
      .trim()
      .split('\n')
      .map((row, i) => (i === 0 ? `day,${row}` : `2026-01-${i},${row}`))
    write('dated.csv', dated.join('\n'))
    const windows = await predictions('wave.safetensors', '--data', 'dated.csv', '--key', 'day')
    assert.deepEqual([windows[0].day, windows.at(-1)?.day, windows.length], ['2026-01-6', '2026-01-20', 15])
    const numbered = await predictions('wave.safetensors', '--data', 'dated.csv', '--key', 'row')
    assert.deepEqual([numbered[0].row, numbered.at(-1)?.row], [6, 20])
    // A column that is read as numbers too.
    const values = await predictions('wave.safetensors', '--data', 'dated.csv', '--key', 'value')
    assert.equal(values[0].value, dated[6].split(',')[1])

    const refused = (...args: readonly string[]) =>
      rnnc('predict', 'flowers.safetensors', '--data', 'named.csv', ...args)
    assertRefused(await refused('--key', 'idd'), 'RNN403', /no column `idd`\nhelp: did you mean `id`/)
    assertRefused(await refused('--key', 'kind'), 'RNN509', /another name than the answers/)
    assertRefused(await rnnc('predict', 'flowers.safetensors', '--stream', '--key', 'id'), 'RNN509', /`--key`/)
  })

  it('gives the probability of each label with --probabilities', async () => {
    const found = await predictions('flowers.safetensors', '--probabilities')
    for (const row of found) {
      const labels = ['iris', 'lily', 'rose']
      const chances = labels.map(label => Number(row[`kind.${label}`]))
      assert.ok(Math.abs(chances.reduce((a, b) => a + b) - 1) < 1e-6)
      assert.equal(row.kind, labels[chances.indexOf(Math.max(...chances))])
    }
    assert.match(
      (await ok('predict', 'flowers.safetensors', '--probabilities')).stdout,
      /^ # {2}kind +kind.iris +kind.lily/,
    )
  })

  it('predicts several steps ahead by feeding answers back', async () => {
    const sum = series('optimizer = SGD(0); epochs = 1; batch = 8')
      .replace(/over T\[6\]/, 'over T[2]')
      .replace(/y = .*/, 'param w: real = ones\n  y = w * sum(past, over T)')
      .replace('standardize(csv("wave.csv").value)', 'csv("wave.csv").value / 2')
      .replace('windows(s, 6', 'windows(s, 2')
    write('sum.rnn', sum)
    await ok('train', 'sum.rnn')
    write('start.csv', 'value\n2\n2\n4\n')
    const found = await predictions('sum.safetensors', '--data', 'start.csv', '--steps', '4')
    assert.deepEqual(found, [{ next: [4, 6, 10, 16] }, { next: [6, 10, 16, 26] }])
    const { stdout } = await ok(
      'predict',
      'sum.safetensors',
      '--data',
      'start.csv',
      '--steps',
      '2',
      '--key',
      'row',
      '--format',
      'csv',
    )
    assert.equal(stdout, 'row,next[0],next[1]\n2,4,6\n3,6,10\n')
    // With two values at once, as many rounds as are needed.
    write(
      'pair.rnn',
      sum
        .replace('next: real', 'next: real over S[2]')
        .replace('y = w *', 'y = w * position(over S) + w *')

        .replace('ahead = 1', 'ahead = 2'),
    )
    await ok('train', 'pair.rnn')
    const pairs = await predictions('pair.safetensors', '--data', 'start.csv', '--steps', '3')
    // In halves: from 1, 1 the pair 2, 3; from that 5, 6.
    assert.deepEqual(pairs[0], { next: [4, 6, 10] })
    assertRefused(
      await rnnc('predict', 'flowers.safetensors', '--steps', '2'),
      'RNN523',
      /is not the past of the series/,
    )
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
