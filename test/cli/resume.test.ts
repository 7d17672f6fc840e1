// rnnc train --checkpoint, --resume and --log: a training that is interrupted or killed goes on as if nothing had been.
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { decodeCheckpoint } from '../../runtime/checkpoint.ts'
import { needs } from '../support/needs.ts'
import { createRandom, whole } from '../support/random.ts'
import { seed } from '../support/seed.ts'
import { assertRefused, classifier, flowers, isRecord, json, run, series, wave, workplace } from './support.ts'

const settings = 'optimizer = Adam(0.01); epochs = 12; batch = 4; patience = 11'
const { rnnc, ok, start, write, path, folder } = workplace({ 'wave.rnn': series(settings), 'wave.csv': wave() })

const unix = process.platform === 'win32' && 'it has neither a shell nor signals of this kind'

/** What of the weights does not depend on names and times. */
function weightsIn(name: string) {
  const { parameters, summary } = decodeCheckpoint(readFileSync(path(name)), name)
  return { parameters, summary }
}

/** The lines of a log without their times, which must only grow. */
function linesIn(name: string): readonly object[] {
  const text = readFileSync(path(name), 'utf8')
  assert.ok(text.endsWith('\n'))
  let before = 0
  return text
    .trimEnd()
    .split('\n')
    .map(line => {
      const { seconds, ...rest } = JSON.parse(line)
      assert.ok(seconds >= before, line)
      before = seconds
      return rest
    })
}

/** Removes everything that a training of that name has left. */
function clean(name: string): void {
  for (const file of readdirSync(folder)) if (file.startsWith(`${name}.`)) unlinkSync(path(file))
}

