// sink: computes values that no carry needs for all steps at once, after the loop. A sum of products over the steps becomes one
// contraction (weight gradients), and for a product that is only an output of the loop its operands are output instead.
import { type Builder, type Context, createBuilder, opOf } from '../ir/builder.ts'
import { combines } from '../ir/cost.ts'
import { elements } from '../ir/elements.ts'
import { type Block, type Eqn, isRecomputed, scanCounts, scanLength, type Value } from '../ir/graph.ts'
import {
  type AllSteps,
  canLead,
  emitLeading,
  type KnownOutside,
  type Outside,
  outsideOf,
  stackedAs,
} from '../ir/leading.ts'
import { type View, viewOfBlock } from '../ir/view.ts'
import { addNeeded } from './addNeeded.ts'
import type { Pass } from './pass.ts'
import { rebuilt, renamed, renewed } from './rebuild.ts'
import {
  type AddedUp,
  addedUpIn,
  notAddedUp,
  outputsAddedUp,
  runningSums,
  type Term,
  termMaker,
} from './runningSums.ts'
import { isSmallBeside, totalElements } from './worthMemory.ts'

export const sink: Pass = {
  name: 'sink',
  contract:
    'no contraction or reduction in a loop is only summed over the steps, or only an output, unless it would take much more memory outside',
  run: (context, block) => sinkIn(context, block),
}

/** Starts with inner loops, so that equations that leave one may leave the next. */
function sinkIn(context: Context, block: Block, addedUp: AddedUp = notAddedUp): Block {
  const b = createBuilder(context, value => value)
  const replaced = new Map<number, Value>()
  for (const old of block.eqns) {
    const eqn = renewed(old, replaced, body => sinkIn(context, body, addedUpIn(context, old, body, addedUp)))
    // Windows of `checkpoint` keep their work: sinking it would keep the operands of all windows at once.
    const found = eqn.body === undefined || isRecomputed(old) ? undefined : sinkScan(b, eqn, eqn.body, addedUp)
    if (found === undefined) b.eqns.push(eqn)
    for (const [i, value] of (found ?? []).entries()) replaced.set(old.outs[i].id, value)
  }
  return rebuilt(block, b.eqns, renamed(block.results, replaced))
}

/** A carry to which each step only adds, and the terms whose sum over the steps is one op. */
interface Accumulator {
  /** The index among the carries. */
  readonly place: number
  readonly terms: readonly Term[]
  /** Terms that are still added in the loop. */
  readonly rest: readonly Value[]
}

/** Emits the scan without the equations that can come after it, then those; returns its results, or undefined if none can. */
function sinkScan(b: Builder, scan: Eqn, body: Block, addedUp: AddedUp): readonly Value[] | undefined {
  const length = scanLength(scan)
  const { consts, carries } = scanCounts(scan)
  const accumulators = accumulatorsOf(b.context, scan, body)
  const sinking = leavingOutputs(b.context, scan, body, addedUp)
  if (accumulators.length === 0 && sinking.size === 0) return undefined

  const sums = new Map(accumulators.map(a => [a.place, a]))
  const rest = createBuilder(b.context, value => value)
  for (const eqn of body.eqns) rest.eqns.push(eqn)
  const leaving = body.results.slice(0, carries).map((value, i) => {
    const sum = sums.get(i)
    if (sum === undefined) return value
    return [body.params[consts + i], ...sum.rest].reduce((x, y) => rest.emit('add', [x, y], {}, value))
  })
  const late = body.eqns.filter(e => sinking.has(e))
  const made = new Set(late.flatMap(e => e.outs))
  const ys = body.results.slice(carries)
  const kept = { ...body, eqns: rest.eqns, results: [...leaving, ...ys.filter(v => !made.has(v))] }
  const needed = [...accumulators.flatMap(a => a.terms.map(t => t.head)), ...late]
    .flatMap(e => e.ins)
    .filter(v => !made.has(v))
  const { ends, outside } = emitStacking(b, scan, kept, needed)

  const operand = (value: Value): Outside => outsideOf(outside, value)
  const overSteps = (eqn: Eqn, how: AllSteps): Value => emitLeading(b, eqn, how, eqn.ins.map(operand), length)
  const moved = (value: Value, { op, attrs }: Eqn): Value => b.emitLike(op, [value], attrs, value)
  for (const eqn of late) outside.set(eqn.outs[0].id, { value: overSteps(eqn, 'rows'), stacked: true })
  const totals = ends.map((end, i) => {
    const terms = sums.get(i)?.terms.map(({ head, moves }) => moves.reduce(moved, overSteps(head, 'leadsum'))) ?? []
    return [end, ...terms].reduce((x, y) => b.emit('add', [x, y], {}, scan.outs[i]))
  })
  return [...totals, ...ys.map(y => stackedAs(b, operand(y), length))]
}

