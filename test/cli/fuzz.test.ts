// rnnc fuzz: runs, repeats, and refuses what it does not know.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { assertRefused, json, workplace } from './support.ts'

const { ok, rnnc, write } = workplace({})

describe('rnnc fuzz', () => {
  it('says what it did, in one object for machines', async () => {
    const found = json(await ok('fuzz', '--runs', '4', '--seed', '5', '--json'))
    assert.equal(found.seed, 5)
    assert.equal(found.programs, 4)
    assert.deepEqual(found.failures, [])
    assert.ok(typeof found.checks === 'number' && found.checks > 100)
    assert.equal(typeof found.kinks, 'number')
    assert.deepEqual(json(await ok('fuzz', '--runs', '4', '--seed', '5', '--json')), found)
  })

  it('ends with the time, and prints its seed', async () => {
    const { stdout, stderr } = await ok('fuzz', '--time', '1s', '--kinks', 'many')
    assert.match(stdout, /^\d+ programs?, \d+ checks, \d+ on kinks: no failure \(seed \d+\)\n$/)
    assert.match(stderr, /^seed \d+$/m)
  })

  const small = 'model M {\n  input x: [2]\n  param W: [2, 2]\n  loss sum(tanh(W @ x))\n}\n'

  it('runs a saved case again', async () => {
    write('case.rnn', `# a note\n# fuzz: {"sizes":{"B":2},"lengths":{},"data":4}\n${small}`)
    assert.match((await ok('fuzz', 'case.rnn')).stdout, /^1 program, \d+ checks, 0 on kinks: no failure/)
  })

  it('refuses other files, and what it cannot read', async () => {
    write('other.rnn', small)
    write('cut.rnn', `# fuzz: {"sizes":{"B":2},\n${small}`)
    assertRefused(await rnnc('fuzz', 'other.rnn'), 'RNN410', /no line that starts with `# fuzz:`/)
    assertRefused(await rnnc('fuzz', 'cut.rnn'), 'RNN410', /cut.rnn/)
    assertRefused(await rnnc('fuzz', 'none.rnn'), 'RNN406', /none.rnn/)
    assertRefused(await rnnc('fuzz', '--runs', '1', '--save', 'nowhere'), 'RNN503', /nowhere/)
    assertRefused(await rnnc('fuzz', '--time', 'soon'), 'RNN509', /a time, such as 60s or 2m/)
    assertRefused(await rnnc('fuzz', '--target', 'gpus'), 'RNN505', /gpus/)
    assertRefused(await rnnc('fuzz', '--runs', 'all'), 'RNN509', /a whole number/)
    assertRefused(await rnnc('fuzz', '--kinks', 'few'), 'RNN505', /few/)
    assertRefused(await rnnc('fuzz', '--runs', '0'), 'RNN509', /a whole number of at least 1/)
    assertRefused(await rnnc('fuzz', '--time', '0s'), 'RNN509', /a time, such as 60s or 2m/)
  })
})
