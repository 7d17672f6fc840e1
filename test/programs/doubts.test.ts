// Warnings are no false alarms: programs that mean what they say get none.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { lateReturns } from '../../compiler/elaborate/linking/lateReturns.ts'
import { linkProgram } from '../../compiler/elaborate/linking/linkProgram.ts'
import { unusedIn } from '../../compiler/elaborate/linking/unusedNames.ts'
import { usesIn } from '../../compiler/elaborate/linking/uses.ts'
import { check, compile, type ImportReader } from '../../compiler/index.ts'
import type { Fn, Unit } from '../../dsl/ast.ts'
import { checkData } from '../../runtime/data/checkData.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read: ImportReader = (path, from) => {
  const file = join(dirname(from), path)
  return { file, text: readFileSync(file, 'utf8') }
}

describe('no warning', () => {
  const folders = ['test/good', 'test/keras/programs', 'examples/*', 'bench/workloads']
  const files = folders.flatMap(folder => globSync(`${root}${folder}/*.rnn`))
  for (const file of files) {
    it(relative(root, file), async () => {
      const source = readFileSync(file, 'utf8')
      assert.deepEqual(check(source, { file, read }), [])
      // The data of the others is made by their tests.
      if (!file.includes('/examples/')) return
      const { data, signature } = compile(source, { file, read })
      if (data !== undefined) assert.deepEqual(await checkData(data, { signature }), [])
    })
  }

  it('in the library', () => {
    const own = [...linkProgram('', 'empty.rnn').topLevel.values()].flatMap((e): (Unit | Fn)[] =>
      e.kind === 'template' ? [e.unit] : e.kind === 'fn' ? [e.fn] : [],
    )
    assert.ok(own.length > 20)
    const uses = { ...usesIn(own, []), whole: true, applied: [] }
    const found = own.flatMap(u => [...unusedIn(u, uses), ...(u.kind === 'unit' ? lateReturns(u) : [])])
    assert.deepEqual(found, [])
  })
})

describe('an optimizer that returns its rate', () => {
  it('has its parameter in use, and no other state that nothing reads', () => {
    const found = check(`cell Mine(rate = 0.1) {
  input g: P
  state p: P, t: int
  t' = t + 1
  p' = p - rate * g
  return rate
}
model M { input x: [2]; target y: [1]; p = x |> dense(1); loss mse(p, y) }
data D for M { t = csv("d.csv"); x = [t.a, t.b]; y = [t.c] }
train M on D { optimizer = Mine() }`)
    assert.deepEqual(
      found.map(d => [d.code, d.message.split('`')[1]]),
      [['RNN342', 't']],
    )
  })
})

describe('warnings of what other files use', () => {
  const codes = (source: string): string[] => {
    const { topLevel } = linkProgram(source, 'cells.rnn')
    const own = [...topLevel.values()].flatMap(e =>
      e.kind === 'template' && e.unit.span.file === 'cells.rnn' ? [e.unit] : [],
    )
    const uses = { ...usesIn(own, []), whole: false, applied: [] }
    return own.flatMap(u => unusedIn(u, uses)).map(d => d.message.split('`')[1])
  }
  it('are not given in a file without a model', () => {
    const cell = `cell kept(units, depth) {
  input x: [D]
  state h: [units], n: int
  param W: [units, D], shown: [units]
  lost = 2 * x
  n' = n + 1
  h' = tanh(W @ x + h)
  return h'
}`
    assert.deepEqual(codes(cell), ['depth', 'lost'])
  })

  it('are not given in a file that is imported', () => {
    const cells = `cell kept() {
  input x: [D]
  state h: [D], n: int
  lost = 2 * x
  n' = n + 1
  h' = 0.5 * h + x
  return h'
}`
    const model = 'model m { input x: [3] over T; output y = x |> kept }'
    const other: ImportReader = file => ({ file, text: cells })
    const warned = (source: string): string[] => check(source, { read: other }).map(d => d.message.split('`')[1])
    assert.deepEqual(warned(`import "cells.rnn"\n${model}`), ['lost'])
    assert.deepEqual(warned(`${cells}\n${model}`), ['n', 'lost'])
  })
})

it('what `--set` gives is judged as what is written', () => {
  const source = `model m(units = 4, rate = 0.1) {
  input x: [2]
  target y: class of 3
  loss cross_entropy(x |> dense(units) |> dense(3, softmax), y)
  output share = x |> dense(units, softmax)
}
data d for m { t = csv("a.csv"); x = [t.a, t.b]; y = t.y }
train m on d { optimizer = SGD(rate); epochs = 1 }`
  const codes = (sets: Readonly<Record<string, number>>): string[] => check(source, { sets }).map(d => d.code)
  assert.deepEqual(codes({}), [])
  assert.deepEqual(codes({ rate: -1 }), ['RNN314'])
  assert.deepEqual(codes({ rate: 0 }), ['RNN346'])
  assert.deepEqual(codes({ units: 0 }), ['RNN207', 'RNN207'])
  assert.deepEqual(codes({ units: 1 }), ['RNN344'])
})
