// scan: the loop over time, and the only op with a body. Its gradient is a scan in the other direction over saved values (BPTT).
import { activeValues, adjoint } from '../adjoint.ts'
import { row, zeros } from '../array.ts'
import {
  type Binding,
  type Builder,
  type Context,
  createBuilder,
  emitScan,
  newValue,
  opOf,
  zerosLike,
} from '../builder.ts'
import { copyBlock } from '../copyBlock.ts'
import { type Dim, equal } from '../dim.ts'
import { elements } from '../elements.ts'
import {
  type Block,
  type Eqn,
  sameType,
  scanLength,
  scanOperands,
  scanResults,
  type Type,
  type Value,
} from '../graph.ts'
import { check } from './attributes.ts'
import { defineOp, type Op } from './define.ts'

const step = (t: Type): Type => ({ dtype: t.dtype, shape: t.shape.slice(1) })
const stacked = (t: Type, length: Dim): Type => ({ dtype: t.dtype, shape: [length, ...t.shape] })

export const scanOp: Op = defineOp({
  name: 'scan',
  infer: (ins, { length, consts, carries }, body) => {
    check(body !== undefined, 'scan: no body')
    check(body.params.length === ins.length, `scan: ${ins.length} operands for ${body.params.length} parameters`)
    ins.forEach((t, i) => {
      const isX = i >= consts + carries
      check(!isX || (t.shape.length > 0 && equal(t.shape[0], length)), `scan: operand ${i} is not over its steps`)
      check(sameType(isX ? step(t) : t, body.params[i]), `scan: operand ${i} does not fit the body`)
    })
    return body.results.map((t, i) => {
      if (i >= carries) return stacked(t, length)
      check(sameType(t, ins[consts + i]), `scan: carry ${i} leaves the step in another type`)
      return { dtype: t.dtype, shape: t.shape }
    })
  },
  evaluate: ({ ins, attrs: { length, reverse, consts, carries }, shapes, run }) => {
    const xs = ins.slice(consts + carries)
    const ys = shapes.slice(carries).map(zeros)
    let carried = ins.slice(consts, consts + carries)
    for (let i = 0; i < length; i++) {
      const t = reverse ? length - 1 - i : i
      const results = run([...ins.slice(0, consts), ...carried, ...xs.map(x => row(x, t))], t)
      carried = results.slice(0, carries)
      ys.forEach((y, j) => {
        row(y, t).data.set(results[carries + j].data)
      })
    }
    return [...carried, ...ys]
  },
  vjp: ({ builder, eqn, ins, attrs, cotangents, wanted, replace }) => {
    const { body } = eqn
    check(body !== undefined, 'scan: no body')
    const given = { carries: cotangents.slice(0, attrs.carries), ys: cotangents.slice(attrs.carries) }
    const save = attrs.recompute ? computedAgain(builder, eqn, body) : savedByForward(builder, eqn, body)
    const { back, forward, block } = save
    const inner = scanOperands(eqn, block.params)
    const results = scanResults(eqn, block.results)

    const asked = block.params.filter((_, i) => wanted(i))
    const active = activeCarries(forward, inner.carries, results.carries, asked)
    const carried = inner.carries.map((value, i) => ({ value, i })).filter(c => active.has(c.value.id))

    const seeds = new Map<number, Value>()
    const seed = (value: Value, d: Value): void => {
      const before = seeds.get(value.id)
      seeds.set(value.id, before === undefined ? d : back.emit('add', [before, d]))
    }
    const carries: Binding[] = carried.map(({ value, i }) => ({
      outer: given.carries[i] ?? zerosLike(builder, value),
      inner: back.param(value, { hint: `d_${value.hint}` }),
    }))
    carried.forEach(({ i }, j) => {
      seed(results.carries[i], carries[j].inner)
    })
    results.ys.forEach((value, i) => {
      const d = given.ys[i]
      if (d !== undefined) seed(value, save.asX(d))
    })

    const found = adjoint(back, forward, seeds, [...asked, ...carried.map(c => c.value)])
    const orZero = (value: Value): Value => found.get(value.id) ?? zerosLike(back, value)
    const leaving = carried.map(c => orZero(c.value))
    const sums = inner.consts.filter(v => asked.includes(v) && found.has(v.id))
    for (const value of sums) {
      const sum = back.param(value, { hint: `d_${value.hint}` })
      carries.push({ outer: zerosLike(builder, value), inner: sum })
      leaving.push(back.emit('add', [sum, orZero(value)]))
    }
    const steps = inner.xs.filter(v => asked.includes(v) && found.has(v.id))
    const backward = back.finish([...leaving, ...steps.map(orZero)])

    replace(save.forwardScan())
    const { consts, xs } = save
    const { length, recompute } = attrs
    const outs = emitScan(
      builder,
      { length, reverse: !attrs.reverse, recompute, consts, carries, xs },
      backward.eqns,
      backward.results,
    )
    const sources = [...carried.map(c => c.value), ...sums, ...steps]
    return ins.map((_, i) => {
      const place = sources.indexOf(block.params[i])
      return place < 0 ? undefined : outs[place]
    })
  },
  lower: ({ plan, eqn }) => plan.scan(eqn),
})

