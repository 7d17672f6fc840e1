// The command line itself: help, and what is said about mistakes in it.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { assertRefused, json, series, wave, workplace } from './support.ts'

const { rnnc, ok, start } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })
const commands = [
  'init',
  'check',
  'fmt',
  'train',
  'eval',
  'predict',
  'generate',
  'build',
  'explain',
  'gradcheck',
  'diagnose',
  'types',
  'fuzz',
]

describe('help', () => {
  for (const command of commands) {
    it(`of ${command} has examples`, async () => {
      const { stdout, stderr } = await ok(command, '--help')
      assert.match(stdout, new RegExp(`^Usage: rnnc ${command} .*Examples:\n  \\$ rnnc ${command} `, 's'))
      assert.match(stdout, /--json /)
      assert.equal(stderr, '')
      assert.equal((await ok('help', command)).stdout, stdout)
    })
  }

  it('names every command', async () => {
    for (const args of [[], ['--help']]) {
      const { stdout } = await ok(...args)
      for (const command of commands) assert.match(stdout, new RegExp(`^  ${command} `, 'm'))
    }
  })

  it('knows the version', async () => {
    assert.match((await ok('--version')).stdout, /^\d+\.\d+\.\d+\n$/)
  })
})

describe('a mistake on the command line', () => {
  const cases: readonly (readonly [args: readonly string[], code: string, message: RegExp])[] = [
    [['help', 'trian'], 'RNN505', /unknown command `trian`\nhelp: did you mean `train`\?/],
    [['help', 'nope'], 'RNN505', /unknown command `nope`/],
    [['trian', 'wave.rnn'], 'RNN505', /unknown command `trian`\nhelp: did you mean `train`\?/],
    [['train', 'wave.rnn', '--epoch', '3'], 'RNN505', /unknown option `--epoch`/],
    [['train', 'wave.rnn', '--epochs', '3'], 'RNN505', /settings are set by name: `--set epochs=10`/],
    [['train', 'wave.rnn', '--batch-size', '4'], 'RNN505', /`--set batch=10`/],
    [['train', 'wave.rnn', '--lr', '0.1'], 'RNN505', /set by name: `--set rate=0.01`/],
    [['train', 'wave.rnn', '--clip', '1'], 'RNN505', /`--set clip=norm\(1\)`/],
    [['train', 'wave.rnn', '--set', 'lr=0.1'], 'RNN508', /did you mean `rate`\?/],
    [['train', 'wave.rnn', '--set', 'rate=-1'], 'RNN314', /`Adam\(rate = -1\)` moves weights along the gradient/],
    [['train', 'wave.rnn', '--set', 'clip=norm(0)'], 'RNN207', /--set clip:1:\d+\n.*\n.* clip = norm\(0\) }/],
    [['train', 'wave.rnn', '--set', 'clip=norm(1); seed = 2'], 'RNN508', /it is not one value/],
    [['train', 'wave.rnn', '--set', 'rate='], 'RNN101', /expected an expression/],
    [['train', 'wave.rnn', '--set', 'epochs=many'], 'RNN106', /`many` is not defined\n --> --set epochs/],
    [['train', 'wave.rnn', '--otu', 'x'], 'RNN505', /did you mean `--out`\?/],
    [['check'], 'RNN509', /takes FILE, not nothing/],
    [['check', 'a.rnn', 'b.rnn'], 'RNN509', /takes 1 argument, not 2/],
    [['train', 'wave.rnn', '--seed'], 'RNN509', /`--seed <n>` takes a value/],
    [['train', 'wave.rnn', '--seed', '1.5'], 'RNN509', /a whole number of at least 0, not `1.5`/],
    [['train', 'wave.rnn', '--dtype', 'f16'], 'RNN505', /unknown dtype `f16`/],
    [['train', 'wave.rnn', '--target', 'cuda'], 'RNN505', /unknown target `cuda`\nhelp: the choices are .*`auto`/],
    [['train', 'wave.rnn', '--seeds', '1.5'], 'RNN509', /a whole number of at least 1, not `1.5`/],
    [['fuzz', '--runs', '1.5'], 'RNN509', /a whole number of at least 1, not `1.5`/],
    [['train', 'wave.rnn', '--out', '-'], 'RNN503', /standard output is not a file\nhelp: .* `.\/-`/],
    [
      ['fmt', '--check', 'nope.rnn'],
      'RNN406',
      /^error RNN406: cannot read `nope.rnn`: there is no such file or folder\n+$/,
    ],
    [['train', 'wave.rnn', '--target', 'wasm', '--threads', '0'], 'RNN509', /a whole number from 1 to 64, not `0`/],
    [['train', 'wave.rnn', '--target', 'wasm', '--threads', 'two'], 'RNN509', /a whole number from 1 to 64, not `two`/],
    [['train', 'wave.rnn', '--target', 'wasm', '--threads', '1.5'], 'RNN509', /a whole number from 1 to 64/],
    [['train', 'wave.rnn', '--target', 'wasm', '--threads', '65'], 'RNN509', /a whole number from 1 to 64/],
    [['train', 'wave.rnn', '--target', 'wasn', '--threads', '2'], 'RNN505', /did you mean `wasm`\?/],
    [
      ['train', 'wave.rnn', '--threads', '2'],
      'RNN509',
      /takes `--target wasm` or `--target wasm-relaxed`, not `--target js`/,
    ],
    [['train', 'wave.rnn', '--target', 'auto', '--threads', '2'], 'RNN509', /not `--target auto`/],
    [['train', 'wave.rnn', '--target', 'gpu', '--threads', '2'], 'RNN509', /not `--target gpu`/],
    [['train', 'wave.rnn', '--target', 'wasm', '--threads', '2', '--device', 'cpu'], 'RNN509', /`--device` takes/],
    [['predict', 'w.safetensors', '--stream', '--target', 'wasm', '--threads', '2'], 'RNN509', /whole sequences/],
    [['train', 'wave.rnn', '--model', 'Wav'], 'RNN106', /did you mean `Wave`\?/],
    [['train', 'wave.rnn', '--set', 'unit=3'], 'RNN508', /did you mean `units`\?/],
    [['train', 'wave.rnn', '--set', 'units'], 'RNN508', /it has no `=`/],
    [['train', 'wave.rnn', '--set', '=3'], 'RNN508', /there is no name before the `=`/],
    // What the file would take: decimal digits, and no 0 that was written as something else.
    [['train', 'wave.rnn', '--set', 'units=0x10'], 'RNN508', /`0x10` is not a number/],
    [['train', 'wave.rnn', '--set', 'units=0b11'], 'RNN508', /`0b11` is not a number/],
    [['train', 'wave.rnn', '--set', 'units=1e-400'], 'RNN122', /is too small/],
    [['train', 'wave.rnn', '--set', 'units=many'], 'RNN508', /`many` is not a number/],
    [['train', 'wave.rnn', '--set', 'units=[1,2]'], 'RNN508', /is not a number\nhelp: a hyper-parameter .* a list or/],
    [['train', 'wave.rnn', '--set', 'batch=0'], 'RNN508', /a whole number of at least 1/],
    [['train', 'wave.rnn', '--set', 'seed=1', 'seed=2'], 'RNN508', /set twice/],
    [['train', '--set', 'units=3', 'wave.rnn'], 'RNN509', /put the file first/],
    [['eval', 'wave.rnn'], 'RNN509', /`--weights`/],
    [['eval', 'wave.safetensors', '--part', 'tset'], 'RNN505', /did you mean `test`\?/],
    [['build', 'wave.rnn'], 'RNN509', /--out/],
    [['build', 'wave.rnn', '-o', 'model.ts'], 'RNN509', /ends in .mjs or .js/],
    [['explain', 'wave.rnn', '--emit', 'grahp'], 'RNN505', /did you mean `graph`\?/],
    [['explain', 'wave.rnn', '--emit', 'after:dec'], 'RNN505', /did you mean `dce`\?/],
    [['explain', 'wave.rnn', '--emit', 'graph', '--graph', 'los'], 'RNN505', /did you mean `loss`\?/],
  ]
  for (const [args, code, message] of cases) {
    it(args.join(' '), async () => assertRefused(await rnnc(...args), code, message))
  }

  it('is one object too with --json', async () => {
    const ran = await rnnc('train', 'wave.rnn', '--target', 'cuda', '--json')
    assert.equal(ran.code, 1)
    const { ok: fine, diagnostics } = json(ran)
    assert.equal(fine, false)
    assert.ok(Array.isArray(diagnostics) && diagnostics[0].code === 'RNN505')
    assert.match(ran.stderr, /^error RNN505/)
  })
})

describe('a process of its own', () => {
  it('ends with the exit code of its command, and writes what the command writes, without colour', async () => {
    for (const args of [
      ['check', 'wave.rnn'],
      ['train', 'wave.rnn', '--target', 'cuda', '--json'],
      ['check', '--help'],
      ['chekc', 'wave.rnn'],
    ])
      assert.deepEqual(await start(...args).done, await rnnc(...args))
  })
})
