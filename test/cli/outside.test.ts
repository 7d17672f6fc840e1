// Numbers that only the data, the command line or the weights tell: what would be refused in the file is refused by every command.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../runtime/safetensors.ts'
import { assertRefused, json, workplace } from './support.ts'

const softmax = `model M {
  input x: [1]
  target y: class of K
  p = x |> dense(3, softmax)
  loss cross_entropy(p, y)
  metric accuracy(p, y)
  predict y from p
}
data d for M { t = csv("d5.csv"); x = [t.a]; y = classes(t.b) }
train M on d { optimizer = Adam(0.1); epochs = 2; seed = 1 }
`
const binary = softmax
  .replace('x |> dense(3, softmax)', '(x |> dense(1, sigmoid))[0]')
  .replace('cross_entropy', 'binary_cross_entropy')
  .replace('d5', 'd3')
const units = `model M(units = 8, rate = 0.01) {
  input x: real over T
  target y: real over T
  p = [x] |> GRU(units / 2) |> dense(1)
  loss mse(p[0], y)
  predict y from p[0]
}
data d for M { t = jsonl("d.jsonl"); x = t.x; y = t.y }
train M on d { optimizer = Adam(rate); epochs = 1; batch = 2; seed = 1 }
`
const scaled = `model S {
  input x: [D]
  target y: real
  p = x |> dense(1)
  loss mse(p[0], y)
  predict y from p
}
data d for S { t = csv("s.csv"); x = [standardize(t.a)]; y = t.b }
train S on d { optimizer = Adam(0.1); epochs = 1; seed = 1 }
`

const { rnnc, ok, write, path } = workplace({
  'softmax.rnn': softmax,
  'binary.rnn': binary,
  'right.rnn': softmax.replace('dense(3', 'dense(K'),
  'units.rnn': units,
  'scaled.rnn': scaled,
  'd5.csv': 'a,b\n0,a\n1,b\n2,c\n3,d\n4,e\n0,a\n1,b\n',
  'd3.csv': 'a,b\n0,no\n1,yes\n0,no\n1,yes\n5,unknown\n0,no\n',
  'd.jsonl': '{"x":[1,2],"y":[0,1]}\n',
  's.csv': 'a,b\n1,2\n2,3\n3,5\n',
})

describe('labels and outputs', () => {
  it('fit, in every command that reads the data', async () => {
    for (const [file, message] of [
      [
        'softmax.rnn',
        /`y` has 5 labels, but `p` distinguishes 3.*`K` is 5: a, b, c, d, e.*dense\(K, softmax\).*remove 2 of the labels/s,
      ],
      [
        'binary.rnn',
        /`y` has 3 labels, but `p` distinguishes 2.*`K` is 3: no, unknown, yes.*dense\(K, softmax\).*remove 1 of the labels/s,
      ],
    ] as const) {
      for (const args of [
        ['train'],
        ['gradcheck', '--data'],
        ['diagnose', '--data'],
        ['explain', '--target', 'auto'],
      ]) {
        const [command, ...options] = args
        assertRefused(await rnnc(command, file, ...options), 'RNN416', message)
      }
      assertRefused(await rnnc('gradcheck', file, '--set', 'K=7'), 'RNN416', /`y` has 7 labels/)
      assert.match((await ok('gradcheck', file)).stdout, /the gradient is correct/)
    }
  })

  it('stay what they were in training', async () => {
    await ok('train', 'right.rnn')
    write('new.csv', 'a,b\n0,a\n1,z\n')
    write('one.csv', 'a,b\n0,a\n1,a\n')
    assertRefused(
      await rnnc('eval', 'right.safetensors', '--part', 'train', '--data', 'new.csv'),
      'RNN408',
      /`z` of `b`/,
    )
    await ok('eval', 'right.safetensors', '--part', 'train', '--data', 'one.csv')
    assertRefused(await rnnc('train', 'right.rnn', '--data', 'one.csv'), 'RNN415', /class of 1.*one label/)
    assertRefused(await rnnc('train', 'right.rnn', '--set', 'K=7'), 'RNN411', /class of 7, but its data is 5 labels/)
    assertRefused(await rnnc('train', 'right.rnn', '--set', 'K=2'), 'RNN412', /is not a class of 2/)
  })
})

