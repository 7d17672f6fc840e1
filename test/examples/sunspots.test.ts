// The sunspots example as `npm start` runs it: its figures, its plots, its mistakes, and Ctrl-C.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { autoregression, lastValue, leastSquares } from '../../examples/sunspots/baselines.ts'
import { deviation } from '../../examples/sunspots/experiment.ts'
import { assertRefused, isRecord, json, run, workplace } from '../cli/support.ts'

const main = fileURLToPath(new URL('../../examples/sunspots/main.ts', import.meta.url))
const { folder, path, write } = workplace()
const start = (...args: readonly string[]) => run(process.execPath, [main, ...args], folder)

function member(value: unknown, name: string): unknown {
  assert.ok(isRecord(value) && name in value, name)
  return value[name]
}

function figure(value: unknown, name: string): number {
  const found = member(value, name)
  assert.ok(typeof found === 'number' && Number.isFinite(found), name)
  return found
}

describe('npm start', () => {
  it('trains three seeds that beat the last value and AR(9) on the raw figures', async () => {
    const ran = await start('--json', '--out', path('plots')).done
    assert.equal(ran.code, 0, ran.stderr)
    const result = json(ran)
    const mae = member(member(result, 'test'), 'mae')
    const seeds = member(mae, 'seeds')
    assert.ok(Array.isArray(seeds) && seeds.length === 3 && seeds.every(Number.isFinite))
    const average = figure(mae, 'mean')
    const [a, b, c] = seeds.map(Number)
    assert.ok(Math.abs(average - (a + b + c) / 3) < 1e-9)
    assert.ok(Math.abs(figure(mae, 'spread') - deviation([a, b, c])) < 1e-9)

    const baselines = member(result, 'baselines')
    assert.ok(Math.abs(figure(baselines, 'last') - 25.44) < 0.01)
    assert.ok(Math.abs(figure(baselines, 'ar9_raw') - 15.15) < 0.01)
    assert.ok(Math.abs(figure(baselines, 'ar9_scaled') - 13.13) < 0.01)
    assert.ok(average < figure(baselines, 'ar9_raw') && average < figure(baselines, 'last'))

    assert.match(ran.stderr, /Training on 1700–1915, validation 1916–1946, test 1947–2008\./)
    assert.match(ran.stderr, /backend: \w+/)
    for (const name of ['forecast', 'training']) {
      const plot = member(member(result, 'plots'), name)
      assert.ok(typeof plot === 'string')
      const svg = readFileSync(plot, 'utf8')
      assert.match(svg, /^<svg .*<\/svg>\s*$/s)
      assert.doesNotMatch(svg, /NaN|undefined|null/)
    }
  })

  it('ends cleanly at Ctrl-C', async () => {
    mkdirSync(path('stopped'))
    const { process: child, done } = start('--out', path('stopped'))
    child.stderr?.on('data', (text: string) => {
      if (text.includes('Training on')) child.kill('SIGINT')
    })
    const ran = await done
    assert.equal(ran.code, 130, ran.stderr)
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, /Stopped: nothing was written\.\n$/)
    assert.ok(!existsSync(path('stopped/forecast.svg')))
  })

  it('refuses data that are missing or bad', async () => {
    assertRefused(await start('--data', 'none.csv').done, 'RNN406', /none\.csv`: there is no such file/)
    write('word.csv', 'year,sunspots\n1700,5\n1701,many\n')
    assertRefused(await start('--data', 'word.csv').done, 'RNN404', /`many` is not a number/)
    write('other.csv', 'year,spots\n1700,5\n')
    assertRefused(await start('--data', 'other.csv').done, 'RNN403', /no column `sunspots`/)
    const rows = Array.from({ length: 200 }, (_, i) => `a${i},${i}`)
    write('names.csv', `year,sunspots\n${rows.join('\n')}\n`)
    assertRefused(await start('--data', 'names.csv').done, 'RNN404', /`a0` is not a number/)
  })

  it('refuses a folder for plots that cannot be, before it trains', async () => {
    write('file', '')
    assertRefused(await start('--out', 'file').done, 'RNN503', /a part of the path is a file/)
  })
})

describe('baselines', () => {
  it('the last value is the figure of the year before', () => {
    assert.deepEqual(lastValue([3, 1, 4]), [Number.NaN, 3, 1])
  })

  it('least squares finds a line exactly', () => {
    const x = [0, 1, 2, 3].map(t => [1, t])
    const [a, b] = leastSquares(
      x,
      x.map(([, t]) => 5 - 2 * t),
    )
    assert.ok(Math.abs(a - 5) < 1e-12 && Math.abs(b + 2) < 1e-12)
  })

  it('autoregression continues a recurrence that it was fitted on the beginning of', () => {
    const series = [1, 2]
    for (let t = 2; t < 40; t++) series.push(0.5 + 1.2 * series[t - 1] - 0.8 * series[t - 2])
    const predictions = autoregression(series, 2, 20)
    for (let t = 2; t < 40; t++) assert.ok(Math.abs(predictions[t] - series[t]) < 1e-9)
    assert.ok(predictions.slice(0, 2).every(Number.isNaN))
  })
})
