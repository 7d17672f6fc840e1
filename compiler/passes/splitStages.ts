// splitStages: cuts a block into blocks that run one after another, each as soon as its inputs are known.
import { type Builder, type Context, createBuilder } from '../ir/builder.ts'
import { type Block, type Eqn, isSource, makersOf, type NamedValue, type Value } from '../ir/graph.ts'
import { onlyPlaces } from '../ir/view.ts'

/** The part of a block that one stage computes. */
export interface Stage {
  readonly block: Block
  /** Names of its parameters: those of the whole, and values of earlier stages. */
  readonly inputs: readonly string[]
  /** Names of its results, of which those for later stages come last. */
  readonly outputs: readonly string[]
}

/** A result of the whole, and the stage that is to give it, or an earlier value is passed on. */
export interface StagedResult extends NamedValue {
  readonly stage: number
}

/**
 * Names a value by the stage that computes it and its place there. Those of the first stage do not depend on how the others are split: a
 * block that is split in two ways has one first stage.
 */
const keptName = (stage: number, i: number): string => (stage === 0 ? `@kept.${i}` : `@kept.${stage}.${i}`)

/** A block, and when each of its values is known and wanted. */
export interface Staging {
  readonly block: Block
  /** Names of its parameters, by the ids of their values. */
  readonly names: ReadonlyMap<number, string>
  /** The number of stages. */
  readonly count: number
  /** Gives the stage in which a parameter becomes known. */
  readonly stageOf: (param: Value) => number
  /** Whether a parameter stays as it is; one that its stage changes is copied for later ones. */
  readonly lasts: (param: Value) => boolean
  readonly results: readonly StagedResult[]
}

/** Splits a block. What takes no work (constants, broadcasts, reshapes) is done again where it is read. */
export function splitStages(context: Context, staging: Staging): readonly Stage[] {
  const { block, names, count, stageOf, lasts, results } = staging
  const makers = makersOf(block.eqns)
  const stageOfValue = stagesOf(block, stageOf)
  const parts = Array.from({ length: count }, () => newPart(context))
  const kept = new Map<number, string>()

  /** Makes a value of an earlier stage readable in a later one. */
  const take = (value: Value, stage: number, depth = 0): Value => {
    const { known, builder, inputs } = parts[stage]
    const mine = known.get(value.id)
    if (mine !== undefined) return mine
    const maker = makers.get(value.id)
    const own = stageOfValue(value)
    const isFree = own < stage && maker !== undefined && isDoneAgain(maker) && depth < 50
    if (isFree) {
      const ins = maker.ins.map(v => take(v, stage, depth + 1))
      builder.note = { hint: value.hint, span: maker.span }
      const made = builder.emitLike(maker.op, ins, maker.attrs)
      known.set(value.id, made)
      return made
    }
    const isParam = maker === undefined && (own === stage || lasts(value))
    const name = isParam ? names.get(value.id) : keep(value, own)
    if (name === undefined) throw new Error(`the parameter ${value.hint} has no name`)
    const param = builder.param(value, value)
    inputs.push(name)
    known.set(value.id, param)
    return param
  }
  const keep = (value: Value, stage: number): string => {
    const before = kept.get(value.id)
    if (before !== undefined) return before
    const name = keptName(stage, parts[stage].results.length)
    kept.set(value.id, name)
    parts[stage].results.push({ name, value: take(value, stage) })
    return name
  }

  for (const eqn of block.eqns) {
    const stage = Math.max(...eqn.outs.map(stageOfValue))
    const { builder, known } = parts[stage]
    if (eqn.outs.every(out => known.has(out.id))) continue
    builder.eqns.push({ ...eqn, ins: eqn.ins.map(v => take(v, stage)) })
    for (const out of eqn.outs) known.set(out.id, out)
  }
  const own = results.map(({ value, ...r }) => ({ ...r, value: take(value, r.stage) }))
  return parts.map(({ builder, inputs, results: forLater }, stage) => {
    const all = [...own.filter(r => r.stage === stage), ...forLater]
    const eqns = builder.eqns
    const made = { params: builder.params, eqns, results: all.map(r => r.value) }
    return { block: made, inputs, outputs: all.map(r => r.name) }
  })
}

/** Gives the stage in which each value of a block is known, from those of its parameters. */
export function stagesOf({ params, eqns }: Block, stageOf: (param: Value) => number): (value: Value) => number {
  const found = new Map(params.map(p => [p.id, stageOf(p)]))
  for (const { ins, outs } of eqns) {
    const stage = ins.reduce((latest, v) => Math.max(latest, found.get(v.id) ?? 0), 0)
    for (const out of outs) found.set(out.id, stage)
  }
  return value => found.get(value.id) ?? 0
}

interface Part {
  readonly builder: Builder
  readonly inputs: string[]
  readonly known: Map<number, Value>
  readonly results: NamedValue[]
}

const newPart = (context: Context): Part => ({
  builder: createBuilder(context, value => value),
  inputs: [],
  known: new Map(),
  results: [],
})

/** Tells whether an equation is cheaper to do again than to keep its result. */
const isDoneAgain = (eqn: Eqn): boolean => isSource(eqn) || onlyPlaces(eqn.op)