/** The carries that a gradient flows through: a fixed point, as a carry may depend on `asked` by way of other carries. */
function activeCarries(
  forward: Builder,
  entering: readonly Value[],
  leaving: readonly Value[],
  asked: readonly Value[],
): ReadonlySet<number> {
  let active = asked
  for (;;) {
    const reached = activeValues(forward, active)
    const more = entering.filter((v, i) => v.dtype === 'real' && reached.has(leaving[i].id) && !active.includes(v))
    if (more.length === 0) return new Set(active.map(v => v.id))
    active = [...active, ...more]
  }
}

/** A backward body under construction, with its operands. */
interface Backward {
  readonly back: Builder
  /** The forward body as the backward one may use it, and the builder that has its equations. */
  readonly block: Block
  readonly forward: Builder
  readonly consts: readonly Binding[]
  readonly xs: readonly Binding[]
  /** Makes an outer value, whose first dimension is the steps, a per-step input. */
  readonly asX: (outer: Value) => Value
  /** The forward scan, with the values that are saved for the way back as further per-step outputs. */
  readonly forwardScan: () => Eqn
}

/** Prepares a backward body for which forward values are passed in again (constants, per-step inputs), recomputed if cheap, or saved. */
function savedByForward(builder: Builder, eqn: Eqn, body: Block): Backward {
  const { context } = builder
  const forward = createBuilder(context, undefined, body)
  const inner = scanOperands(eqn, body.params)
  const outer = scanOperands(eqn)
  const saved: Binding[] = []
  const operands = bindOperands(context, value => {
    const constant = inner.consts.indexOf(value)
    if (constant >= 0) return operands.bindConst(outer.consts[constant], value)
    const x = inner.xs.indexOf(value)
    if (x >= 0) return operands.bindX(outer.xs[x], value)
    if (!forward.owns(value)) return operands.bindConst(value, value)
    const maker = forward.eqns.find(e => e.outs.includes(value))
    if (maker !== undefined && isBetterMadeAgain(context, maker)) {
      return operands.back.emit(maker.op, maker.ins, maker.attrs, value)
    }
    const all = newValue(context, stacked(value, scanLength(eqn)), value)
    saved.push({ outer: all, inner: value })
    return operands.bindX(all, value)
  })
  const forwardScan = (): Eqn => withSaved(eqn, { ...body, eqns: forward.eqns }, saved)
  return { ...operands, block: body, forward, forwardScan }
}

/** Tells whether to recompute costs less than to save: views, and results larger than their operands at no more than two operations each. */
function isBetterMadeAgain(context: Context, { op, ins, outs, body }: Eqn): boolean {
  if (body !== undefined) return false
  const { cheap, flops } = opOf(context, op)
  const [out] = outs
  const grows = elements(out) > ins.reduce((n, v) => n + elements(v), 0)
  return cheap || (grows && elements({ dtype: 'real', shape: [flops(ins, outs)] }) <= 2 * elements(out))
}

/**
 * Rematerialization: saves only the carries that enter each step; the backward body begins with the forward one (Chen et al.,
 * Training deep nets with sublinear memory cost).
 */
function computedAgain(builder: Builder, eqn: Eqn, body: Block): Backward {
  const { context } = builder
  const block = copyBlock(context, body)
  const inner = scanOperands(eqn, block.params)
  const outer = scanOperands(eqn)
  const saved = scanOperands(eqn, body.params).carries.map(carry => ({
    outer: newValue(context, stacked(carry, scanLength(eqn)), carry),
    inner: carry,
  }))
  const operands = bindOperands(context, value => operands.bindConst(value, value), block)
  const { consts, xs } = operands
  for (const [i, value] of inner.consts.entries()) consts.push({ outer: outer.consts[i], inner: value })
  for (const [i, value] of inner.carries.entries()) xs.push({ outer: saved[i].outer, inner: value })
  for (const [i, value] of inner.xs.entries()) xs.push({ outer: outer.xs[i], inner: value })
  return { ...operands, block, forward: operands.back, forwardScan: () => withSaved(eqn, body, saved) }
}

/** Creates a builder for a body, continuing `start`, that binds constants and per-step inputs at their first use. */
function bindOperands(context: Context, bring: (value: Value) => Value, start?: Block) {
  const consts: Binding[] = []
  const xs: Binding[] = []
  const xsByOuter = new Map<number, Value>()
  const back = createBuilder(context, value => xsByOuter.get(value.id) ?? bring(value), start)
  const bind =
    (list: Binding[]) =>
    (outer: Value, type: Type): Value => {
      const inner = newValue(context, type, outer)
      list.push({ outer, inner })
      return inner
    }
  const asX = (outer: Value): Value => {
    xsByOuter.set(outer.id, bind(xs)(outer, step(outer)))
    return back.use(outer)
  }
  return { back, consts, xs, bindConst: bind(consts), bindX: bind(xs), asX }
}

const withSaved = (eqn: Eqn, body: Block, saved: readonly Binding[]): Eqn => ({
  ...eqn,
  outs: [...eqn.outs, ...saved.map(s => s.outer)],
  body: { ...body, results: [...body.results, ...saved.map(s => s.inner)] },
})
