// The generator: whole programs that compile, everything of the language among them, and a way down to a few lines.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { builtins } from '../../compiler/elaborate/builtins/index.ts'
import { compile } from '../../compiler/index.ts'
import { allEqns } from '../../compiler/ir/graph.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { parse } from '../../dsl/parse.ts'
import { standardLibrary } from '../../dsl/std.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import { drafts, fuzzCases, variations } from '../../trust/fuzz/generate/index.ts'
import { printDraft } from '../../trust/fuzz/generate/printDraft.ts'
import { openTrial, runOn } from '../../trust/fuzz/trial.ts'
import { isAnalytic, withBranches } from '../../trust/numbers/branches.ts'
import { seed } from '../support/seed.ts'

const cases = fc.sample(fuzzCases(), { seed, numRuns: 700 })
/** So many are compiled, and more until every op was seen. */
const compiled = 150
const differentiable = [...ops.values()].filter(op => op.vjp !== undefined).map(op => op.name)
/** What passes alone make of others. */
const made = ['log_sigmoid', 'gather_matmul', 'gather_outer', 'scatter_matmulT']
const word = (name: string): RegExp => new RegExp(`\\b${name}\\b`)

/** The names that are in no source, of those given. */
const unused = (names: Iterable<string>, among: readonly FuzzCase[] = cases): string[] =>
  [...names].filter(name => !among.some(c => word(name).test(c.source)))

describe(`the generator (seed ${seed})`, () => {
  const used = new Set<string>()
  const missing = (): string[] => differentiable.filter(name => !used.has(name) && !made.includes(name))

  it('makes programs that compile, and losses that are finite', () => {
    let infinite = 0
    for (const [i, c] of cases.entries()) {
      if (i >= compiled && missing().length === 0) break
      try {
        const model = compile(c.source)
        for (const graph of [model.gradient({ pipeline: naive, inputs: true }), model.predict()]) {
          for (const eqn of allEqns(graph)) used.add(eqn.op)
        }
        if (model.settings.optimizer !== undefined) model.train(undefined, { pipeline: naive })
      } catch (error) {
        assert.fail(`${error instanceof Error ? error.message : error}\n${c.source}`)
      }
    }
    for (const c of cases.slice(0, 100)) {
      const { model, batch, inputs } = openTrial(c)
      const { loss } = runOn(js, { context: model.context, graph: model.evaluate() })(batch.sizes, inputs)
      if (!Number.isFinite(loss[0])) infinite++
    }
    assert.ok(infinite <= 1, `${infinite} losses of 100 are not finite`)
  })

  it('uses every op that has a derivative, every builtin, and the whole library', () => {
    assert.deepEqual(missing(), [])
    // They stand in losses and metrics of the library.
    const inside = ['probability', 'decide', 'one_hot', 'positive', 'variation', 'ranking']
    assert.deepEqual(
      unused([...builtins.keys()]).filter(name => !inside.includes(name)),
      [],
    )
    const library = Object.entries(standardLibrary).flatMap(([file, text]) =>
      parse(text, file).program.items.flatMap(i => (i.kind === 'unit' || i.kind === 'fn' ? [i.name.text] : [])),
    )
    assert.deepEqual(unused(library), [])
  })

  it('draws sizes that are 0, 1, and alike', () => {
    const has = (test: (c: FuzzCase) => boolean): boolean => cases.some(test)
    for (const size of [0, 1]) {
      for (const name of ['B', 'T', 'S'])
        assert.ok(
          has(c => c.sizes[name] === size),
          `${name} is never ${size}`,
        )
    }
    assert.ok(has(({ sizes: { B, T, S } }) => B > 1 && B === T && T === S))
    assert.ok(has(c => c.lengths.T?.includes(0) === true && c.sizes.T > 1))
    assert.ok(has(c => c.sizes.W !== undefined))
  })

  it('has no branch that anything moves, where there are to be no kinks', () => {
    for (const { source } of fc.sample(fuzzCases({ kinks: 'none' }), { seed, numRuns: 200 })) {
      const { context, ...model } = compile(source)
      const graph = model.evaluate({ pipeline: naive })
      const loss = { ...graph, outputs: ['loss'], results: [graph.results[graph.outputs.indexOf('loss')]] }
      const real = graph.inputs.filter((_, i) => graph.params[i].dtype === 'real')
      const branched = withBranches(context, loss, real)
      // A metric decides, and is not of the loss.
      if (!/metric/.test(source)) assert.ok(isAnalytic(branched), source)
    }
  })

  it('varies a program: all compile, and most have parts of it', () => {
    const [draft] = fc.sample(drafts(), { seed, numRuns: 1 })
    const others = fc.sample(variations(draft), { seed, numRuns: 100 })
    for (const other of others) compile(printDraft(other).source)
    const alike = others.filter(o => o.units === draft.units && o.readout === draft.readout)
    assert.ok(alike.length > 40 && alike.length < 100 && new Set(others.map(o => o.data)).size > 20)
  })

  it('shrinks to a few lines, and finds the way again', () => {
    const property = fc.property(fuzzCases(), c => !/\bsin\(/.test(c.source))
    const first = fc.check(property, { seed, numRuns: 500 })
    assert.ok(first.failed && first.counterexample !== null)
    const [{ source }] = first.counterexample
    assert.ok(source.trim().split('\n').length < 12, source)
    const again = fc.check(property, { seed, path: first.counterexamplePath ?? '', numRuns: 500 })
    assert.deepEqual(again.counterexample, first.counterexample)
  })
})
