// Work is not lost: what is saved, what is never overwritten, and what an interrupt or a full disk leaves.
import assert from 'node:assert/strict'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { describe, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../runtime/safetensors.ts'
import { needs } from '../support/needs.ts'
import { assertRefused, json, type Ran, run, series, wave, workplace } from './support.ts'

const { rnnc, ok, start, write, path, folder } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })

/** A line, by an optimizer of its own; `step` is what it takes from a weight at its t-th step, with the gradient g. */
const line = (step: string, settings: string, split = ''): string => `cell Own() {
  input g: P
  state p: P, t: int
  t' = t + 1
  p' = p - ${step}
}
model Line {
  input x: real
  target y: real
  p = [x] |> dense(1)
  loss mse(p[0], y)
  predict y from p[0]
}
data Points for Line { t = csv("points.csv"); x = t.a; y = t.b${split} }
train Line on Points { optimizer = Own(); seed = 1; ${settings} }
`
const split = '; split = ordered(0.5, 0.25, 0.25)'
write(
  'points.csv',
  `a,b\n${Array.from({ length: 40 }, (_, i) => `${(i % 7) / 7},${1 + (2 * (i % 7)) / 7}`).join('\n')}\n`,
)

/** All numbers of a weights file. */
function weightsOf(name: string): number[] {
  const { tensors } = decodeSafetensors(readFileSync(path(name)), name)
  return [...tensors.values()].flatMap(t => [...t.data])
}

/** The names of what is in the folder that no user has named. */
const strays = (): string[] => readdirSync(folder).filter(name => name.endsWith('.tmp'))

const unix = process.platform === 'win32' && 'it has neither a shell nor signals of this kind'

/** Runs rnnc by a shell, which may set limits and redirect. */
const cli = new URL('../../cli/rnnc.ts', import.meta.url).pathname
const shell = (script: string): Promise<Ran> =>
  run('bash', ['-c', script.replaceAll('rnnc ', `"${process.execPath}" "${cli}" `)], folder).done

