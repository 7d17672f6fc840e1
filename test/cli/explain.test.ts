// rnnc explain and rnnc gradcheck.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import { assertRefused, json, series, wave, workplace } from './support.ts'

const { ok, path, rnnc, write } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })

describe('rnnc explain --graph FILE.svg', () => {
  it('draws the model', async () => {
    assert.match(
      (await ok('explain', 'wave.rnn', '--graph', 'wave.svg', '--set', 'units=7')).stdout,
      /^drew Wave in wave\.svg\n$/,
    )
    assert.match(readFileSync(path('wave.svg'), 'utf8'), /^<svg .*>SimpleRNN\(units\)<.*>W: \[7, 1\]<.*<\/svg>\n$/s)
    const { model, graph } = json(await ok('explain', 'wave.rnn', '--graph', 'wave.svg', '--json'))
    assert.deepEqual([model, graph], ['Wave', 'wave.svg'])
  })

  it('shows nothing else, and writes over no program', async () => {
    await assertRefused(await rnnc('explain', 'wave.rnn', '--graph', 'wave.svg', '--emit', 'plan'), 'RNN509', /--emit/)
    await assertRefused(await rnnc('explain', 'wave.rnn', '--graph', 'no/such/wave.svg'), 'RNN503', /no\/such/)
    write('own.svg', series())
    await assertRefused(await rnnc('explain', 'own.svg', '--graph', 'own.svg'), 'RNN518', /own\.svg/)
  })
})