/** Emits a scan with the values in `needed` as further per-step outputs, except those available outside anyway. */
function emitStacking(
  b: Builder,
  scan: Eqn,
  body: Block,
  needed: readonly Value[],
): { readonly ends: readonly Value[]; readonly outside: KnownOutside } {
  const { consts, carries } = scanCounts(scan)
  const outside: KnownOutside = new Map()
  for (const [i, param] of body.params.entries()) {
    const isCarry = i >= consts && i < consts + carries
    if (!isCarry) outside.set(param.id, { value: scan.ins[i], stacked: i >= consts })
  }
  const view = viewOfBlock(body)
  for (const value of needed) emitAgain(b, value, view, outside)
  const ys = body.results.slice(carries)
  const further = new Set(needed.filter(v => !outside.has(v.id) && !ys.includes(v)))
  const results = [...body.results, ...further]
  const outs = b.emitAll(scan.op, scan.ins, scan.attrs, { ...body, results })
  for (const [i, value] of results.entries()) {
    outs[i].hint ||= i < carries ? scan.outs[i].hint : value.hint
    if (i >= carries && !outside.has(value.id)) outside.set(value.id, { value: outs[i], stacked: true })
  }
  return { ends: outs.slice(0, carries), outside }
}

/** Emits a cheap value outside the loop if it is the same at every step, as stacking would copy it; tells whether it is the same. */
function emitAgain(b: Builder, value: Value, view: View, outside: KnownOutside): boolean {
  const known = outside.get(value.id)
  if (known !== undefined) return !known.stacked
  const maker = view.producer(value)
  if (maker === undefined || !opOf(b.context, maker.op).cheap) return false
  if (!maker.ins.every(v => emitAgain(b, v, view, outside))) return false
  const ins = maker.ins.map(v => outsideOf(outside, v).value)
  outside.set(value.id, { value: b.emit(maker.op, ins, maker.attrs, value), stacked: false })
  return true
}

/** The carries to which each step only adds, with a term that one op can sum over all steps. */
function accumulatorsOf(context: Context, scan: Eqn, body: Block): readonly Accumulator[] {
  const changes = differing(scan, body)
  const small = isSmallBeside(scan, body)
  const term = termMaker(context, body)
  const sinkable = (value: Value): Term | undefined => {
    const found = term(value)
    return found && canLead(context, found.head, 'leadsum', changes) && found.head.ins.every(small) ? found : undefined
  }
  return runningSums(scan, body).flatMap(({ place, terms: all }): Accumulator[] => {
    const terms = all.flatMap(v => sinkable(v) ?? [])
    return terms.length === 0 ? [] : [{ place, terms, rest: all.filter(v => sinkable(v) === undefined) }]
  })
}

/** Tells whether a value of the body may differ from step to step. */
function differing(scan: Eqn, body: Block): (value: Value) => boolean {
  const { consts } = scanCounts(scan)
  const same = new Set(body.params.slice(0, consts).map(v => v.id))
  return value => !same.has(value.id)
}

/**
 * The contractions and reductions that no carry needs, and the equations after them. Those with weights, which all steps share, leave;
 * others only if the operands to keep of each step are no larger than the result, and the result no larger than all operands, or if a loop
 * around this one only adds up the result, and so can do it for all of its steps at once.
 */
function leavingOutputs(context: Context, scan: Eqn, body: Block, around: AddedUp): ReadonlySet<Eqn> {
  const { consts, carries } = scanCounts(scan)
  const { producer } = viewOfBlock(body)
  const changes = differing(scan, body)
  const small = isSmallBeside(scan, body)
  const term = termMaker(context, body)
  const summed = new Set(outputsAddedUp(scan, body, around).map(v => term(v)?.head))
  const stays = new Set<Eqn>()
  const keep = (eqn: Eqn | undefined): void => addNeeded(stays, eqn, producer)
  for (const value of body.results.slice(0, carries)) keep(producer(value))
  for (const eqn of body.eqns) if (!canLead(context, eqn, 'rows', changes) || !eqn.ins.every(small)) keep(eqn)
  const sinking = new Set<Eqn>()
  const outside = new Set([...body.params.slice(consts + carries), ...body.results.slice(carries)])
  const isMadeOutside = (v: Value): boolean => {
    const maker = producer(v)
    return maker !== undefined && sinking.has(maker)
  }
  const pays = (eqn: Eqn): boolean => {
    const { ins, outs } = eqn
    const [out] = outs
    if (ins.some(v => !changes(v))) return true
    if (summed.has(eqn) && canLead(context, eqn, 'leadsum', changes)) return true
    const kept = totalElements(ins.filter(v => !outside.has(v) && !isMadeOutside(v)))
    return kept <= elements(out) && elements(out) <= totalElements(ins)
  }
  for (const eqn of body.eqns) {
    if (stays.has(eqn)) continue
    const isHead = combines(context, eqn)
    if (isHead && !pays(eqn)) keep(eqn)
    else if (isHead || eqn.ins.some(isMadeOutside)) sinking.add(eqn)
  }
  return new Set([...sinking].filter(eqn => !stays.has(eqn)))
}
