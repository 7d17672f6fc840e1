// Checks the structure of a module that the js backend writes.
// It has one function for each step of the plan, called once, in the plan's order; arrays are made in only one place.
import assert from 'node:assert/strict'
import type { Loop, Plan, Step } from '../../compiler/plan/plan.ts'

const called = { map: 'map', reduce: 'reduce', gemm: 'product', loop: 'scan' } as const

/** Replaces a choice by both of its ways, one after the other, as the module writes them. */
const written = (steps: readonly Step[]): Exclude<Step, { kind: 'choice' }>[] =>
  steps.flatMap(step => (step.kind === 'choice' ? step.ways.flatMap(written) : [step]))

/** Asserts that a module follows its plan, step by step. */
export function checkStructure(code: string, plan: Plan): void {
  const functions = new Map(
    [...code.matchAll(/^(?: {2})?function (\w+)\(.*?\) \{\n(.*?)^(?: {2})?\}$/gms)].map(([, name, body]) => [
      name,
      body,
    ]),
  )
  const bodyOf = (name: string): string => functions.get(name) ?? assert.fail(`there is no function ${name}`)

  const check = (body: string, steps: readonly Step[]): void => {
    const calls = [...body.matchAll(/^ +((map|reduce|product|scan)\w*)\(/gm)]
    const list = written(steps)
    assert.deepEqual(
      calls.map(([, , kind]) => kind),
      list.map(step => called[step.kind]),
    )
    list.forEach((step, i) => {
      const name = calls[i][1]
      assert.equal(
        code.match(new RegExp(`(?<![.\\w])${name}\\(`, 'g'))?.length,
        2,
        `${name} is written once, and called once`,
      )
      const own = bodyOf(name)
      assert.doesNotMatch(own, /\bnew\b|=>|\[\]/, `${name} makes nothing`)
      if (step.kind === 'loop') checkLoop(own, step)
    })
  }
  const checkLoop = (body: string, { reverse, steps }: Loop): void => {
    assert.equal(body.match(/\bfor \(/g)?.length, 1)
    assert.equal(/ >= 0; \w+--\) \{/.test(body), reverse)
    check(body, steps)
  }

  const bind = bodyOf('bind')
  const [, run] = /^ {4}return \(\) => \{\n(.*?)^ {4}\}\n/ms.exec(bind) ?? assert.fail('bind returns no function')
  check(run, plan.steps)
  assert.doesNotMatch(run, /\bnew\b|=>|\[\]/, 'a run makes nothing')
  const made = [...code.matchAll(/^ {2}let (\w+) = new \w+\(0\)$/gm)].map(([, name]) => name)
  for (const name of made.filter(name => !name.endsWith('_view')))
    assert.equal(bind.match(new RegExp(`\\b${name} = new \\w+\\(`, 'g'))?.length, 1, `${name} grows in one place`)
  const [, returned] = /const results = \{ (.*) \}\n/.exec(bind) ?? assert.fail('bind gives nothing')
  assert.deepEqual(
    [...returned.matchAll(/"([^"]+)": /g)].map(([, name]) => name),
    plan.outputs.map(o => o.name),
  )
}
