// The commands that run a model step by step: generate, predict --stream, and what explain shows of the step.
import assert from 'node:assert/strict'
import { beforeAll, describe, expect, it } from 'vitest'
import { assertRefused, isRecord, json, series, wave, workplace } from './support.ts'

const speller = `model Speller(units = 16) {
  target script: token of V over T
  p = delay(script) |> embedding(8) |> GRU(units) |> dense(V, softmax)
  loss cross_entropy(p, script)
  predict script from p
}
data Lines for Speller { script = chars(csv("lines.csv").line, end = true) }
train Speller on Lines { optimizer = Adam(0.05); epochs = 60; batch = 4; seed = 1 }
`

/** The same two lines again and again, so that they are learned by heart. */
const lines = `line\n${Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 'hello world' : 'good night')).join('\n')}\n`

const sensor = `model Sensor {
  input x: [2] over T
  input gain: real
  output level = gain * mean(x[0] + x[1], over T)
  output code = (x |> GRU(2))[0]
  output before = drop_last(x)
  target y: real
  loss mse(level, y)
}
data D for Sensor { t = jsonl("d.jsonl"); x = t.x; gain = t.gain; y = t.y }
train Sensor on D { optimizer = SGD(0.01); epochs = 1; batch = 1; seed = 1 }
`

const kinds = `model Kinds {
  input kind: class of K over T
  target y: real
  p = kind |> embedding(2) |> GRU(2) |> last |> dense(1)
  loss mse(p, [y])
  predict y from p
}
data D for Kinds { t = jsonl("kinds.jsonl"); kind = classes(t.kind); y = t.y }
train Kinds on D { optimizer = SGD(0.01); epochs = 1; seed = 1 }
`

const echo = `model Echo {
  target kind: class of K over T
  p = delay(kind) |> embedding(2) |> GRU(2) |> dense(K, softmax)
  loss cross_entropy(p, kind)
  predict kind from p
}
data D for Echo { t = jsonl("kinds.jsonl"); kind = classes(t.kind) }
train Echo on D { optimizer = Adam(0.1); epochs = 20; seed = 1 }
`

const named = `model Named {
  input who: class of C
  target word: token of V over T
  h = (delay(word) |> embedding(4) |> GRU(4)) + (who |> embedding(4))
  p = h |> dense(V, softmax)
  loss cross_entropy(p, word)
  predict word from p
}
data D for Named { t = csv("named.csv"); who = classes(t.who); word = chars(t.word, end = true) }
train Named on D { optimizer = Adam(0.1); epochs = 1; seed = 1 }
`

const here = workplace({
  'named.rnn': named,
  'named.csv': 'who,word\nann,hi\nbob,ho\n',
  'kinds.rnn': kinds,
  'echo.rnn': echo,
  'kinds.jsonl': '{"kind": ["20", "3", "20", "7"], "y": 1}\n{"kind": ["7", "3"], "y": 2}\n',
  'speller.rnn': speller,
  'lines.csv': lines,
  'sensor.rnn': sensor,
  'd.jsonl': '{"x": [[1, 2], [3, 4]], "gain": 1, "y": 2}\n',
  'wave.rnn': series(),
  'wave.csv': wave(),
})

beforeAll(async () => {
  await here.ok('train', 'speller.rnn')
  await here.ok('train', 'sensor.rnn')
  for (const name of ['wave', 'kinds', 'echo', 'named']) await here.ok('train', `${name}.rnn`)
})

