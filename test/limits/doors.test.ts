// What reaches a command in other ways than by a malformed file: values too deep or too large, places that cannot be written, readers that
// have gone. The command says so with a code, or goes on; nothing saved is lost.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { describe, it } from 'vitest'
import { createOutput, reportError } from '../../cli/output.ts'
import { assertRefused, type Ran, run, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'

const program = `model M {
  input x: real over T
  target y: real over T
  p = ([x] |> SimpleRNN(3) |> dense(1))[0]
  loss mse(p, y)
  predict y from p
}
`
const { rnnc, ok, fed, write, path, folder } = workplace({
  'm.rnn': `${program}data d for M { t = jsonl("d.jsonl"); x = t.x; y = t.y }
train M on d { optimizer = Adam(0.01); epochs = 1; seed = 1 }
`,
  'd.jsonl': '{"x": [1, 2, 3], "y": [1, 2, 3]}\n',
})

const nested = (open: string, close: string, deep: number): string =>
  `{"x": ${open.repeat(deep)}1${close.repeat(deep)}}`

describe('values of JSON', () => {
  it('may be nested as deeply as those of a file, in lines and options', async () => {
    await ok('train', 'm.rnn')
    for (const deep of [33, 100_000]) {
      const stream = await fed(nested('[', ']', deep), 'predict', 'm.safetensors', '--stream')
      assertRefused(stream, 'RNN410', /line 1.*lists more than 32 deep/)
      const object = await fed(nested('{"a":', '}', deep), 'predict', 'm.safetensors', '--stream')
      assertRefused(object, 'RNN410', /line 1.*numbers, texts and lists of them, not \{…\}/)
      const inputs = await rnnc('predict', 'm.safetensors', '--stream', '--inputs', nested('[', ']', deep))
      assertRefused(inputs, 'RNN509', /`--inputs` takes .* not lists more than 32 deep/)
      write('deep.jsonl', `${nested('[', ']', deep)}\n`)
      assertRefused(await rnnc('predict', 'm.safetensors', '--data', 'deep.jsonl'), 'RNN410', /more than 32 deep/)
    }
  })
})

describe('a saved case of the fuzzer', () => {
  const refused = async (rest: object, message: RegExp): Promise<void> => {
    write('case.rnn', `# fuzz: ${JSON.stringify(rest)}\n${program}`)
    assertRefused(await rnnc('fuzz', 'case.rnn', '--target', 'js'), 'RNN410', message)
  }

  it('has the sizes and lengths of a batch of its model', async () => {
    await refused({ sizes: { B: 2 }, lengths: {}, data: 1 }, /its sizes lack `T`/)
    await refused({ sizes: { B: 2, T: 1e8 }, lengths: {}, data: 1 }, /come to 400000019 numbers; the limit is 1000000/)
    await refused({ sizes: { B: 1e12, T: 1e12 }, lengths: {}, data: 1 }, /the limit is 1000000/)
    await refused({ sizes: { B: 2, T: 3 }, lengths: { T: [1] }, data: 1 }, /1 lengths of `T` for 2 sequences/)
    await refused({ sizes: { B: 2, T: 3 }, lengths: { T: [3, 4] }, data: 1 }, /a length of `T` is 4, and its size 3/)
  })
})

it('an array that the engine cannot make is RNN527', () => {
  for (const make of [() => new Float64Array(2 ** 52), () => new Array(-1), () => 'a'.repeat(2 ** 30)]) {
    let said = ''
    const say = (text: string): void => {
      said += text
    }
    const output = createOutput(false, { input: process.stdin, write: say, say, color: false })
    try {
      make()
      assert.fail('it fits')
    } catch (error) {
      reportError(error, output)
    }
    assert.match(said, /^error RNN527: an array or a text does not fit into memory: .*\nhelp: use smaller sizes/)
  }
})

it('explain --graph says what it needs where nothing shows that graph', async () => {
  for (const graph of ['gradient', 'drawing.png'])
    assertRefused(
      await rnnc('explain', 'm.rnn', '--graph', graph),
      'RNN509',
      /`--emit` or `--passes` beside it, or a file/,
    )
})

describe('a folder, or nothing, in the place of a file', () => {
  const commands = (program: string, weights: string): string[] => [
    ...['check', 'types', 'explain', 'gradcheck', 'train', 'fuzz'].map(command => `${command} ${program}`),
    ...['eval', 'predict', 'generate', 'diagnose', 'build --out m.mjs'].map(command => `${command} ${weights}`),
    ...[`train m.rnn --data ${weights}`, `check m.rnn --data ${weights}`, `predict m.safetensors --data ${weights}`],
  ]

  it('is RNN406 in every command', async () => {
    for (const name of ['folder.rnn', 'folder.safetensors']) mkdirSync(path(name))
    for (const command of [
      ...commands('folder.rnn', 'folder.safetensors'),
      ...commands('none.rnn', 'none.safetensors'),
    ])
      assertRefused(
        await rnnc(...command.split(' ')),
        'RNN406',
        /it is a folder|it contains no file|there is no such file/,
      )
  })

  it('is RNN503 for every output', async () => {
    for (const out of ['folder.rnn', 'm.rnn/below', 'none/below']) {
      for (const command of [
        'train m.rnn --out',
        'train m.rnn --log',
        'types m.rnn --out',
        'predict m.safetensors --out',
      ])
        assertRefused(await rnnc(...command.split(' '), out), 'RNN503', /cannot write/)
    }
    assertRefused(await rnnc('init', 'm.rnn/below'), 'RNN503', /cannot write/)
    assertRefused(await rnnc('fuzz', '--runs', '1', '--save', 'none/below'), 'RNN503', /cannot write/)
  })
})

const unix = process.platform === 'win32' && 'it has neither a shell nor signals of this kind'
const cli = new URL('../../cli/rnnc.ts', import.meta.url).pathname
const shell = (script: string): Promise<Ran> =>
  run('bash', ['-c', script.replaceAll('rnnc ', `"${process.execPath}" "${cli}" `)], folder).done

describe('a disk that takes nothing', needs(!existsSync('/dev/full') && 'there is no /dev/full'), () => {
  it('is RNN503 for every file that is written, and weights stay', async () => {
    for (const ending of ['svg', 'mjs', 'safetensors']) symlinkSync('/dev/full', path(`full.${ending}`))
    const before = readFileSync(path('m.safetensors'))
    for (const command of [
      'train m.rnn --out full.safetensors',
      'train m.rnn --log /dev/full',
      'predict m.safetensors --out /dev/full',
      'types m.rnn --out /dev/full',
      'explain m.rnn --graph full.svg',
      'diagnose m.safetensors --plot full.svg',
      'build m.safetensors --out full.mjs',
    ]) {
      const { code, stderr } = await rnnc(...command.split(' '))
      assert.equal(code, 1, command)
      assert.match(stderr, /^error RNN503: cannot write .*: the disk is full/m, command)
    }
    assert.deepEqual(readFileSync(path('m.safetensors')), before)
  })
})

describe('a reader that is gone', needs(unix), () => {
  it('ends a command without an error', async () => {
    for (const command of ['predict m.safetensors', 'fmt - < m.rnn']) {
      const { code, stderr } = await shell(`set -o pipefail; rnnc ${command} | head -c 0`)
      assert.equal(code, 0, command)
      assert.doesNotMatch(stderr, /error|EPIPE/)
    }
    // `yes` never ends: it is the closed pipe that ends the stream, and the stream that ends `yes`.
    const { stdout, stderr } = await shell('yes \'{"x": 1}\' | rnnc predict m.safetensors --stream | head -n 1')
    assert.match(stdout, /^\{"y":[\d.e-]+\}\n$/)
    assert.doesNotMatch(stderr, /error|EPIPE/)
  })
})
