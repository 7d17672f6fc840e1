// hoist: computes values that need no carry for all steps at once, before the loop (matmul batching over time).
import { type Builder, type Context, createBuilder, newValue, opOf } from '../ir/builder.ts'
import { copyBlock } from '../ir/copyBlock.ts'
import { combines } from '../ir/cost.ts'
import { elements } from '../ir/elements.ts'
import { type Block, type Eqn, scanCounts, scanLength, type Value } from '../ir/graph.ts'
import { emitLeading, type KnownOutside, type Outside, outsideOf } from '../ir/leading.ts'
import { viewOfBlock } from '../ir/view.ts'
import { addNeeded } from './addNeeded.ts'
import { type Dependence, dependences } from './dependence.ts'
import type { Pass } from './pass.ts'
import { rebuilt, renamed, withBody } from './rebuild.ts'
import { isSmallBeside, totalElements } from './worthMemory.ts'

export const hoist: Pass = {
  name: 'hoist',
  contract:
    'no contraction or reduction in a loop uses only constants and per-step inputs, unless it would take much more memory outside',
  run: (context, block) => hoistFrom(context, block),
}

/** Starts with inner loops, so that equations that leave one may leave the next. */
function hoistFrom(context: Context, block: Block): Block {
  const b = createBuilder(context, value => value)
  for (const old of block.eqns) {
    const eqn = withBody(old, body => hoistFrom(context, body))
    b.eqns.push(eqn.body === undefined ? eqn : hoistScan(b, eqn, eqn.body))
  }
  return rebuilt(block, b.eqns)
}

/** Returns the scan without the equations that leave it, which are emitted into `b`; the same scan if none leave. */
function hoistScan(b: Builder, scan: Eqn, body: Block): Eqn {
  const dependence = dependences(b.context, scan, body, staying(b.context, scan, body))
  const leaving = leavingEqns(b.context, body, dependence)
  if (leaving.size === 0) return scan
  const outside = emitLeaving(b, scan, body, leaving, dependence)
  const { uniform } = viewOfBlock(body)
  const stays = (eqn: Eqn): boolean => {
    const [out] = eqn.outs
    if (!leaving.has(eqn) || eqn.ins.length === 0 || uniform(out) !== undefined) return true
    // A view of a step's value is made again inside: the loop reads the value that it is a view of.
    return opOf(b.context, eqn.op).cheap && dependence(out) === 'stepped'
  }
  return readingFromOutside(b.context, scan, body, stays, value => outsideOf(outside, value))
}

/** Emits the equations that leave a scan into `b`, in front of it; returns what the values of its body are outside. */
function emitLeaving(
  b: Builder,
  scan: Eqn,
  body: Block,
  leaving: ReadonlySet<Eqn>,
  dependence: (value: Value) => Dependence,
): KnownOutside {
  const length = scanLength(scan)
  const { consts, carries } = scanCounts(scan)
  const outside: KnownOutside = new Map(
    body.params.map((p, i) => [p.id, { value: scan.ins[i], stacked: i >= consts + carries }]),
  )
  const operand = (value: Value): Outside => outsideOf(outside, value)
  for (const eqn of body.eqns) {
    if (!leaving.has(eqn)) continue
    if (dependence(eqn.outs[0]) === 'fixed') {
      const note = { hint: eqn.outs[0].hint, span: eqn.span }
      const outs = b.emitAll(
        eqn.op,
        eqn.ins.map(v => operand(v).value),
        eqn.attrs,
        eqn.body && copyBlock(b.context, eqn.body),
        note,
      )
      for (const [i, out] of eqn.outs.entries()) outside.set(out.id, { value: outs[i], stacked: false })
    } else {
      const value = emitLeading(b, eqn, 'rows', eqn.ins.map(operand), length)
      outside.set(eqn.outs[0].id, { value, stacked: true })
    }
  }
  return outside
}