describe('rnnc train saves the best it has', () => {
  for (const [what, settings, parts] of [
    ['a validation part', 'epochs = 100; patience = 50', split],
    ['a validation part, without patience', 'epochs = 100', split],
    ['no validation part', 'epochs = 100', ''],
    ['no validation part, with patience', 'epochs = 100; patience = 50', ''],
  ] as const) {
    it(`when training diverges after good epochs: ${what}`, async () => {
      write('late.rnn', line("where(t' > 30, 1e30, 0.1) * g", `${settings}; batch = 100`, parts))
      const ran = await rnnc('train', 'late.rnn', '--force')
      assertRefused(
        ran,
        'RNN504',
        /at step \d+; the weights of epoch 30, with a .* loss of 0\.0\d+, are saved in `late.safetensors`/,
      )
      const evaluated = json(
        await ok('eval', 'late.safetensors', '--json', ...(parts === '' ? ['--part', 'train'] : [])),
      )
      assert.ok(Number(Reflect.get(Object(evaluated.report), 'loss')) < 0.1)
      unlinkSync(path('late.safetensors'))
    })
  }

  it('and says it with --json', async () => {
    write('late.rnn', line("where(t' > 30, 1e30, 0.1) * g", 'epochs = 100; batch = 100', split))
    const ran = await rnnc('train', 'late.rnn', '--json')
    assert.equal(ran.code, 1)
    const { ok: fine, ended, epoch, out, diagnostics } = json(ran)
    assert.deepEqual([fine, ended, epoch, out], [false, 'failed', 30, 'late.safetensors'])
    assert.ok(Array.isArray(diagnostics) && diagnostics[0].code === 'RNN504')
  })

  for (const [what, step, told] of [
    [
      'weights that overflow at the last step',
      "where(t' > 3, 1e38 * (1e38 + g), 0.01 * g)",
      /`dense\.[Wb]` is -?Infinity/,
    ],
    [
      'weights that are no number at the last step',
      "where(t' > 3, sqrt(0 - 1 - g * g), 0.01 * g)",
      /`dense\.[Wb]` is NaN/,
    ],
    ['weights so large that the loss overflows', "where(t' > 3, 1e30 + 0 * g, 0.01 * g)", /loss.* is (Infinity|NaN)/],
  ] as const) {
    for (const [part, parts] of Object.entries({ 'with a validation part': split, 'without one': '' })) {
      it(`not ${what}, ${part}`, async () => {
        write('last.rnn', line(step, 'epochs = 4; batch = 100', parts))
        const ran = await rnnc('train', 'last.rnn', '--out', 'last.safetensors', '--force')
        assertRefused(ran, 'RNN504', told)
        assert.match(ran.stderr, /the weights of epoch 3, .*are saved in `last.safetensors`/)
        assert.ok(weightsOf('last.safetensors').every(w => Math.abs(w) < 10))
      })
    }
  }

  it('nothing, if there was no good epoch, and earlier weights stay', async () => {
    write('first.rnn', line('0.01 * g', 'epochs = 1; batch = 100'))
    await ok('train', 'first.rnn')
    const before = readFileSync(path('first.safetensors'))
    write('first.rnn', line('1e38 * (1e38 + g)', 'epochs = 3; batch = 100'))
    const ran = await rnnc('train', 'first.rnn')
    assertRefused(ran, 'RNN504', /at step 1; nothing was saved, and `first.safetensors` is unchanged/)
    assert.deepEqual(readFileSync(path('first.safetensors')), before)
    assert.ok(!existsSync(path('first.previous.safetensors')))
  })

  it('not if a state of the optimizer overflows while the weights stand still', async () => {
    // Adam's average of squares is infinite in f32, each step then 0: a training that learns nothing, without a word.
    const text = line('0 * g', 'epochs = 3; batch = 100').replace('optimizer = Own()', 'optimizer = Adam(0.01)')
    write('huge.csv', 'a,b\n1e25,1\n2e25,2\n')
    write('still.rnn', text.replace('points.csv', 'huge.csv').replace('loss mse(p[0], y)', 'loss p[0] - y'))
    assertRefused(
      await rnnc('train', 'still.rnn'),
      'RNN504',
      /the state `v` of `dense.W` is Infinity at step 1; nothing/,
    )
    assert.ok(!existsSync(path('still.safetensors')))
  })

  it('and says that the loss of the test part is none', async () => {
    // The last quarter overflows; nothing that training sees does.
    write('part.csv', `a,b\n${Array.from({ length: 8 }, (_, i) => `${i < 6 ? i : 1e30},${i}`).join('\n')}\n`)
    write('part.rnn', line('0.01 * g', 'epochs = 2; batch = 100', split).replace('points.csv', 'part.csv'))
    assertRefused(
      await rnnc('train', 'part.rnn'),
      'RNN504',
      /loss of the test part is Infinity.*are saved in `part.safe/,
    )
    assert.ok(existsSync(path('part.safetensors')))
  })
})

describe('an output never overwrites what is read', () => {
  const untouched = async (names: readonly string[], work: () => Promise<void>): Promise<void> => {
    const before = names.map(name => readFileSync(path(name), 'base64'))
    await work()
    assert.deepEqual(
      names.map(name => readFileSync(path(name), 'base64')),
      before,
    )
  }

  it('train: the program, an import, the data, under any name', async () => {
    mkdirSync(path('sub'))
    write('parts.rnn', 'fn twice(x) = 2 * x\n')
    const source = `import "parts.rnn"\n${series().replace('mse(y, next)', 'mse(twice(y), twice(next))')}`
    write('own.rnn', source)
    write('other.csv', wave(60))
    symlinkSync('own.rnn', path('soft'))
    symlinkSync('soft', path('softer'))
    linkSync(path('wave.csv'), path('hard.csv'))
    symlinkSync('.', path('here'))
    await untouched(['own.rnn', 'parts.rnn', 'wave.csv', 'other.csv'], async () => {
      const outs = [
        'own.rnn',
        './own.rnn',
        'sub/../own.rnn',
        path('own.rnn'),
        'soft',
        'softer',
        'here/own.rnn',
        'parts.rnn',
      ]
      for (const out of [...outs, 'wave.csv', 'hard.csv', 'here/wave.csv']) {
        const ran = await rnnc('train', 'own.rnn', '--out', out, '--force')
        assertRefused(ran, 'RNN518', /is also an input, `.*`, and would be overwritten/)
        // Before training.
        assert.doesNotMatch(ran.stderr, /^training/m)
      }
      // What `--data` names, and what the block names in its place.
      for (const out of ['other.csv', 'wave.csv'])
        assertRefused(await rnnc('train', 'own.rnn', '--data', 'other.csv', '--out', out), 'RNN518', /would be/)
      assertRefused(await rnnc('train', 'own.rnn', '--out', 'own.rnn/'), 'RNN503', /own.rnn\//)
    })
  })

  it('a program and an import in a folder called as the library is', async () => {
    mkdirSync(path('std'))
    write('std/twice.rnn', 'fn twice(x) = 2 * x\n')
    const source = `import "twice.rnn"\n${series().replace('mse(y, next)', 'mse(twice(y), twice(next))')}`
    write('std/own.rnn', source.replace('"wave.csv"', '"../wave.csv"'))
    await untouched(['std/own.rnn', 'std/twice.rnn'], async () => {
      for (const out of ['std/own.rnn', 'std/twice.rnn'])
        assertRefused(await rnnc('train', 'std/own.rnn', '--out', out, '--force'), 'RNN518', /would be overwritten/)
    })
  })

  it('predict, build and diagnose: data, weights, program', async () => {
    await ok('train', 'wave.rnn', '--out', 'w.safetensors')
    write('new.csv', wave(30))
    linkSync(path('w.safetensors'), path('w.mjs'))
    linkSync(path('wave.rnn'), path('wave.svg'))
    linkSync(path('wave.csv'), path('types.d.mts'))
    await untouched(['wave.rnn', 'wave.csv', 'new.csv', 'w.safetensors'], async () => {
      for (const out of ['new.csv', 'w.safetensors', 'wave.rnn', 'wave.csv', 'hard.csv'])
        assertRefused(
          await rnnc('predict', 'w.safetensors', '--data', 'new.csv', '--out', out),
          'RNN518',
          /would be overwritten/,
        )
      assertRefused(
        await rnnc('predict', 'wave.rnn', '--weights', 'w.safetensors', '--out', 'wave.rnn'),
        'RNN518',
        /`wave.rnn`/,
      )
      assertRefused(await rnnc('build', 'w.safetensors', '--out', 'w.mjs'), 'RNN518', /`w.mjs`/)
      assertRefused(await rnnc('build', 'w.safetensors', '--out', 'types.mjs'), 'RNN518', /`types.d.mts`/)
      assertRefused(await rnnc('build', 'wave.rnn', '--out', 'types.mjs'), 'RNN518', /`types.d.mts`/)
      assertRefused(await rnnc('diagnose', 'wave.rnn', '--plot', 'wave.svg'), 'RNN518', /`wave.svg`/)
      assertRefused(await rnnc('diagnose', 'w.safetensors', '--plot', 'wave.svg'), 'RNN518', /`wave.svg`/)
    })
    assert.ok(!existsSync(path('types.mjs')))
  })

  it('predict: standard output, where the shell adds it to the data', needs(unix), async () => {
    await untouched(['new.csv'], async () => {
      const ran = await shell('rnnc predict w.safetensors --data new.csv --format csv >> new.csv')
      assertRefused(ran, 'RNN518', /`standard output` is also an input, `new.csv`/)
    })
    assert.equal((await shell('rnnc predict w.safetensors --data new.csv --format csv > answers.txt')).code, 0)
  })

  it('where nothing is overwritten, it is written', async () => {
    symlinkSync('elsewhere.safetensors', path('link.safetensors'))
    await ok('train', 'wave.rnn', '--out', 'link.safetensors')
    assert.ok(statSync(path('elsewhere.safetensors')).isFile())
    await ok('train', 'wave.rnn', '--out', '/dev/null')
    write('empty.safetensors', '')
    await ok('train', 'wave.rnn', '--out', 'empty.safetensors')
    assert.ok(statSync(path('empty.safetensors')).size > 0)
    assert.ok(!existsSync(path('empty.previous.safetensors')))
    assert.deepEqual(strays(), [])
  })
})

describe('weights of another program', () => {
  it('are replaced with --force alone', async () => {
    write('theirs.rnn', line('0.01 * g', 'epochs = 1; batch = 100'))
    await ok('train', 'theirs.rnn', '--out', 'shared.safetensors')
    const before = readFileSync(path('shared.safetensors'))
    const refused = await rnnc('train', 'wave.rnn', '--out', 'shared.safetensors')
    assertRefused(refused, 'RNN517', /contains weights of the model `Line` of `theirs.rnn`.*\n.*--force/)
    assert.doesNotMatch(refused.stderr, /^training/m)
    assert.deepEqual(readFileSync(path('shared.safetensors')), before)
    assert.match(
      (await ok('train', 'wave.rnn', '--out', 'shared.safetensors', '--force')).stdout,
      /\nsaved shared.safetensors\n$/,
    )
    assert.ok(!existsSync(path('shared.previous.safetensors')))
    assert.match((await ok('eval', 'shared.safetensors')).stdout, /rmse/)
  })

  it('and so are those of another model of the program, and what is no weights at all', async () => {
    write('notes.txt', 'my notes')
    assertRefused(
      await rnnc('train', 'wave.rnn', '--out', 'notes.txt'),
      'RNN517',
      /something other than weights of rnnc/,
    )
    assert.equal(readFileSync(path('notes.txt'), 'utf8'), 'my notes')
    const other = line('0.01 * g', 'epochs = 1; batch = 100')
    write(
      'two.rnn',
      `${other}${other
        .replace(/^cell(.|\n)*?\n}\n/, '')
        .replaceAll('Line', 'Second')
        .replaceAll('Points', 'Again')}`,
    )
    await ok('train', 'two.rnn', '--model', 'Line')
    assertRefused(await rnnc('train', 'two.rnn', '--model', 'Second'), 'RNN517', /the model `Line`/)
  })

  it('are not lost to answers, modules and drawings either', async () => {
    await ok('train', 'theirs.rnn', '--out', 'theirs.safetensors')
    await ok('train', 'wave.rnn', '--out', 'asked.safetensors')
    const before = readFileSync(path('theirs.safetensors'))
    linkSync(path('theirs.safetensors'), path('theirs.mjs'))
    linkSync(path('theirs.safetensors'), path('theirs.svg'))
    const foreign = encodeSafetensors({ tensors: new Map(), metadata: { format: 'pt' } })
    write('foreign.safetensors', foreign)
    for (const out of ['theirs.safetensors', 'foreign.safetensors'])
      assertRefused(
        await rnnc('predict', 'asked.safetensors', '--out', out),
        'RNN517',
        /weights (of|that).*\n.*--force/,
      )
    assertRefused(await rnnc('build', 'asked.safetensors', '--out', 'theirs.mjs'), 'RNN517', /would be lost/)
    assertRefused(await rnnc('diagnose', 'asked.safetensors', '--plot', 'theirs.svg'), 'RNN517', /would be lost/)
    assert.deepEqual(readFileSync(path('theirs.safetensors')), before)
    // Answers replace earlier answers.
    for (const _ of [1, 2]) await ok('predict', 'asked.safetensors', '--out', 'again.csv')
    await ok('predict', 'asked.safetensors', '--out', 'foreign.safetensors', '--force')
  })

  it('its own earlier ones are kept', async () => {
    const first = await ok('train', 'wave.rnn', '--out', 'mine.safetensors')
    assert.doesNotMatch(first.stdout + first.stderr, /earlier/)
    const before = readFileSync(path('mine.safetensors'))
    const second = await ok('train', 'wave.rnn', '--out', 'mine.safetensors', '--seed', '5', '--set', 'units=6')
    assert.match(
      second.stderr,
      /^mine.safetensors contains earlier weights: they will be kept as mine.previous.safetensors$/m,
    )
    assert.match(second.stdout, /\nsaved mine.safetensors; the earlier weights are in mine.previous.safetensors\n$/)
    assert.deepEqual(readFileSync(path('mine.previous.safetensors')), before)
    assert.notDeepEqual(readFileSync(path('mine.safetensors')), before)
    assert.match((await ok('eval', 'mine.previous.safetensors')).stdout, /^loss/)
    const third = json(await ok('train', 'wave.rnn', '--out', 'mine.safetensors', '--json'))
    assert.equal(third.previous, 'mine.previous.safetensors')
    // Without the ending the name grows.
    await ok('train', 'wave.rnn', '--out', 'plain')
    await ok('train', 'wave.rnn', '--out', 'plain')
    assert.ok(existsSync(path('plain.previous.safetensors')))
    assert.deepEqual(strays(), [])
  })

  it('also after the program has changed, but not over something else', async () => {
    write('grown.rnn', series())
    await ok('train', 'grown.rnn')
    write('grown.rnn', series().replace('SimpleRNN(units)', 'SimpleRNN(units + 1)'))
    write('grown.previous.safetensors', 'not weights')
    assertRefused(await rnnc('train', 'grown.rnn'), 'RNN517', /`grown.previous.safetensors` contains something/)
    unlinkSync(path('grown.previous.safetensors'))
    mkdirSync(path('grown.previous.safetensors'))
    assertRefused(await rnnc('train', 'grown.rnn'), 'RNN503', /`grown.previous.safetensors`: it is a folder/)
  })
})

describe('a disk that is nearly full', needs(unix), () => {
  it('standard output is whole, or it is exit 1', async () => {
    // A limit cuts the first write short, as a disk that fills does; Node takes that for success.
    for (const command of ['explain wave.rnn --emit source', 'explain wave.rnn --emit source --json', 'help train']) {
      const whole = await ok(...command.split(' '))
      assert.ok(whole.stdout.length > 1024)
      const cut = await shell(`ulimit -f 1; rnnc ${command} > cut.txt`)
      assert.equal(cut.code, 1, command)
      assert.match(cut.stderr, /^error RNN503: cannot write `standard output`: the file is too large$/m)
      assert.equal((await shell(`rnnc ${command} > whole.txt`)).code, 0)
      assert.equal(readFileSync(path('whole.txt'), 'utf8'), whole.stdout)
    }
  })

  it('a device that takes nothing is exit 1', needs(!existsSync('/dev/full') && 'there is no /dev/full'), async () => {
    for (const command of ['check wave.rnn', 'check wave.rnn --json', '--help', '--version', 'check none.rnn --json']) {
      const ran = await shell(`rnnc ${command} > /dev/full`)
      assert.equal(ran.code, 1, command)
      assert.match(ran.stderr, /cannot write `standard output`: the disk is full/)
      assert.doesNotMatch(ran.stderr, /^\s+at |node:/m)
    }
    // Messages that cannot be written change no exit code.
    assert.equal((await shell('rnnc check wave.rnn 2> /dev/full')).code, 0)
    assert.equal((await shell('rnnc train wave.rnn --out silent.safetensors 2> /dev/full')).code, 0)
    assert.equal((await shell('rnnc check none.rnn 2> /dev/full')).code, 1)
  })

  it('a reader that has seen enough is no error', async () => {
    const ran = await shell('set -o pipefail; rnnc explain wave.rnn --emit source --graph train --json | head -c 10')
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [0, '{"ok":true', ''])
  })

  it('a file that cannot be written whole keeps what it was', async () => {
    await ok('train', 'wave.rnn', '--out', 'full.safetensors')
    const before = readFileSync(path('full.safetensors'))
    const ran = await shell('ulimit -f 1; rnnc train wave.rnn --out full.safetensors --seed 9')
    assertRefused(ran, 'RNN503', /cannot write `full.safetensors`: the file is too large/)
    assert.deepEqual(readFileSync(path('full.safetensors')), before)
    assert.ok(!existsSync(path('full.previous.safetensors')))
    // Why it ended is not forgotten where what it has learned cannot be saved.
    write('late.rnn', line("where(t' > 30, 1e30, 0.1) * g", 'epochs = 100; batch = 100', split))
    const late = await shell('ulimit -f 0; rnnc train late.rnn --out late-full.safetensors')
    assertRefused(late, 'RNN504', /RNN504: the validation loss is(.|\n)*RNN503: cannot write `late-full.safetensors`/)
    const answers = await shell('ulimit -f 1; rnnc predict full.safetensors --out answers.json')
    assertRefused(answers, 'RNN503', /cannot write `answers.json`/)
    assert.ok(!existsSync(path('answers.json')))
    assert.deepEqual(strays(), [])
  })
})

describe('interrupts', needs(unix), () => {
  const drawn = series().replace('SimpleRNN(units)', 'GRU(4000)')

  it('are heard while weights are drawn', async () => {
    write('wide.rnn', drawn)
    const interrupted = async (signal: 'SIGINT' | 'SIGTERM'): Promise<void> => {
      const { process: child, done } = start('train', 'wide.rnn')
      let seen = ''
      child.stderr?.on('data', text => {
        const before = seen
        seen += text
        const drawing = /^initializing the weights: \d+ %/m
        if (drawing.test(seen) && !drawing.test(before)) child.kill(signal)
      })
      const ran = await done
      assert.equal(ran.code, 130, ran.stderr)
      assert.match(ran.stderr, /^initializing the weights: \d+ % {2}\d+ .* left$/m)
      assert.match(ran.stderr, /^error RNN516: interrupted before the first step; nothing was saved$/m)
      assert.ok(!existsSync(path('wide.safetensors')))
    }
    await Promise.all([interrupted('SIGINT'), interrupted('SIGTERM')])
  })

  it('are heard right before the first step', async () => {
    write('long.csv', wave(60_000))
    write('long.rnn', series().replace('wave.csv', 'long.csv'))
    for (const program of ['wave.rnn', 'long.rnn']) {
      const args = ['--out', 'early.safetensors', '--force', '--set', 'epochs=1000000']
      const { process: child, done } = start('train', program, ...args)
      let seen = ''
      child.stderr?.on('data', text => {
        const before = seen
        seen += text
        if (/^training/m.test(seen) && !/^training/m.test(before)) child.kill('SIGINT')
      })
      const ran = await done
      assert.equal(ran.code, 130, ran.stderr)
      if (/^stopping after this step$/m.test(ran.stderr)) assert.match(ran.stdout, /^interrupted in epoch \d+, after/)
      else assert.match(ran.stderr, /^error RNN516: interrupted before the first step; nothing was saved$/m)
    }
  })

  it('are heard while data is waited for', async () => {
    const cli = new URL('../../cli/rnnc.ts', import.meta.url).pathname
    const script = 'exec "$0" "$1" train wave.rnn --out early.safetensors --data <(exec 2>&-; echo value; sleep 9)'
    const { process: child, done } = run('bash', ['-c', script, process.execPath, cli], folder)
    await new Promise(resolve => setTimeout(resolve, 3000))
    child.kill('SIGINT')
    const ran = await done
    // It is ended by the signal, for which a shell gives 130: its end would wait for the pipe.
    assert.deepEqual([ran.code, child.signalCode], [null, 'SIGINT'])
    assert.match(ran.stderr, /^error RNN516: interrupted before the first step; nothing was saved$/m)
  })

  it('a closed terminal saves what was learned', async () => {
    const { process: child, done } = start('train', 'wave.rnn', '--out', 'hup.safetensors', '--set', 'epochs=1000000')
    child.stderr?.on('data', text => {
      if (/^epoch/m.test(String(text))) {
        // Nobody reads any more what it says.
        child.stderr?.destroy()
        child.stdout?.destroy()
        child.kill('SIGHUP')
      }
    })
    await done
    assert.match((await ok('eval', 'hup.safetensors')).stdout, /^loss/)
  })

  it('the second ends at once', async () => {
    const { process: child, done } = start('train', 'wave.rnn', '--out', 'twice.safetensors', '--set', 'epochs=1000000')
    // Until an epoch has ended the command may not listen yet.
    await new Promise<void>(resolve => {
      child.stderr?.on('data', text => {
        if (/^epoch/m.test(String(text))) resolve()
      })
    })
    // Both wait until it goes on: the first is heard, and the second right after it.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
    assert.equal((await done).code, 130)
    assert.deepEqual(strays(), [])
  })
})
