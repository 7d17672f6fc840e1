// rnnc train and rnnc eval.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { describe, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { assertRefused, classifier, flowers, isRecord, json, series, wave, workplace } from './support.ts'

const { rnnc, ok, start, write, path } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })

describe('rnnc train', () => {
  it('trains, reports, and says what it saved', async () => {
    const { code, stdout, stderr } = await start('train', 'wave.rnn').done
    assert.equal(code, 0, stderr)
    assert.match(
      stderr,
      /^training Wave \(29 parameters, f32\) on js: 48 examples for training, 12 for validation, 12 for testing$/m,
    )
    assert.match(
      stdout,
      /^trained for 3 epochs \(.*, js, f32, seed 0\)\n {2}training +loss .*\n {2}validation +loss .*\n {2}test +loss .*, rmse .*\n {2}in units +rmse \d.*\nsaved wave.safetensors\n$/,
    )
    assert.ok(!(stdout + stderr).includes('\u001b'))
    assert.ok(existsSync(path('wave.safetensors')))
  })

  it('gives one object with --json', async () => {
    const found = json(
      await ok('train', 'wave.rnn', '--out', 'j.safetensors', '--json', '--dtype', 'f64', '--seed', '4'),
    )
    const { model, backend, dtype, seed, epochs, steps, ended, out } = found
    assert.deepEqual(
      { model, backend, dtype, seed, epochs, steps, ended, out },
      {
        model: 'Wave',
        backend: 'js',
        dtype: 'f64',
        seed: 4,
        epochs: 3,
        steps: 18,
        ended: 'done',
        out: 'j.safetensors',
      },
    )
    assert.ok(isRecord(found.test) && typeof found.test.loss === 'number')
    const evaluated = json(await ok('eval', 'j.safetensors', '--json'))
    assert.deepEqual(evaluated.report, found.test)
    assert.equal(evaluated.dtype, 'f64')
  })

  it('names the port that no data block feeds', async () => {
    write('input.rnn', 'model M {\n  input x: real\n  target y: real\n  param w: real\n  loss mse(w * x, y)\n}\n')
    write('target.rnn', 'model M {\n  target y: real\n  param w: real\n  loss mse(w, y)\n}\n')
    assertRefused(await rnnc('train', 'input.rnn'), 'RNN401', /input `x` has no data/)
    assertRefused(await rnnc('train', 'target.rnn'), 'RNN401', /target `y` has no data/)
    write('neither.rnn', 'model M {\n  param w: real\n  loss w * w\n}\n')
    assertRefused(await rnnc('train', 'neither.rnn'), 'RNN401', /model `M` has no data/)
  })

  it('writes the same bytes for the same seed', async () => {
    const bytes = async (...args: readonly string[]): Promise<string> => {
      await ok('train', 'wave.rnn', '--out', 'same.safetensors', ...args)
      return readFileSync(path('same.safetensors'), 'base64')
    }
    const first = await bytes('--seed', '7')
    assert.equal(await bytes('--seed', '7'), first)
    assert.notEqual(await bytes('--seed', '8'), first)
  })

  it('takes settings, and records them', async () => {
    await ok('train', 'wave.rnn', '--out', 'set.safetensors', '--set', 'units=3', 'epochs=2')
    const { stdout } = await ok('eval', 'set.safetensors', '--part', 'train')
    assert.match(stdout, /^loss +\d.*\nrmse +\d/)
    assertRefused(
      await rnnc('eval', 'wave.rnn', '--weights', 'set.safetensors', '--set', 'units=5'),
      'RNN501',
      /`SimpleRNN.W` is \[5, 1\] in the model, \[3, 1\] in the weights/,
    )
  })

  it('takes the numbers of the optimizer and every setting, as the file would hold them', async () => {
    const bytes = async (program: string, ...set: readonly string[]): Promise<unknown> => {
      write('settings.rnn', program)
      await ok('train', 'settings.rnn', '--out', 'settings.safetensors', '--force', ...set)
      return json(await ok('eval', 'settings.safetensors', '--json')).report
    }
    const block = 'optimizer = SGD(0.1, momentum = 0.9); epochs = 2; batch = 8; clip = norm(0.1); shuffle = false'
    const set = [
      'rate=0.1',
      'optimizer=SGD(0.01)',
      'optimizer.momentum=0.9',
      'clip=norm(0.1)',
      'shuffle=false',
      'epochs=2',
    ]
    assert.deepEqual(await bytes(series(), '--set', ...set), await bytes(series(block)))
    // The weights know them, for whoever trains again.
    await ok('train', 'settings.rnn', '--out', 'settings.safetensors', '--force', '--set', 'rate=0.02')
    assert.match(readFileSync(path('settings.safetensors'), 'latin1'), /\\"optimizer\.rate\\":\\"0\.02\\"/)
    assert.equal((await ok('eval', 'settings.safetensors')).code, 0)
  })

  it('gives metrics in the units of the data beside those of the network', async () => {
    const more = series()
      .replace(
        'metric rmse',
        'metric mape(y, next)\n  metric mean = average(y)\n  metric size = l2(SimpleRNN)\n  metric rmse',
      )
      .replace('y = [past] |> SimpleRNN(units)', 'part SimpleRNN_1 = SimpleRNN(units)\n  y = [past] |> SimpleRNN_1')
      .replace('l2(SimpleRNN)', 'l2(SimpleRNN_1)')
    write('units.rnn', more.replace('standardize(csv("wave.csv").value)', 'standardize(log(csv("wave.csv").value))'))
    const trained = json(await ok('train', 'units.rnn', '--json'))
    const { report, inUnits } = json(await ok('eval', 'units.safetensors', '--json'))
    assert.deepEqual(trained.testInUnits, inUnits)
    const answers = json(await ok('predict', 'units.safetensors', '--json')).predictions
    assert.ok(Array.isArray(answers) && isRecord(report) && isRecord(inUnits))
    const values = wave().trim().split('\n').slice(1).map(Number)
    // The windows inside the test part, rows 73 to 90.
    const pairs = Array.from({ length: 12 }, (_, i) => [Number(answers[72 + i].next), values[72 + i + 6]] as const)
    const meanOf = (f: (y: number, next: number) => number) =>
      pairs.reduce((sum, [y, n]) => sum + f(y, n), 0) / pairs.length
    const expected = {
      mape: meanOf((y, next) => Math.abs(y - next) / next),
      mean: meanOf(y => y),
      rmse: Math.sqrt(meanOf((y, next) => (y - next) ** 2)),
    }
    assert.deepEqual(Object.keys(inUnits), Object.keys(expected))
    for (const [name, value] of Object.entries(expected))
      assert.ok(Math.abs(Number(inUnits[name]) / value - 1) < 1e-5, name)
    assert.match(
      (await ok('eval', 'units.safetensors')).stdout,
      /^loss +\d\S+\n.*\n(?:.*\n)*rmse +\d\S+ +\(\d\S* in the units of the data\)$/m,
    )
  })

  it('warns of a metric that is not finite', async () => {
    write('infinite.rnn', series().replace('metric rmse', 'metric odd = average(1 / (y - y))\n  metric rmse'))
    const { stderr, stdout } = await ok('train', 'infinite.rnn')
    assert.match(stderr, /^warning RNN512: `odd` of the training part is (NaN|Infinity)$/m)
    assert.match(stderr, /^warning RNN512: `odd` of the test part is (NaN|Infinity)$/m)
    assert.match(stdout, /^saved infinite.safetensors$/m)
  })

  it('prints the table of a confusion with the labels of the data', async () => {
    write('flowers.csv', flowers())
    write('table.rnn', classifier.replace('  predict', '  metric confusion(p, kind)\n  predict'))
    await ok('train', 'table.rnn')
    const { stdout } = await ok('eval', 'table.safetensors')
    assert.match(
      stdout,
      /^loss +\S+\naccuracy +\S+\n\nconfusion +iris +lily +rose\niris +\d+ +\d+ +\d+\nlily .*\nrose /,
    )
    // A label is on one line.
    write('broken.csv', flowers().replaceAll('iris', '"i\nris"'))
    write(
      'broken.rnn',
      classifier.replace('  predict', '  metric confusion(p, kind)\n  predict').replace('flowers.csv', 'broken.csv'),
    )
    await ok('train', 'broken.rnn')
    assert.match((await ok('eval', 'broken.safetensors')).stdout, /\nconfusion +i\\nris +lily +rose\ni\\nris +\d/)
    const { report } = json(await ok('eval', 'table.safetensors', '--json'))
    assert.ok(isRecord(report) && Array.isArray(report.confusion))
    assert.equal(
      report.confusion.flat().reduce((sum: number, n: number) => sum + n, 0),
      12,
    )
  })

  it('reads other data with --data, and finds it again', async () => {
    write('other.csv', wave(60))
    const trained = json(await ok('train', 'wave.rnn', '--data', 'other.csv', '--out', 'other.safetensors', '--json'))
    assert.deepEqual(json(await ok('eval', 'other.safetensors', '--json')).report, trained.test)
  })

  it('says that a model does not fit into memory', async () => {
    const { code, stdout, stderr } = await rnnc('train', 'wave.rnn', '--set', 'units=1000000')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^error RNN519: training `\w+` takes at least [\d.,]+ TB of memory/m)
    assert.doesNotMatch(stderr, /internal/)
  })

  it('refuses data that does not fit', async () => {
    write('column.rnn', series().replace('.value', '.vaule'))
    assertRefused(
      await rnnc('train', 'column.rnn'),
      'RNN403',
      /column.rnn:10:.*\n.*\n.*vaule.*\n.*\^.*\nhelp: did you mean `value`\?/,
    )
    write('nan.csv', wave().replace(/\n1000\.000\n/, '\nNaN\n'))
    assertRefused(
      await rnnc('train', 'wave.rnn', '--data', 'nan.csv'),
      'RNN404',
      /`NaN` is not a number: .*nan.csv, line 2, column `value`/,
    )
    assertRefused(await rnnc('train', 'wave.rnn', '--data', 'none.csv'), 'RNN406', /none.csv/)
    write('none.rnn', series().replace('wave.csv', 'none.csv'))
    assertRefused(await rnnc('train', 'none.rnn'), 'RNN406', /none.rnn:10/)
    write('short.csv', wave(9))
    assertRefused(
      await rnnc('train', 'wave.rnn', '--data', 'short.csv'),
      'RNN409',
      /too short(.*\n)+help: the train part has 5 values/,
    )
    write('nothing.csv', '')
    assertRefused(await rnnc('train', 'wave.rnn', '--data', 'nothing.csv'), 'RNN405', /nothing.csv/)
  })

  it('keeps older weights when the loss is no number', async () => {
    await ok('train', 'wave.rnn', '--out', 'kept.safetensors')
    const before = readFileSync(path('kept.safetensors'))
    write('wild.rnn', series('optimizer = SGD(1e30); epochs = 50; batch = 8'))
    assertRefused(await rnnc('train', 'wild.rnn', '--out', 'kept.safetensors'), 'RNN504', /the loss is .* at step \d+/)
    assert.deepEqual(readFileSync(path('kept.safetensors')), before)
  })

  it('refuses a place that it cannot write to, and leaves nothing there', async () => {
    const before = readdirSync(path('.'))
    for (const [out, reason] of [
      ['.', /it is a folder/],
      ['wave.csv/x.safetensors', /a part of the path is a file/],
      ['none/x.safetensors', /no such file or folder/],
    ] as const) {
      assertRefused(await rnnc('train', 'wave.rnn', '--out', out), 'RNN503', reason)
    }
    assert.deepEqual(readdirSync(path('.')), before)
  })

  it('says that the disk is full', needs(!existsSync('/dev/full') && 'there is no /dev/full'), async () => {
    assertRefused(await rnnc('train', 'wave.rnn', '--out', '/dev/full'), 'RNN503', /the disk is full/)
    assert.ok(statSync('/dev/full').isCharacterDevice())
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends and saves at ${signal}`, async () => {
      const out = `${signal}.safetensors`
      const { process: child, done } = start('train', 'wave.rnn', '--out', out, '--set', 'epochs=1000000')
      // Waits for a line of progress: the steps have begun, however slow the machine is.
      let seen = ''
      child.stderr?.on('data', text => {
        seen += text
        if (!child.killed && /left$/m.test(seen)) child.kill(signal)
      })
      const { code, stdout, stderr } = await done
      assert.equal(code, 130, stderr)
      assert.match(stderr, /stopping after this step/)
      assert.match(stdout, /^interrupted in epoch \d+, after step \d+; the weights are saved/)
      assert.match((await ok('eval', out)).stdout, /^loss/)
    })
  }

  it('reports its progress where it takes longer than two seconds', async () => {
    const { process: child, done } = start('train', 'wave.rnn', '--out', 'long.safetensors', '--set', 'epochs=1000000')
    let seen = ''
    child.stderr?.on('data', text => {
      seen += text
      if (/left$/m.test(seen)) child.kill('SIGINT')
    })
    const { stderr } = await done
    assert.match(stderr, /^epoch \d+: loss \S+, rmse \S+; validation: loss \S+, rmse \S+ {2}\d.* left$/m)
  })
})

describe('rnnc eval', () => {
  it('names the part', async () => {
    await ok('train', 'wave.rnn', '--out', 'e.safetensors')
    const ran = await ok('eval', 'e.safetensors', '--part', 'validation')
    assert.match(ran.stderr, /^Wave on the validation part, 12 examples \(js, f32\)$/m)
  })

  it('refuses a part that there is not', async () => {
    write('whole.rnn', series().replace(/ {2}split.*\n/, ''))
    await ok('train', 'whole.rnn')
    assertRefused(await rnnc('eval', 'whole.safetensors'), 'RNN405', /the test part is empty/)
  })
})