describe('--set', () => {
  it('takes for a hyper-parameter what the file would take', async () => {
    const refused = async (value: string, command: string, ...options: readonly string[]) => {
      const ran = await rnnc(command, 'units.rnn', ...options, '--set', `units=${value}`)
      assertRefused(ran, 'RNN207', new RegExp(`whole number.*\`units\` is ${value}`, 's'))
    }
    for (const value of ['5', '2.5', '16.000002', '-2']) await refused(value, 'train')
    for (const command of ['explain', 'gradcheck']) await refused('5', command)
    await refused('5', 'build', '-o', 'm.mjs')
    assert.match((await ok('train', 'units.rnn', '--set', 'units=4')).stderr, /\(33 parameters/)
  })
})

describe('numbers that are none', () => {
  it('do not scale a column', async () => {
    write('huge.csv', 'a,b\n1,2\n1e308,3\n3,5\n')
    assertRefused(
      await rnnc('train', 'scaled.rnn', '--data', 'huge.csv'),
      'RNN417',
      /1e\+308 .*huge\.csv, line 3, column `a`/,
    )
    write('wide.csv', 'a,b\n1,2\n2,3.5e38\n3,5\n')
    const ran = await rnnc('train', 'scaled.rnn', '--data', 'wide.csv')
    assertRefused(ran, 'RNN417', /3\.5e\+38 is too large for f32: wide\.csv, line 3, column `b`.*--dtype f64/s)
  })

  it('are no weights, but for a diagnosis', async () => {
    await ok('train', 'scaled.rnn')
    const { tensors, metadata } = decodeSafetensors(readFileSync(path('scaled.safetensors')), 'scaled.safetensors')
    for (const [name, value] of [
      ['nan', Number.NaN],
      ['inf', Number.POSITIVE_INFINITY],
    ] as const) {
      const file = `${name}.safetensors`
      const bad = new Map([...tensors, ['dense.b', { shape: [1], data: Float32Array.of(value) }] as const])
      write(file, encodeSafetensors({ tensors: bad, metadata }))
      for (const args of [['predict'], ['eval', '--part', 'train'], ['build', '-o', 'm.mjs']]) {
        const [command, ...options] = args
        assertRefused(
          await rnnc(command, file, ...options),
          'RNN515',
          new RegExp(`\`dense\\.b\\[0\\]\` in \`${file}\` is `),
        )
      }
    }
    const diagnosed = await rnnc('diagnose', 'nan.safetensors', '--data')
    assert.equal(diagnosed.code, 1)
    assert.match(diagnosed.stderr, /RNN512: the loss is NaN/)
    const wide = new Map([...tensors, ['dense.b', { shape: [1], data: Float64Array.of(1e300) }] as const])
    write('wide.safetensors', encodeSafetensors({ tensors: wide, metadata }))
    assertRefused(
      await rnnc('predict', 'wide.safetensors'),
      'RNN515',
      /1e\+300, which is infinite in f32.*--dtype f64/s,
    )
    await ok('predict', 'wide.safetensors', '--dtype', 'f64')
  })

  it('are no loss: eval shows it, and fails', async () => {
    await ok('train', 'scaled.rnn', '--dtype', 'f64')
    write('far.csv', 'a,b\n1,1e200\n2,3\n')
    const args = ['eval', 'scaled.safetensors', '--part', 'train', '--data', 'far.csv']
    const ran = await rnnc(...args)
    assert.equal(ran.code, 1)
    assert.match(ran.stdout, /^loss +Infinity$/m)
    assert.match(ran.stderr, /error RNN512: the loss of the train part is Infinity/)
    const inJson = await rnnc(...args, '--json')
    assert.equal(inJson.code, 1)
    assert.equal(json(inJson).ok, false)
  })
})

describe('what a weights file says of itself', () => {
  it('is checked as what a file says', async () => {
    await ok('train', 'right.rnn')
    const { tensors, metadata } = decodeSafetensors(readFileSync(path('right.safetensors')), 'right.safetensors')
    const refused = async (key: 'fitted' | 'settings', change: [RegExp, string], code: string, message: RegExp) => {
      const changed = metadata[key].replace(...change)
      assert.notEqual(changed, metadata[key])
      write('changed.safetensors', encodeSafetensors({ tensors, metadata: { ...metadata, [key]: changed } }))
      assertRefused(await rnnc('predict', 'changed.safetensors'), code, message)
    }
    await refused('fitted', [/"K":5/, '"K":1'], 'RNN415', /class of 1/)
    await refused('fitted', [/"K":5/, '"K":7'], 'RNN501', /does not fit/)
    await refused('fitted', [/"K":5/, '"K":2.5'], 'RNN502', /`fitted`/)
    await refused('fitted', [/"K":5/, '"K":-5'], 'RNN502', /`fitted`/)
    await refused('fitted', [/,"e"\]/g, ']'], 'RNN501', /`y` is a class of 5, and has 4 labels/)
    await refused('settings', [/"sets":\{\}/, '"sets":{"K":"many"}'], 'RNN502', /`settings`/)
    await refused('settings', [/"sets":\{\}/, '"sets":{"K":2.5}'], 'RNN508', /K=2\.5/)
    await refused('settings', [/"f32"/, '"f16"'], 'RNN502', /`settings`/)
  })
})
