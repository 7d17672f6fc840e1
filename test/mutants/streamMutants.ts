// Makes mutants of the derivation of a stream's step: of the states that cross its steps, its passes, and the split by what is known when.
import { type Context, createBuilder, zerosLike } from '../../compiler/ir/builder.ts'
import { type Block, sameType, type Value } from '../../compiler/ir/graph.ts'
import { type View, viewOfBlock } from '../../compiler/ir/view.ts'
import { dropOnes, dropOnesRules } from '../../compiler/passes/dropOnes.ts'
import type { Pass } from '../../compiler/passes/pass.ts'
import type { Stage } from '../../compiler/passes/splitStages.ts'
import { unroll } from '../../compiler/passes/unroll.ts'
import { type Derivation, derivation } from '../../compiler/stream/derivation.ts'
import { type Changes, ends, exchanged } from './changes.ts'
import { type Watch, watchedPass, watchedRewrite } from './instrument.ts'

/** The start of the names of all mutants here. */
export const streamPrefix = 'stream '

/** Watches all parts of the derivation. `simplify` is broken where it runs for other graphs. */
export const watchedDerivation = (watch: Watch): Derivation => ({
  cross: (model, whole, axis) => {
    const crossed = derivation.cross(model, whole, axis)
    const site = `${streamPrefix}cross`
    const block = changedBlock(model.context, whole, crossed.block, site, watch)
    const count = crossed.states.length
    const first = block.results.length - 2 * count
    const [initials, leaving] = [first, first + count].map(from => block.results.slice(from, from + count))
    const nameOf = (v: Value): string => crossed.names.get(v.id) ?? v.hint
    const entering = crossed.states.map((s, i) => block.params.find(p => nameOf(p) === s.name) ?? leaving[i])
    const b = createBuilder(model.context, value => value, block)
    const { uniform } = viewOfBlock(block)
    const results = [
      ...block.results.slice(0, first),
      ...(watch(`${site} initial`, () =>
        changedStates(
          initials,
          v => zerosLike(b, v),
          v => uniform(v) === 0,
        ),
      ) ?? initials),
      ...(watch(`${site} leaving`, () =>
        changedStates(
          leaving,
          (_, i) => entering[i],
          (v, i) => v.id === entering[i].id,
        ),
      ) ?? leaving),
    ]
    return { ...crossed, block: { params: block.params, eqns: b.eqns, results } }
  },
  passes: derivation.passes.map(pass => watchedStreamPass(pass, watch)),
  split: (...args) => {
    const [context, { block }] = args
    return derivation.split(...args).map((stage, i) => watchedStage(context, block, stage, i, watch))
  },
})

function watchedStreamPass(pass: Pass, watch: Watch): Pass {
  const name = `${streamPrefix}${pass.name}`
  if (pass === dropOnes) return watchedRewrite({ ...pass, name }, dropOnesRules, watch)
  return pass.name === unroll(1).name ? watchedPass({ ...pass, name }, watch) : pass
}

/** The block after a change of another, with its equations watched. */
const changedBlock = (context: Context, before: Block, after: Block, name: string, watch: Watch): Block =>
  watchedPass({ name, contract: '', run: () => after }, watch).run(context, before)

/** A mistake in the first or the last of some states: another value in its place, or that of the next. */
function changedStates(
  values: readonly Value[],
  instead: (value: Value, i: number) => Value,
  isSame: (value: Value, i: number) => boolean,
): Changes<readonly Value[]> {
  const found = new Map<string, () => readonly Value[]>()
  for (const [which, i] of ends(values.length)) {
    const [value, next] = [values[i], values[i + 1]]
    if (!isSame(value, i)) found.set(`${which} mistaken`, () => values.with(i, instead(value, i)))
    const isNone = isSame(value, i) && next !== undefined && isSame(next, i + 1)
    if (next !== undefined && next.id !== value.id && sameType(value, next) && !isNone)
      found.set(`${which} exchanged`, () => exchanged(values, i, i + 1))
  }
  return found
}

/** A stage with its equations, and with the names of its inputs and of its outputs watched. */
function watchedStage(context: Context, whole: Block, stage: Stage, number: number, watch: Watch): Stage {
  const site = `${streamPrefix}stage ${number}`
  const block = changedBlock(context, whole, stage.block, site, watch)
  const named = (kind: string, names: readonly string[], values: readonly Value[]): readonly string[] =>
    watch(`${site} ${kind}`, () => changedNames(names, values, viewOfBlock(block))) ?? names
  return {
    block,
    inputs: named('inputs', stage.inputs, block.params),
    outputs: named('outputs', stage.outputs, block.results),
  }
}

/** Names of two values of a type exchanged, unless both are one number: the first such pair, and the last. */
function changedNames(
  names: readonly string[],
  values: readonly Value[],
  { uniform }: View,
): Changes<readonly string[]> {
  const isSame = (v: Value, w: Value): boolean =>
    v.id === w.id || (uniform(v) !== undefined && uniform(v) === uniform(w))
  const pairs = values.flatMap((v, i) =>
    values.flatMap((w, j) => (j > i && !isSame(v, w) && sameType(v, w) ? [[i, j] as const] : [])),
  )
  return new Map(ends(pairs.length).map(([which, k]) => [`${which} exchanged`, () => exchanged(names, ...pairs[k])]))
}