describe('rnnc train --checkpoint', () => {
  it('keeps the last and the best weights, and goes on from the last as one unbroken training', async () => {
    const log = ['--log-steps', '5', '--log']
    await ok('train', 'wave.rnn', '--out', 'whole.safetensors', ...log, 'whole.jsonl')
    assert.ok(!existsSync(path('whole.last.safetensors')))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 143 }), async steps => {
        clean('part')
        const args = ['train', 'wave.rnn', '--out', 'part.safetensors', ...log, 'part.jsonl', '--checkpoint', '7']
        await ok(...args, '--set', `steps=${steps}`)
        const going = await ok(...args, '--resume')
        assert.match(going.stderr, new RegExp(`^going on after step ${steps}, in epoch \\d+$`, 'm'))
        assert.deepEqual(weightsIn('part.safetensors'), weightsIn('whole.safetensors'))
        assert.deepEqual(linesIn('part.jsonl'), linesIn('whole.jsonl'))
      }),
      { numRuns: 3, examples: [[24]] },
    )
    // Weights like others, of the last and of the best epoch.
    const [last, best] = [weightsIn('part.last.safetensors'), weightsIn('part.best.safetensors')]
    assert.equal(last.summary.epoch, 12)
    assert.deepEqual(best.parameters, weightsIn('whole.safetensors').parameters)
    assert.match((await ok('eval', 'part.last.safetensors')).stdout, /^loss/)
    assert.match((await ok('predict', 'part.best.safetensors')).stdout, /\d/)
  })

  it('logs each epoch and every n-th step, with what is asked for', () => {
    const [step, ...lines] = linesIn('whole.jsonl')
    assert.deepEqual(Object.keys(step), ['at', 'step', 'epoch', 'loss', 'rate', 'gradient_norm'])
    assert.equal(lines.length, 12 + 28 - 1)
    const epoch = lines.find(line => isRecord(line) && line.at === 'epoch') ?? assert.fail()
    assert.deepEqual(Object.keys(epoch), ['at', 'step', 'epoch', 'loss', 'rmse', 'validation', 'rate', 'gradient_norm'])
    assert.ok(isRecord(epoch) && epoch.rate === 0.01 && Number(epoch.gradient_norm) > 0)
    assert.ok(isRecord(epoch.validation) && 'rmse' in epoch.validation)
  })

  it('keeps an earlier state, and an earlier log', async () => {
    const before = ['part.last.safetensors', 'part.jsonl'].map(name => readFileSync(path(name)))
    const args = ['train', 'wave.rnn', '--out', 'part.safetensors', '--seed', '5', '--set', 'epochs=1']
    await ok(...args, '--checkpoint', '3', '--log', 'part.jsonl')
    const kept = ['part.last.previous.safetensors', 'part.previous.jsonl'].map(name => readFileSync(path(name)))
    assert.deepEqual(kept, before)
  })

  it('names what differs in a training to go on with', async () => {
    clean('diff')
    const args = ['train', 'wave.rnn', '--out', 'diff.safetensors', '--checkpoint', '10']
    await ok(...args, '--set', 'epochs=2')
    const before = readFileSync(path('diff.last.safetensors'))
    write('shorter.csv', wave(80))
    write('other.csv', wave().replace('1000.000', '1000.001'))
    for (const [more, message] of [
      [['--seed', '3'], /its seed is 0, not 3\n/],
      [
        ['--set', 'units=5', 'epochs=2'],
        /training: its program has other equations; it was begun without `--set units`\n/,
      ],
      [['--set', 'rate=0.03'], /training: its rate is 0.01, not 0.03\n/],
      [['--set', 'optimizer=SGD(0.03)'], /training: its optimizer is `Adam`, not `SGD`\n/],
      [['--set', 'clip=norm(1)'], /training: its clip is nothing, not `norm\(1\)`\n/],
      [['--set', 'batch=5', 'accumulate=2'], /its `batch` is 4, not 5; its `accumulate` is 1, not 2;/],
      [['--dtype', 'f64'], /its dtype is `f32`, not `f64`/],
      [['--target', 'wasm'], /its target is `js`, not `wasm`/],
      [
        ['--data', 'shorter.csv'],
        /its training part has 48 examples, not 42; its validation part has 12 examples, not 10\n/,
      ],
      [['--data', 'other.csv'], /the values of `past` in its training part are others/],
    ] as const) {
      assertRefused(await rnnc(...args, '--resume', ...more), 'RNN525', message)
    }
    write('wave.rnn', series(settings).replace('Adam(0.01)', 'Adam(0.02)'))
    assertRefused(await rnnc(...args, '--resume'), 'RNN525', /training: its rate is 0.01, not 0.02\n/)
    write('wave.rnn', series(settings).replace('mse(y, next)', 'mae(y, next)'))
    assertRefused(
      await rnnc(...args, '--resume'),
      'RNN525',
      /equations; line 5 of the program was `loss mse\(y, next\)`/,
    )
    assert.deepEqual(readFileSync(path('diff.last.safetensors')), before)
    // Other words for the same, and other limits, are no difference.
    write('wave.rnn', `# A remark.\n${series(settings)}`)
    await ok(...args, '--resume', '--set', 'epochs=3')
    write('wave.rnn', series(settings))
  })

  it('leaves out what follows from another seed', async () => {
    write('flowers.csv', flowers())
    write('flowers.rnn', classifier)
    const args = ['train', 'flowers.rnn', '--checkpoint', '10', '--set', 'epochs=1']
    await ok(...args)
    assertRefused(await rnnc(...args, '--resume', '--seed', '5'), 'RNN525', /training: its seed is 3, not 5\n/)
  })

  it('refuses a state that is past an end which is set sooner, and overwrites nothing', async () => {
    clean('past')
    const args = ['train', 'wave.rnn', '--out', 'past.safetensors', '--checkpoint', '10', '--log', 'past.jsonl']
    await ok(...args, '--set', 'epochs=5')
    const files = readdirSync(folder).filter(name => name.startsWith('past.'))
    const before = files.map(name => readFileSync(path(name)))
    const after = /`past.last.safetensors` is after epoch 5, but /
    for (const [set, message] of [
      ['epochs=2', /`epochs = 2` ends the training after epoch 2\n.*to go on, set `epochs = 5` or more/s],
      ['steps=8', /is after step 60, but `steps = 8` ends .*set `steps = 60` or more/s],
    ] as const) {
      const ran = await rnnc(...args, '--resume', '--set', set)
      assertRefused(ran, 'RNN528', message)
      if (set.startsWith('epochs')) assert.match(ran.stderr, after)
    }
    assert.deepEqual(
      readdirSync(folder).filter(name => name.startsWith('past.')),
      files,
    )
    assert.deepEqual(
      files.map(name => readFileSync(path(name))),
      before,
    )
    const again = await ok(...args, '--resume', '--set', 'epochs=5')
    assert.match(again.stderr, /^this training has come to its end: 5 epochs, 60 steps$/m)
    assert.doesNotMatch(again.stderr, /going on/)
  })

  it('refuses files that are no state', async () => {
    clean('none')
    const args = ['train', 'wave.rnn', '--out', 'none.safetensors', '--set', 'epochs=1']
    const begun = await ok(...args, '--resume')
    assert.match(begun.stderr, /^there is no none.last.safetensors to go on from: training begins anew$/m)
    copyFileSync(path('none.safetensors'), path('none.last.safetensors'))
    assertRefused(await rnnc(...args, '--resume'), 'RNN502', /it has weights, but no training to go on with/)
    write('none.last.safetensors', 'something')
    assertRefused(
      await rnnc(...args, '--checkpoint', '1'),
      'RNN517',
      /`none.last.safetensors` contains something other/,
    )
    assertRefused(
      await rnnc(...args, '--resume'),
      'RNN502',
      /none.last.safetensors.*\nhelp: delete `none.last.safetensors`, or leave out `--resume`/,
    )
    // Nobody asks for a state here.
    await ok(...args)
  })

  it('refuses what it cannot do', async () => {
    for (const [more, message] of [
      [['--checkpoint', 'often'], /`--checkpoint` takes a number of steps or a time, such as 500 or 10m, not `often`/],
      [['--checkpoint', '0'], /such as 500 or 10m, not `0`/],
      [['--checkpoint', '1', '--target', 'gpu'], /`--checkpoint` takes `--target js` or .*, not `--target gpu`/],
      [['--log-steps', '2'], /`--log-steps` takes `--log` with a file/],
      [['--log', 'x.jsonl', '--log-steps', '0'], /`--log-steps` takes a whole number of at least 1/],
      [['--log', 'x.safetensors', '--out', 'x.safetensors'], /`--log` takes a file of its own/],
    ] as const) {
      assertRefused(await rnnc('train', 'wave.rnn', ...more), 'RNN509', message)
    }
    assertRefused(await rnnc('train', 'wave.rnn', '--log', 'wave.csv'), 'RNN518', /wave.csv/)
    assertRefused(await rnnc('train', 'wave.rnn', '--log', 'whole.safetensors'), 'RNN517', /whole.safetensors/)
    assertRefused(await rnnc('train', 'wave.rnn', '--log', 'none/x.jsonl'), 'RNN503', /no such file or folder/)
  })
})

