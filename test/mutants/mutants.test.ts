// Mutation testing at a small scale: every rule and pass has mutants, a few of them die, and a compiler without one lives.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ops } from '../../compiler/ir/ops/index.ts'
import { passes } from '../../compiler/passes/pipeline.ts'
import { equivalent } from './equivalent.ts'
import { isDerivative, killer, programs, reached, withMutant } from './run.ts'

const some = programs({ seed: 1, programs: 60 })
const sites = some.map(reached)
const names = new Set(sites.flatMap(s => [...s]))

describe('mutants', () => {
  it('are found for every derivative rule and every pass', () => {
    const bare = [
      // What `real` takes is an int or a bool, to which no gradient flows.
      ...[...ops.values()].filter(op => op.vjp !== undefined && op.name !== 'real').map(op => `${op.name}.vjp `),
      ...passes.map(pass => `${pass.name} `),
    ].filter(start => ![...names].some(name => name.startsWith(start)))
    assert.deepEqual(bare, [])
  })

  it('are 120 or more', () => assert.ok(names.size >= 120, `${names.size} mutants`))

  for (const name of [
    'mul.vjp cotangent: first negated',
    'scan.vjp cotangent: first dropped',
    'matmul.vjp cotangent: first doubled',
  ]) {
    it(`${name} is killed`, () => {
      assert.ok(some.some((fuzzCase, i) => sites[i].has(name) && killer(name, fuzzCase) !== undefined))
    })
  }

  it('that change nothing are not killed', () => {
    for (const name of ['none.vjp: nothing', 'no pass: nothing']) {
      assert.ok(withMutant(name))
      assert.equal(isDerivative(name), name.includes('vjp'))
      for (const fuzzCase of some.slice(0, 4)) assert.equal(killer(name, fuzzCase, true), undefined)
    }
  })

  it('called equivalent have a reason', () => {
    for (const [name, why] of Object.entries(equivalent)) assert.ok(why.length > 20, name)
  })
})