describe('rnnc explain', () => {
  it('sums up parameters and costs', async () => {
    const { stdout } = await ok('explain', 'wave.rnn')
    assert.match(stdout, /^model Wave \(batch 8, 3 epochs\)\n {2}input {3}past: real over T\[6\]\n/)
    assert.match(stdout, /^parameters: 29\n {2}SimpleRNN.W +\[4, 1\] +4\n/m)
    assert.match(stdout, /^ {2}prediction +\d+·B/m)
    assert.match(stdout, /^ {2}training step +\d+·B \+ \d+ /m)
  })

  it('has more parameters, and more work, for more units', async () => {
    const costs = async (units: number): Promise<{ flops: number; parameters: unknown }> => {
      const found = json(await ok('explain', 'wave.rnn', '--json', '--set', `units=${units}`))
      assert.ok(Array.isArray(found.costs))
      return { flops: Number.parseInt(found.costs[0].flops, 10), parameters: found.parameterCount }
    }
    const [small, large] = [await costs(4), await costs(8)]
    assert.deepEqual([small.parameters, large.parameters], [29, 8 + 64 + 8 + 9])
    assert.ok(large.flops > 2 * small.flops)
  })

  it('shows every stage', async () => {
    const { stdout } = await ok('explain', 'wave.rnn', '--emit', 'ast')
    assert.match(stdout, /^model Wave \(units=4\)\n {2}input past : real over T\[6\]\n/)
    for (const graph of ['predict', 'loss', 'gradient', 'train']) {
      for (const emit of ['graph', 'after:lower', 'after:dce']) {
        assert.match(
          (await ok('explain', 'wave.rnn', '--emit', emit, '--graph', graph)).stdout,
          /^graph Wave (in place )?\{\n/,
        )
      }
    }
    assert.match((await ok('explain', 'wave.rnn', '--emit', 'plan')).stdout, /^plan Wave \{\n.*\n {2}loop t up to 6/s)
    for (const pass of ['lower-graph', ...planPasses.map(p => p.name)])
      assert.match((await ok('explain', 'wave.rnn', '--emit', `after:${pass}`)).stdout, /^plan Wave \{\n/)
    assert.match((await ok('explain', 'wave.rnn', '--emit', 'source')).stdout, /^export function create\(\)/m)
    for (const [dtype, lanes] of [
      ['f32', 'f32x4'],
      ['f64', 'f64x2'],
    ]) {
      const { stdout: code } = await ok('explain', 'wave.rnn', '--emit', 'code', '--dtype', dtype)
      assert.match(code, /^function run\(frame: i32\) \{\n(?:.*\n)* {2}scan_.*\(frame\)\n/m)
      assert.ok(code.includes(`: ${lanes} =`))
    }
  })

  it('refuses a target that it does not know', async () => {
    assertRefused(await rnnc('explain', 'wave.rnn', '--target', 'gpu'), 'RNN505', /unknown target `gpu`/)
  })

  it('shows the plan that training runs: what is updated is updated in place', async () => {
    const { stdout } = await ok('explain', 'wave.rnn', '--emit', 'plan', '--graph', 'train')
    const places = (kind: string): ReadonlyMap<string, string> =>
      new Map(
        [...stdout.matchAll(new RegExp(`^ {2}${kind} (\\S+) = (.*)$`, 'gm'))].map(([, name, place]) => [name, place]),
      )
    const inputs = places('input')
    const updated = [...places('output')].filter(([name]) => inputs.has(name))
    assert.ok(updated.length > 0)
    for (const [name, place] of updated) assert.equal(place, inputs.get(name))
  })
})

describe('rnnc gradcheck', () => {
  it('tells what each pass leaves in the loops', async () => {
    const { stdout } = await ok('explain', 'wave.rnn', '--passes')
    assert.match(stdout, /^pass +equations +matmuls outside +in loops/)
    assert.match(stdout, /^pass over the plan +kernels +buffers +arena bytes\nlower-graph +\d+/m)
    const { passes, planPasses: over } = JSON.parse((await ok('explain', 'wave.rnn', '--passes', '--json')).stdout)
    assert.deepEqual(
      over.map((p: { pass: string }) => p.pass),
      ['lower-graph', ...planPasses.map(p => p.name)],
    )
    assert.ok(over.at(-1).kernels < over[0].kernels && over.at(-1).buffers < over[0].buffers)
    const names = passes.map((p: { pass: string }) => p.pass)
    assert.equal(names[0], 'lower')
    assert.ok(names.includes('hoist') && names.includes('grad') && names.includes('sink'))
    const [first, last] = [passes[0], passes.at(-1)]
    assert.ok(first.matmuls.inLoops > 1)
    assert.equal(last.matmuls.inLoops, 2, 'one forward, one backward')
    for (const p of passes) assert.ok(p.kernels > 0 && p.arenaBytes !== '0', p.pass)
  })

  it('compares every element, and names the worst', async () => {
    const { stdout } = await ok('gradcheck', 'wave.rnn')
    assert.match(stdout, /^all 29 elements of the gradient, and 8 random directions, .*\(js, f64\)\n/)
    assert.match(stdout, /\nWave: the gradient is correct; the largest error is \S+ \(.+\)$/m)
    // Of all that it lists: weights, inputs and directions.
    for (const seed of ['1', '2', '3', '4']) {
      const { stdout: listed } = await ok('gradcheck', 'wave.rnn', '--seed', seed)
      const [summary, ...errors] = [...listed.matchAll(/\d\.\de-\d+/g)].map(([text]) => Number(text)).reverse()
      assert.equal(summary, Math.max(...errors), listed)
    }
  })

  it('takes directions and samples of a large model', async () => {
    const found = json(await ok('gradcheck', 'wave.rnn', '--set', 'units=80', 'B=2', '--json'))
    assert.equal(found.method, 'directions and samples')
    assert.equal(found.ok, true)
  })

  it('makes batches of every type and of uneven lengths', async () => {
    write(
      'mixed.rnn',
      `model m {
  input words: token of V over T, sign: bool, x: [D] over S
  target tags: class of K over T, y: [2]
  e = words |> embedding(3) |> GRU(3)
  s = x |> LSTM(2) |> last
  loss cross_entropy(e |> dense(K, softmax), tags)
  loss mse([s, real(sign)] |> dense(2), y)
}`,
    )
    const { stdout } = await ok('gradcheck', 'mixed.rnn', '--set', 'B=4', 'T=5', 'V=7', '--seed', '2')
    assert.match(stdout, /^all \d+ elements/)
  })

  it('holds what `stop_gradient` stops, and judges kinks by their sides', async () => {
    write(
      'stopped.rnn',
      'model m { input x: [3]; target y: [2]; loss mse(stop_gradient(x |> dense(2)) * (x |> dense(2)), y) }',
    )
    assert.match((await ok('gradcheck', 'stopped.rnn')).stdout, /the gradient is correct/)
    write(
      'kinked.rnn',
      'model m { input x: [3]; target y: [2]; z = x |> dense(2); loss mse(max(stop_gradient(z), z), y) }',
    )
    const found = json(await ok('gradcheck', 'kinked.rnn', '--json'))
    assert.ok(typeof found.kinks === 'number' && found.kinks > 0)
  })

  it('takes a batch of the data', async () => {
    assert.match((await ok('gradcheck', 'wave.rnn', '--data')).stdout, /the gradient is correct/)
    write('other.csv', `value\n${Array.from({ length: 40 }, (_, i) => Math.cos(i)).join('\n')}\n`)
    assert.match((await ok('gradcheck', 'wave.rnn', '--data', 'other.csv')).stdout, /the gradient is correct/)
    assertRefused(await rnnc('gradcheck', 'wave.rnn', '--data', 'none.csv'), 'RNN406', /none.csv/)
    assertRefused(await rnnc('gradcheck', 'mixed.rnn', '--data'), 'RNN401', /data/)
  })
})