describe('a training that is ended from outside', needs(unix), () => {
  const args = ['train', 'wave.rnn', '--out', 'cut.safetensors', '--log', 'cut.jsonl', '--checkpoint', '3']

  /** Begins or goes on, and calls `end` with the process once it trains. */
  async function begin(more: readonly string[], end: (kill: (signal: NodeJS.Signals) => void) => void) {
    const { process: child, done } = start(...args, ...more)
    let seen = ''
    child.stderr?.on('data', text => {
      const before = seen
      seen += text
      if (/^training/m.test(seen) && !/^training/m.test(before)) end(signal => child.kill(signal))
    })
    return done
  }

  async function assertWhole(more: readonly string[]): Promise<void> {
    await ok('train', 'wave.rnn', '--out', 'unbroken.safetensors', '--log', 'unbroken.jsonl', ...more)
    assert.deepEqual(weightsIn('cut.safetensors'), weightsIn('unbroken.safetensors'))
    assert.deepEqual(linesIn('cut.jsonl'), linesIn('unbroken.jsonl'))
  }

  // The closing run has many more: RNNC_KILLS=100 npx vitest run test/cli/resume.test.ts
  const kills = Number(process.env.RNNC_KILLS ?? 3)

  it(`is the same after ${kills} times SIGKILL`, { timeout: 60_000 + 10_000 * kills }, async () => {
    const random = createRandom(seed)
    const more = ['--target', 'wasm', '--set', 'epochs=40']
    for (let i = 0, done = 0; i < kills; i++) {
      if (i === done) clean('cut')
      const { code } = await begin([...more, '--resume'], kill =>
        setTimeout(() => kill('SIGKILL'), whole(random, 0, 700)),
      )
      // It had come to its end: the next one begins anew.
      if (code === 0) {
        await assertWhole(more)
        done = i + 1
      }
    }
    await ok(...args, ...more, '--resume')
    await assertWhole(more)
  })

  it('saves its state at Ctrl-C, and says how to go on', async () => {
    clean('cut')
    const more = ['--set', 'epochs=60']
    const ended = await begin(more, kill => {
      // An epoch is written as the first steps are done.
      const waiting = setInterval(() => {
        if (!existsSync(path('cut.jsonl')) || statSync(path('cut.jsonl')).size === 0) return
        clearInterval(waiting)
        kill('SIGINT')
      }, 5)
    })
    assert.equal(ended.code, 130, ended.stderr)
    assert.match(ended.stdout, /^the same command with --resume goes on after this step, from cut.last.safetensors$/m)
    await ok(...args, ...more, '--resume')
    await assertWhole(more)
    // What was saved at the interrupt is no earlier training that would be kept.
    assert.ok(!existsSync(path('cut.previous.safetensors')))
  })

  it('loses nothing where the disk is full', async () => {
    clean('cut')
    await ok(...args, '--set', 'epochs=1')
    const files = readdirSync(folder).filter(name => name.startsWith('cut.'))
    const before = files.map(name => readFileSync(path(name)))
    const cli = new URL('../../cli/rnnc.ts', import.meta.url).pathname
    const script = `ulimit -f 1; "${process.execPath}" "${cli}" ${args.filter(a => !/log|jsonl/.test(a)).join(' ')} --resume`
    assertRefused(
      await run('bash', ['-c', script], folder).done,
      'RNN503',
      /cannot write `cut.\w+.safetensors`: the file is too large/,
    )
    assert.deepEqual(
      files.map(name => readFileSync(path(name))),
      before,
    )
  })

  it('goes on behind half a line of the log', async () => {
    clean('cut')
    await ok(...args, '--set', 'epochs=2')
    writeFileSync(path('cut.jsonl'), '{"at":"epoch","step":3', { flag: 'a' })
    await ok(...args, '--resume', '--set', 'epochs=3')
    await assertWhole(['--set', 'epochs=3'])
  })
})