describe('rnnc generate', () => {
  it('writes a text that goes on after a beginning, up to its end', async () => {
    const ran = await here.ok('generate', 'speller.safetensors', '--after', 'hel')
    assert.equal(ran.stdout, 'hello world\n')
    assert.match(ran.stderr, /Speller: 8 steps \(js, f32\)/)
    const searched = await here.ok('generate', 'speller.safetensors', '--after', 'g', '--beam', '3')
    assert.equal(searched.stdout, 'good night\n')
  })

  it('says how to give inputs, and which labels it knows', async () => {
    assertRefused(
      await here.rnnc('generate', 'named.safetensors'),
      'RNN401',
      /input `who` has no data\nhelp: give it by `--inputs '\{"who": …\}'`/,
    )
    assertRefused(
      await here.rnnc('generate', 'named.safetensors', '--inputs', '{"who": "eve"}'),
      'RNN408',
      /`eve` .*\nhelp: the model knows the labels of its training data alone/,
    )
  })

  it('draws the same with the same seed', async () => {
    const draw = (seed: string) =>
      here.ok('generate', 'speller.safetensors', '--sample', '2', '--seed', seed, '--steps', '40')
    const [first, again, other] = [await draw('1'), await draw('1'), await draw('2')]
    assert.equal(first.stdout, again.stdout)
    assert.notEqual(first.stdout, other.stdout)
  })

  it('chooses the target of steps by itself, and says so', async () => {
    const { stdout, stderr } = await here.ok('generate', 'speller.safetensors', '--after', 'hel', '--target', 'auto')
    assert.equal(stdout, 'hello world\n')
    assert.match(stderr, /auto: wasm, because .* takes less time there than on js/)
  })

  it('gives one object with --json', async () => {
    const found = json(await here.ok('generate', 'speller.safetensors', '--after', 'good', '--json'))
    expect(found).toMatchObject({ ok: true, model: 'Speller', backend: 'js', dtype: 'f32', steps: 6, text: ' night' })
  })

  it('says what does not fit', async () => {
    const refused = async (code: string, message: RegExp, ...args: string[]) =>
      assertRefused(await here.rnnc('generate', 'speller.safetensors', ...args), code, message)
    await refused('RNN430', /`Q`/, '--after', 'Q')
    await refused('RNN509', /--steps/, '--steps', 'many')
    await refused('RNN509', /--sample. takes a positive number/, '--sample', '0')
    await refused('RNN509', /labels that are sampled/, '--sample', '--beam', '2')
    await refused('RNN509', /JSON object/, '--inputs', '[1]')
    await refused('RNN505', /gpu/, '--target', 'gpu')
    assertRefused(await here.rnnc('generate', 'wave.safetensors'), 'RNN523', /reads none of its targets/)
  })
})

describe('rnnc eval --free', () => {
  it('measures what the model writes by itself', async () => {
    const loss = async (...args: string[]) =>
      json(await here.ok('eval', 'speller.safetensors', '--part', 'train', '--json', ...args))
    const [forced, free] = [await loss(), await loss('--free')]
    expect(forced).toMatchObject({ report: { loss: expect.closeTo(0.06, 1) } })
    // It writes one of the two lines, so that half of the lines are told wrongly.
    expect(free).toMatchObject({ ok: true, backend: 'js', report: { loss: expect.any(Number) } })
    assert.ok(isRecord(free.report) && Number(free.report.loss) > 1)
  })

  it('is for models that generate', async () => {
    const refused = async (message: RegExp, ...args: string[]) =>
      assertRefused(await here.rnnc(...args), 'RNN509', message)
    await refused(/--beam. takes .--free. beside it/, 'eval', 'speller.safetensors', '--beam', '2')
    await refused(/--top-k. takes .--free. beside it/, 'eval', 'speller.safetensors', '--top-k', '2')
    await refused(/--top-k. takes .--sample. beside it/, 'generate', 'speller.safetensors', '--top-k', '2')
    await refused(/--top-p. takes .--sample. beside it/, 'generate', 'speller.safetensors', '--top-p', '0.5')
    await refused(/--length-power. takes .--beam. beside it/, 'generate', 'speller.safetensors', '--length-power', '1')
    await refused(
      /takes a probability above 0 and at most 1, not 1.5/,
      ...['generate', 'speller.safetensors', '--sample', '--top-p', '1.5'],
    )
    for (const [option, message] of [
      ['--probabilities', /`--stream` takes answers alone, not `--probabilities`/],
      ['--format=csv', /`--stream` takes lines of JSON on standard output, not `--format`/],
      ['--data=x.csv', /`--stream` takes standard input, not `--data`/],
    ] as const)
      await refused(message, 'predict', 'sensor.safetensors', '--stream', option)
    await refused(/--over. takes .--stream. beside it/, 'predict', 'wave.safetensors', '--over', 'T')
    await refused(/a model with inputs/, 'predict', 'speller.safetensors')
    assertRefused(await here.rnnc('predict', 'wave.safetensors', '--beam', '2'), 'RNN523', /reads none of its targets/)
    assert.match(
      (await here.ok('eval', 'speller.safetensors', '--part', 'train', '--free', '--target', 'auto')).stderr,
      /auto: wasm, because/,
    )
    assertRefused(await here.rnnc('eval', 'wave.safetensors', '--free'), 'RNN523', /reads none of its targets/)
  })
})

