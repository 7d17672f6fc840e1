// scan: the recurrence, and the only op with a body. Its gradient is a scan in the other direction over saved values (BPTT).
import { activeValues, adjoint } from '../adjoint.ts'
import { row, zeros } from '../array.ts'
import { type Binding, type Builder, createBuilder, emitScan, newValue, opOf, zerosLike } from '../builder.ts'
import { type Dim, equal, sameShape } from '../dim.ts'
import { type Block, type Eqn, scanOperands, scanResults, type Type, type Value } from '../graph.ts'
import { defineOp, type Op, require } from './define.ts'

const step = (t: Type): Type => ({ dtype: t.dtype, shape: t.shape.slice(1) })
const stacked = (t: Type, length: Dim): Type => ({ dtype: t.dtype, shape: [length, ...t.shape] })
const sameType = (a: Type, b: Type): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

export const scanOp: Op = defineOp({
  name: 'scan',
  attrs: { length: 'dim', reverse: 'boolean', consts: 'number', carries: 'number' },
  infer: (ins, { length, consts, carries }, body) => {
    require(body !== undefined, 'scan: no body')
    require(body.params.length === ins.length, `scan: ${ins.length} operands for ${body.params.length} parameters`)
    ins.forEach((t, i) => {
      const isX = i >= consts + carries
      require(!isX || (t.shape.length > 0 && equal(t.shape[0], length)), `scan: operand ${i} is not over its steps`)
      require(sameType(isX ? step(t) : t, body.params[i]), `scan: operand ${i} does not fit the body`)
    })
    return body.results.map((t, i) => {
      if (i >= carries) return stacked(t, length)
      require(sameType(t, ins[consts + i]), `scan: carry ${i} leaves the step in another type`)
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
    require(body !== undefined, 'scan: no body')
    const inner = scanOperands(eqn, body.params)
    const outer = scanOperands(eqn)
    const results = scanResults(eqn, body.results)
    const given = { carries: cotangents.slice(0, attrs.carries), ys: cotangents.slice(attrs.carries) }
    const forward = createBuilder(builder.context, undefined, body)

    const asked = body.params.filter((_, i) => wanted(i))
    const active = activeCarries(forward, inner.carries, results.carries, asked)
    const carried = inner.carries.map((value, i) => ({ value, i })).filter(c => active.has(c.value.id))

    const save = backwardBody(builder, forward, inner, outer, attrs.length)
    const back = save.body
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
    const block = back.finish([...leaving, ...steps.map(orZero)])

    replace(withSaved(eqn, forward, body, save.saved))
    const outs = emitScan(
      builder,
      { length: attrs.length, reverse: !attrs.reverse, consts: save.consts, carries, xs: save.xs },
      block.eqns,
      block.results,
    )
    const sources = [...carried.map(c => c.value), ...sums, ...steps]
    return ins.map((_, i) => {
      const place = sources.indexOf(body.params[i])
      return place < 0 ? undefined : outs[place]
    })
  },
  lower: ({ plan, eqn }) => plan.scan(eqn),
})

/** The carries that a gradient flows through: what depends on `asked` may come round by way of the carries themselves. */
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

/**
 * A builder for the backward body. What it uses of the forward body comes in as a constant or a per-step input that the
 * forward scan had as well, is computed again if that is cheap, or is saved by the forward scan (`saved`).
 */
function backwardBody(
  builder: Builder,
  forward: Builder,
  inner: { consts: readonly Value[]; xs: readonly Value[] },
  outer: { consts: readonly Value[]; xs: readonly Value[] },
  length: Dim,
): { body: Builder; consts: Binding[]; xs: Binding[]; saved: Binding[]; asX: (outer: Value) => Value } {
  const consts: Binding[] = []
  const xs: Binding[] = []
  const saved: Binding[] = []
  const bind = (list: Binding[], outside: Value, type: Type): Value => {
    const value = newValue(builder.context, type, outside)
    list.push({ outer: outside, inner: value })
    return value
  }
  const body: Builder = createBuilder(builder.context, value => {
    if (!forward.owns(value)) return xsByOuter.get(value.id) ?? bind(consts, value, value)
    const constant = inner.consts.indexOf(value)
    if (constant >= 0) return bind(consts, outer.consts[constant], value)
    const x = inner.xs.indexOf(value)
    if (x >= 0) return bind(xs, outer.xs[x], value)
    const maker = forward.eqns.find(e => e.outs.includes(value))
    if (maker !== undefined && opOf(builder.context, maker.op).cheap) {
      return body.emit(maker.op, maker.ins, maker.attrs, value)
    }
    const all = newValue(builder.context, stacked(value, length), value)
    saved.push({ outer: all, inner: value })
    return bind(xs, all, value)
  })
  const xsByOuter = new Map<number, Value>()
  const asX = (outside: Value): Value => {
    const value = bind(xs, outside, step(outside))
    xsByOuter.set(outside.id, value)
    return body.use(outside)
  }
  return { body, consts, xs, saved, asX }
}

/** The forward scan with its saved values as further per-step outputs. */
function withSaved(eqn: Eqn, forward: Builder, body: Block, saved: readonly Binding[]): Eqn {
  return {
    ...eqn,
    outs: [...eqn.outs, ...saved.map(s => s.outer)],
    body: { params: body.params, eqns: forward.eqns, results: [...body.results, ...saved.map(s => s.inner)] },
  }
}