describe('rnnc train --seeds', () => {
  it('trains with each, and gives mean and deviation', async () => {
    const found = json(await ok('train', 'wave.rnn', '--seeds', '3', '--set', 'epochs=2', '--json'))
    assert.ok(Array.isArray(found.seeds) && isRecord(found.mean) && isRecord(found.deviation))
    const losses: number[] = []
    for (const [i, one] of found.seeds.entries()) {
      assert.deepEqual([one.seed, one.out], [i, `wave.seed-${i}.safetensors`])
      const { test } = json(
        await ok('train', 'wave.rnn', '--seed', String(i), '--set', 'epochs=2', '--json', '--out', 'one'),
      )
      assert.deepEqual(one.test, test)
      assert.deepEqual(json(await ok('eval', one.out, '--json')).report, test)
      losses.push(one.test.loss)
    }
    const mean = losses.reduce((a, b) => a + b) / 3
    const deviation = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 2)
    const [means, deviations] = [found.mean.test, found.deviation.test]
    assert.ok(isRecord(means) && isRecord(deviations))
    assert.ok(Math.abs(Number(means.loss) - mean) < 1e-12 && Math.abs(Number(deviations.loss) - deviation) < 1e-12)
  })

  it('takes a list, and says what it came to', async () => {
    const ran = await ok('train', 'wave.rnn', '--seed', '4,2', '--set', 'epochs=1', '--log', 'list.jsonl')
    assert.match(
      ran.stdout,
      /^mean ± standard deviation of 2 seeds \(4, 2\)\n {2}training +loss \S+ ± \S+, rmse \S+ ± \S+\n/,
    )
    assert.match(ran.stdout, /^saved wave.seed-4.safetensors, wave.seed-2.safetensors$/m)
    assert.ok(existsSync(path('list.seed-4.jsonl')) && existsSync(path('list.seed-2.jsonl')))
  })

  it('gives the metrics in the units of the data too', async () => {
    const args = ['train', 'wave.rnn', '--seeds', '2', '--set', 'epochs=1']
    assert.match((await ok(...args)).stdout, /^ {2}in units +rmse \S+ ± \S+$/m)
    const { mean, seeds } = json(await ok(...args, '--json'))
    assert.ok(isRecord(mean) && isRecord(mean.testInUnits) && Array.isArray(seeds))
    const [a, b] = seeds.map(one => one.testInUnits.rmse)
    assert.equal(mean.testInUnits.rmse, (a + b) / 2)
  })

  it('goes on with the others where one fails', async () => {
    // The first step of a weight above 0 ends the training of its seed.
    write(
      'some.rnn',
      series('optimizer = Some(); epochs = 1; batch = 4').replace(
        'model Wave',
        "cell Some() {\n  input g: P\n  state p: P\n  p' = p - 0.1 * g + where(p > 0.9, inf, 0)\n}\nmodel Wave",
      ),
    )
    const found = json(await rnnc('train', 'some.rnn', '--seeds', '4', '--json'))
    assert.ok(found.ok === false && Array.isArray(found.seeds) && Array.isArray(found.diagnostics))
    assert.ok(found.seeds.length > 0 && found.seeds.length < 4)
    assert.match(found.diagnostics[0].message, /; seed \d$/)
  })

  it('refuses what is no list of seeds', async () => {
    for (const [more, message] of [
      [['--seed', '1,1'], /`--seed` takes different seeds/],
      [['--seed', '1,x'], /`--seed` takes a whole number/],
      [['--seeds', '0'], /`--seeds` takes a whole number of at least 1/],
      [['--seeds', '2', '--seed', '1,2'], /`--seeds` takes one `--seed` to count from/],
    ] as const) {
      assertRefused(await rnnc('train', 'wave.rnn', ...more), 'RNN509', message)
    }
  })
})
