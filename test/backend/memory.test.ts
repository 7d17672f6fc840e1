// What `rnnc explain` says of memory is what a run takes: of gradients that keep every step, and of those with checkpoints.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { compile, plan } from '../../compiler/index.ts'
import { constant, evaluate, multiply, parseDim, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Buffer, Step } from '../../compiler/plan/plan.ts'
import { writesOf } from '../../compiler/plan/steps.ts'

const source = `model Long {
  input x: [16] over T
  target y: [8] over T
  p = x |> LSTM(64) |> dense(8)
  loss mse(p, y)
}
data D for Long { t = jsonl("d.jsonl"); x = t.x; y = t.y }
train Long on D { optimizer = Adam; batch = 8 }
`
const folder = mkdtempSync(join(tmpdir(), 'rnnc-'))
const file = join(folder, 'long.rnn')
writeFileSync(file, source)
afterAll(() => rmSync(folder, { recursive: true }))

const node = (...args: readonly string[]): string => execFileSync(process.execPath, args, { encoding: 'utf8' })
const script = (path: string): string => new URL(path, import.meta.url).pathname

/** The last line of `rnnc explain --passes`, at some sizes. */
function explained(checkpoint: number, sizes: Readonly<Record<string, number>>): { saved: number; arena: number } {
  const set = checkpoint === 0 ? [] : ['--set', `checkpoint=${checkpoint}`]
  const { passes } = JSON.parse(node(script('../../cli/rnnc.ts'), 'explain', file, '--passes', '--json', ...set))
  const { savedBytes, arenaBytes } = passes.at(-1)
  const at = (text: string): number => evaluate(parseDim(text), sizes)
  return { saved: at(savedBytes), arena: at(arenaBytes) }
}

const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 0.1 * expected, `${found} is not within 10 % of ${expected}`)

describe('memory', () => {
  for (const checkpoint of [0, 16, 50]) {
    it(`of a gradient with checkpoint = ${checkpoint} is what explain predicts`, () => {
      const sizes = { B: 8, T: 1000 }
      const { saved, arena } = explained(checkpoint, sizes)
      const args = [file, checkpoint, sizes.B, sizes.T].map(String)
      near(arena, Number(node('--expose-gc', script('memoryOfGradient.ts'), ...args)))
      near(saved, savedByPlan(checkpoint, sizes))
    })
  }

  it('is a fraction with checkpoints', () => {
    const sizes = { B: 8, T: 4096 }
    const [all, some] = [explained(0, sizes), explained(64, sizes)]
    // The outputs of all steps are kept either way: 64 of the 768 numbers a step.
    assert.ok(some.saved < all.saved / 9, `${some.saved} of ${all.saved}`)
    assert.ok(some.arena < all.arena / 3, `${some.arena} of ${all.arena}`)
  })
})

/** The bytes of the buffers that the loops of the plan write step by step. */
function savedByPlan(checkpoint: number, sizes: Readonly<Record<string, number>>): number {
  const { context, gradient } = compile(source, { sets: checkpoint === 0 ? {} : { checkpoint } })
  const stacked = new Set<Buffer>()
  const visit = (step: Step, indices: readonly string[]): void => {
    if (step.kind === 'loop') for (const inner of step.steps) visit(inner, [...indices, step.index])
    else if (step.kind === 'choice') for (const inner of step.ways.flat()) visit(inner, indices)
    else {
      for (const { buffer, offset } of writesOf(step)) {
        if (symbolsOf(offset).some(name => indices.includes(name))) stacked.add(buffer)
      }
    }
  }
  for (const step of plan(context, gradient()).steps) visit(step, [])
  return [...stacked].reduce((sum, { size }) => sum + evaluate(multiply(constant(4), size), sizes), 0)
}