describe('rnnc predict --stream', () => {
  const answers = (stdout: string): unknown[] =>
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  const gain = ['--inputs', '{"gain": 10}']

  it('answers each line of JSON at once, and begins again after an empty one', async () => {
    const input = '{"x": [1, 2]}\n{"x": [3, 4]}\n\n{"x": [5, 6]}\n'
    const ran = await here.fed(input, 'predict', 'sensor.safetensors', '--stream', ...gain)
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stderr, /a stream over T \(js, f32\)/)
    const [first, second, third] = answers(ran.stdout)
    expect(first).toMatchObject({ level: 30 })
    expect(first).not.toHaveProperty('before')
    expect(second).toMatchObject({ level: 50, before: [1, 2] })
    expect(third).toMatchObject({ level: 110 })
  })

  it('reads rows of CSV', async () => {
    const ran = await here.fed('x[0],x[1]\n1,2\n3,4\n', 'predict', 'sensor.safetensors', '--stream', ...gain)
    assert.equal(ran.code, 0, ran.stderr)
    expect(answers(ran.stdout)).toMatchObject([{ level: 30 }, { level: 50 }])
  })

  it('takes a cell for a label that looks like a number as the label', async () => {
    const csv = await here.fed('kind\n20\n3\n20\n', 'predict', 'kinds.safetensors', '--stream')
    const lines = '{"kind": "20"}\n{"kind": "3"}\n{"kind": "20"}\n'
    const json = await here.fed(lines, 'predict', 'kinds.safetensors', '--stream')
    assert.equal(csv.code, 0, csv.stderr)
    assert.equal(csv.stdout, json.stdout)
    const after = async (text: string) =>
      (await here.ok('generate', 'echo.safetensors', '--after', text, '--steps', '3')).stdout
    assert.equal(await after('20,3'), await after('["20", "3"]'))
  })

  it('answers while the pipe stays open', async () => {
    const { process: child, done } = here.start('predict', 'sensor.safetensors', '--stream', ...gain)
    child.stdin?.write('{"x": [1, 2]}\n')
    const first = await new Promise<string>(resolve => child.stdout?.once('data', text => resolve(String(text))))
    expect(JSON.parse(first)).toMatchObject({ level: 30 })
    child.stdin?.end()
    assert.equal((await done).code, 0)
  })

  it('names the line of what does not fit', async () => {
    const refused = async (input: string | Uint8Array, message: RegExp, ...args: string[]) => {
      const ran = await here.fed(input, 'predict', 'sensor.safetensors', '--stream', ...args)
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /error RNN\d+: /)
      assert.match(ran.stderr, message)
      assert.doesNotMatch(ran.stderr, /^\s+at |internal error/m)
    }
    await refused('{"x": [1, 2]}\n{"x": [1]}\n', /RNN410: .*line 2: .*`x`/, ...gain)
    await refused('{"x": [1, 2]\n', /line 1: .*JSON object/, ...gain)
    await refused('x[0],x[1]\n1,2\n1\n', /line 3 has 1 cells/, ...gain)
    await refused('\n\nx[0],x[1]\n1,2\n1\n', /line 5 has 1 cells/, ...gain)
    await refused('\n{"x": [1, 2]}\n{"x": [1]}\n', /line 3: .*`x`/, ...gain)
    await refused('x[0],x[1]\n1,2\n"3,4\n', /the quote that opens in line 3.* is never closed/, ...gain)
    await refused(Buffer.from('{"x": [1, 2]}\n{"\xff": 1}\n', 'latin1'), /line 2 is not UTF-8.*offset 16/, ...gain)
    await refused('{"x": [1, 2]}\n', /`gain` has no data/)
    await refused('{"x": [1, 2]}\n', /--data/, '--data', 'd.jsonl', ...gain)
  })
})

describe('rnnc explain --emit step', () => {
  it('shows what a stream does once and at each element', async () => {
    const { stdout } = await here.ok('explain', 'speller.rnn', '--emit', 'step')
    assert.deepEqual(
      [...stdout.matchAll(/graph "Speller (\w+)"/g)].map(m => m[1]),
      ['start', 'step', 'answer', 'advance'],
    )
    assert.doesNotMatch(stdout, /scan\(/)
    const found = json(await here.ok('explain', 'speller.rnn', '--emit', 'step', '--json'))
    const { states } = found
    assert.ok(Array.isArray(states))
    assert.deepEqual(
      states.map(s => isRecord(s) && s.name),
      ['script.delayed', 'GRU.h'],
    )
    const { stdout: source } = await here.ok('explain', 'sensor.rnn', '--emit', 'source', '--graph', 'step')
    assert.match(source, /function/)
  })

  it('says why there is none', async () => {
    const ran = await here.rnnc('explain', 'wave.rnn', '--emit', 'step', '--over', 'S')
    assertRefused(ran, 'RNN334', /no input is over an axis `S`/)
  })
})
