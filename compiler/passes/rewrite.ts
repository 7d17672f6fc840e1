// Rewrites blocks: offers each equation, its operands rewritten already, to a table of rules in order.
import { type Builder, type Context, createBuilder, emitting, newValue, opOf } from '../ir/builder.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import type { OpName } from '../ir/ops/schemas.ts'
import { operandsOutside, type View, viewOf } from '../ir/view.ts'
import { rebuilt, renamed, renewed, withBody } from './rebuild.ts'

/** A local identity. */
export interface Rule {
  readonly name: string
  /** The identity, in one line. */
  readonly contract: string
  /** The ops that the rule applies to; all if absent. */
  readonly ops?: readonly OpName[]
  /** Returns the new results of the equation, or undefined where the rule does not apply: then it must emit nothing. */
  readonly rewrite: (eqn: Eqn, site: Site) => Value | readonly Value[] | undefined
}

/** A rule's access to the block around an equation. */
export interface Site extends View {
  readonly context: Context
  /** Whether all elements of a value are known to be finite numbers, in 32 bits too. */
  readonly finite: (value: Value) => boolean
  /** Emits equations before this one; they are rewritten too. */
  readonly builder: Builder
  /** Emits another equation for existing results, for a rule that changes a scan but keeps its results. */
  readonly put: (eqn: Eqn) => readonly Value[]
  /** Replaces an earlier equation by one with further results at the end. */
  readonly extend: (earlier: Eqn, by: Eqn) => void
  /** Applies the same rules to the body of a scan. */
  readonly within: (scan: Eqn) => Eqn
}

/** Applies rules everywhere in a block, bodies included; returns the same block where none applies. */
export function rewriteBlock(context: Context, block: Block, rules: readonly Rule[], outside?: View['outside']): Block {
  const base = createBuilder(context, value => value)
  const producers = new Map<number, Eqn>()
  const replaced = new Map<number, Value>()
  const view = viewOf(producers, outside)
  const within = (eqn: Eqn): Eqn =>
    withBody(eqn, body => rewriteBlock(context, body, rules, operandsOutside(view, eqn)))
  const finite = finiteValues(context)
  const builder: Builder = {
    ...base,
    ...emitting((op, ins, attrs = {}, body, note = builder.note) => {
      const outs = opOf(context, op)
        .infer(ins, attrs, body)
        .map(type => newValue(context, type, note))
      return visit({ op, ins, attrs, outs, ...(body && { body }), span: note.span })
    }),
  }
  const site: Site = {
    context,
    builder,
    within,
    ...view,
    finite: finite.has,
    put: visit,
    extend: (earlier, by) => {
      base.replace(base.eqns.indexOf(earlier), by)
      for (const out of by.outs) producers.set(out.id, by)
    },
  }

  /** Rewrites an equation or adds it, and returns the values to use as its results. */
  function visit(eqn: Eqn): readonly Value[] {
    const before = builder.note
    builder.note = { hint: eqn.outs[0]?.hint, span: eqn.span }
    try {
      const results = firstResults(rules, eqn, site)
      if (results !== undefined) return results
    } finally {
      builder.note = before
    }
    base.eqns.push(eqn)
    for (const out of eqn.outs) producers.set(out.id, eqn)
    finite.add(eqn)
    return eqn.outs
  }

  for (const eqn of block.eqns) {
    const results = visit(within(renewed(eqn, replaced, body => body)))
    eqn.outs.forEach((out, i) => {
      if (results[i] !== out) replaced.set(out.id, results[i])
    })
  }
  return rebuilt(block, base.eqns, renamed(block.results, replaced))
}

/** Applies the first rule that fits an equation, and gives the new results; undefined if none fits. */
function firstResults(rules: readonly Rule[], eqn: Eqn, site: Site): readonly Value[] | undefined {
  for (const rule of rules) {
    if (rule.ops !== undefined && !rule.ops.includes(eqn.op)) continue
    const result = rule.rewrite(eqn, site)
    if (result !== undefined) return 'id' in result ? [result] : result
  }
  return undefined
}

interface FiniteValues {
  readonly has: (value: Value) => boolean
  /** Notes the results of an equation if they are finite wherever its operands are, and these are. */
  readonly add: (eqn: Eqn) => void
}

/** The values whose elements are known to be finite numbers, in 32 bits too, from the equations added so far. */
function finiteValues(context: Context): FiniteValues {
  const known = new Set<number>()
  const has = (value: Value): boolean => value.finite === true || value.dtype !== 'real' || known.has(value.id)
  const makesFinite = ({ op, ins, attrs }: Eqn): boolean =>
    op === 'constant' ? isFinite32(attrs.value) : opOf(context, op).keepsFinite && ins.every(has)
  const add = (eqn: Eqn): void => {
    if (makesFinite(eqn)) for (const out of eqn.outs) known.add(out.id)
  }
  return { has, add }
}

/** Tells whether a number is finite in 32 bits, and so in 64. */
const isFinite32 = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(Math.fround(value))