/** The scan with the equations of its body that stay; what these read of the others, it takes as further operands. */
function readingFromOutside(
  context: Context,
  scan: Eqn,
  body: Block,
  stays: (eqn: Eqn) => boolean,
  outside: (value: Value) => Outside,
): Eqn {
  const { consts } = scanCounts(scan)
  const { producer } = viewOfBlock(body)
  const eqns = body.eqns.filter(stays)
  const back = new Map<number, Value>()
  const entering: { readonly inner: Value; readonly outer: Outside }[] = []
  for (const value of [...eqns.flatMap(e => e.ins), ...body.results]) {
    const maker = producer(value)
    if (maker === undefined || stays(maker) || back.has(value.id)) continue
    const inner = newValue(context, value, value)
    back.set(value.id, inner)
    entering.push({ inner, outer: outside(value) })
  }
  const [fixed, stepped] = [false, true].map(stacked => entering.filter(e => e.outer.stacked === stacked))
  const placed = (list: readonly Value[], of: (e: (typeof entering)[number]) => Value): Value[] => [
    ...list.slice(0, consts),
    ...fixed.map(of),
    ...list.slice(consts),
    ...stepped.map(of),
  ]
  return {
    ...scan,
    ins: placed(scan.ins, e => e.outer.value),
    attrs: { ...scan.attrs, consts: consts + fixed.length },
    body: {
      params: placed(body.params, e => e.inner),
      eqns: eqns.map(eqn => ({ ...eqn, ins: renamed(eqn.ins, back) })),
      results: renamed(body.results, back),
    },
  }
}

/**
 * Tells whether an equation over steps stays in the loop: its result is too large to keep for all steps, or it is a product of values of
 * one step (an outer product) larger than both, which shares no weights with other steps and so gains nothing outside.
 */
function staying(context: Context, scan: Eqn, body: Block): (eqn: Eqn, of: (value: Value) => Dependence) => boolean {
  const isSmall = isSmallBeside(scan, body)
  return (eqn, of) => {
    const [out] = eqn.outs
    if (!combines(context, eqn)) return false
    const stepped = eqn.ins.filter(v => of(v) === 'stepped')
    return !isSmall(out) || (stepped.length === eqn.ins.length && elements(out) > totalElements(stepped))
  }
}

/**
 * The equations that leave: contractions and reductions, equations on their results that do not grow, equations that are the same
 * at every step, weights of each step that are joined, and all that these need. Other pointwise work on per-step inputs stays in the
 * loop's kernel and takes no memory.
 */
function leavingEqns(context: Context, body: Block, dependence: (value: Value) => Dependence): ReadonlySet<Eqn> {
  const { producer, uniform } = viewOfBlock(body)
  const joins = joiningWeights(body)
  const leaving = new Set<Eqn>()
  const needs = (eqn: Eqn): void => addNeeded(leaving, eqn, producer)
  /** Values that exist outside the loop: results of leaving equations, and views of them. */
  const ready = new Set<number>()
  for (const eqn of body.eqns) {
    const op = opOf(context, eqn.op)
    const [out] = eqn.outs
    // A scan whose results are all unused has no results at all.
    if (out === undefined || dependence(out) === 'bound' || uniform(out) !== undefined || eqn.ins.length === 0) continue
    const follows = eqn.ins.some(v => ready.has(v.id))
    if (op.cheap) {
      if (follows) ready.add(out.id)
      if (dependence(out) === 'fixed' && op.name !== 'broadcast') needs(eqn)
      continue
    }
    const stepped = eqn.ins.filter(v => dependence(v) === 'stepped').map(elements)
    const grows = stepped.every(n => elements(out) > n)
    const leaves = combines(context, eqn) || (follows && !grows) || joins.has(eqn)
    if (dependence(out) !== 'fixed' && !leaves) continue
    needs(eqn)
    if (dependence(out) === 'stepped') ready.add(out.id)
  }
  return leaving
}

/** The equations that join weights and biases, and nothing else: a loop would copy them at each step. */
function joiningWeights(body: Block): ReadonlySet<Eqn> {
  const elsewhere = ({ op, ins }: Eqn): readonly Value[] => {
    if (op === 'broadcast') return []
    return op === 'matmul' ? ins.slice(0, 1) : ins
  }
  const others = new Set([...body.eqns.flatMap(elsewhere), ...body.results])
  return new Set(body.eqns.filter(e => e.op === 'concat' && !others.has(e.outs[0])))
}
