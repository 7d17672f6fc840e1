// Computes logarithms of probabilities from their logits; ir/probability.ts finds these. A logarithm moves towards the softmax, the
// sigmoid or the exponential through ops that move elements, choose, add up or multiply; elsewhere it stays. Where an op fills with
// 0 (an index out of range, the padding of `reverse`) the result is some finite number, and not -∞: data checks and masks hide such places.
import { broadcast, constantLike, createBuilder, newValue, reshape, zerosLike } from '../../ir/builder.ts'
import { constant } from '../../ir/dim.ts'
import type { Block, Eqn, Value } from '../../ir/graph.ts'
import { scanCounts } from '../../ir/graph.ts'
import { check, fromEnd, numberOf, numbersOf } from '../../ir/ops/attributes.ts'
import type { OpName } from '../../ir/ops/schemas.ts'
import { logSources, type Side } from '../../ir/probability.ts'
import { type Selection, selectionOf } from '../../ir/selection.ts'
import { complemented, movedOperands, operandsOutside, stepResult, type View, viewOfBlock } from '../../ir/view.ts'
import { renamed, renewed } from '../rebuild.ts'
import type { Rule, Site } from '../rewrite.ts'

type Build = Site['builder']

export const stableLogRules: readonly Rule[] = [
  {
    name: 'log-softmax',
    contract: 'log(softmax(x)) → x - logsumexp(x)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, { producer, builder }) => {
      const inner = producer(p)
      if (inner?.op !== 'softmax') return undefined
      const { x, total, along } = logits(inner, builder)
      return builder.emit('sub', [x, along(total)])
    },
  },
  {
    name: 'log-picked-softmax',
    contract: 'log(pick(softmax(x), i)) along one axis → pick(x, i) - logsumexp(x)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, { producer, builder }) => {
      const pick = producer(p)
      const inner = pick?.op === 'pick' ? producer(pick.ins[0]) : undefined
      if (pick === undefined || inner?.op !== 'softmax' || pick.attrs.axis !== inner.attrs.axis) return undefined
      const { x, total } = logits(inner, builder)
      return builder.emit('sub', [builder.emitLike('pick', [x, pick.ins[1]], pick.attrs), total])
    },
  },
  {
    name: 'log-sigmoid',
    contract: 'log(sigmoid(x)) → log_sigmoid(x)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, { producer, builder }) => {
      const inner = producer(p)
      return inner?.op === 'sigmoid' ? builder.emit('log_sigmoid', inner.ins) : undefined
    },
  },
  {
    name: 'log-exp',
    contract: 'log(e^x) → x; log(1 + e^x) → -log_sigmoid(-x)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const { producer, builder } = site
      const inner = producer(p)
      if (inner?.op === 'exp') return inner.ins[0]
      const [left, right] = inner?.op === 'add' ? inner.ins : []
      if (left === undefined || right === undefined) return undefined
      const other = site.uniform(left) === 1 ? right : site.uniform(right) === 1 ? left : undefined
      const exp = other && producer(other)
      return exp?.op === 'exp' ? logOfOnePlusExp(builder, exp.ins[0]) : undefined
    },
  },
  {
    name: 'log1p-stable',
    contract: 'log1p(e^x) → -log_sigmoid(-x); log1p(-p) → log(1 - p) where p is a probability with logits',
    ops: ['log1p'],
    rewrite: ({ ins: [p] }, site) => {
      const inner = site.producer(p)
      if (inner?.op === 'exp') return logOfOnePlusExp(site.builder, inner.ins[0])
      if (inner?.op !== 'neg' || !gains(site, inner.ins[0], 'complement')) return undefined
      return site.builder.emit('log', [oneMinus(site.builder, inner.ins[0])])
    },
  },
  {
    name: 'log-complement',
    contract:
      'log(1 - sigmoid(x)) → log_sigmoid(-x); log(1 - softmax(x)) → log1p(-p), or that of the others of the largest; log(1 - (1 - p)) → log(p)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const q = complemented(p, site)
      const inner = q && site.producer(q)
      if (inner?.op === 'sigmoid') return site.builder.emit('log_sigmoid', [site.builder.emit('neg', inner.ins)])
      if (inner?.op === 'softmax') return logOfOthers(inner, site.builder)
      const again = q && complemented(q, site)
      return again && gains(site, again, 'itself') ? site.builder.emit('log', [again]) : undefined
    },
  },
  {
    name: 'log-selection',
    contract:
      'log of 1, or less than all, minus elements of a softmax → logsumexp of the logarithms of the others; log1p(-q) of 1 minus what is no more than half',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      if (site.producer(p)?.op !== 'sub') return undefined
      const selection = selectionOf(site, p)
      if (selection === undefined) return undefined
      const far = logOfSelection(site, p, selection)
      const q = complemented(p, site)
      return q === undefined ? far : unlessSmall(site.builder, q, far)
    },
  },
  {
    name: 'log-complement-moves',
    contract:
      'log(1 - move(p)) → log(move(1 - p)) where p is a probability with logits; so for where, max, min, per-step outputs',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const q = complemented(p, site)
      const move = q && site.producer(q)
      if (q === undefined || move === undefined || !gains(site, q, 'complement')) return undefined
      const output = move.op === 'scan' ? perStep(site, move, q, oneMinus) : undefined
      if (output !== undefined) return site.builder.emit('log', [output])
      const moved = through(move, site, v => oneMinus(site.builder, v), mirrored[move.op])
      return moved && site.builder.emit('log', [moved])
    },
  },
  {
    name: 'log-complement-product',
    contract: 'log(1 - p q) → log((1 - p) + p (1 - q)) where both are probabilities with logits',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const q = complemented(p, site)
      const product = q && site.producer(q)
      if (q === undefined || product?.op !== 'mul' || !decides(site, q, 'complement')) return undefined
      const [left, right] = product.ins
      const { builder } = site
      const rest = builder.emit('mul', [left, oneMinus(builder, right)])
      return builder.emit('log', [builder.emit('add', [oneMinus(builder, left), rest])])
    },
  },
  {
    name: 'log-moves',
    contract: 'log(move(p)) → move(log(p)) where a softmax, a sigmoid or an exponential is behind p; so for where',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const move = site.producer(p)
      const ordered = move?.op === 'max' || move?.op === 'min'
      if (move === undefined || !(ordered ? decides : gains)(site, p, 'itself')) return undefined
      return through(move, site, v => site.builder.emit('log', [v]))
    },
  },
  {
    name: 'log-combined',
    contract:
      'log(p q) → log(p) + log(q), log(p / q) → log(p) - log(q), log(p + q) and log(sum(p)) → logsumexp of the logarithms, where all have logits or are known numbers',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const eqn = site.producer(p)
      const combine = eqn && combined[eqn.op]
      if (eqn === undefined || combine === undefined || !decides(site, p, 'itself')) return undefined
      const logs = new Map(eqn.ins.map(v => [v.id, v]))
      for (const [id, v] of logs) logs.set(id, site.builder.emit('log', [v]))
      return combine(
        site.builder,
        eqn.ins.map(v => logs.get(v.id) ?? v),
        eqn,
      )
    },
  },
  {
    name: 'log-enters-scan',
    contract:
      'the log of a per-step output behind which is a softmax, a sigmoid or an exponential → a further output of the scan',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const scan = site.producer(p)
      if (scan?.op !== 'scan' || !gains(site, p, 'itself')) return undefined
      return perStep(site, scan, p, (b, v) => b.emit('log', [v]))
    },
  },
  {
    name: 'log-leaves-scan',
    contract:
      'the log, in a scan, of an operand, or of one minus it, behind which is a softmax, a sigmoid or an exponential → a further operand',
    ops: ['scan'],
    rewrite: (scan, site) => {
      const { body } = scan
      if (body === undefined) return undefined
      const outside = operandsOutside(site, scan)
      const view = viewOfBlock(body, outside)
      for (const log of body.eqns) {
        if (log.op !== 'log') continue
        const other = complemented(log.ins[0], view)
        const param = other ?? log.ins[0]
        const outer = outside(param)
        if (outer === undefined || !gains(site, outer.value, other ? 'complement' : 'itself')) continue
        const p = other ? oneMinus(site.builder, outer.value) : outer.value
        const operand = site.builder.emit('log', [p])
        return site.put(withOperand(site, scan, body, { operand, nextTo: param, insteadOf: log }))
      }
      return undefined
    },
  },
]

/** Tells whether the logarithm of some part of the value is computed from logits. The logarithms of the other parts stay. */
const gains = (view: View, value: Value, side: Side): boolean => logSources(view, value, side).hasLogits

/** Tells whether the logarithms of all parts are computed from logits or known numbers, so that no part is negative. */
function decides(view: View, value: Value, side: Side): boolean {
  const { hasLogits, hasUnknown } = logSources(view, value, side)
  return hasLogits && !hasUnknown
}

const oneMinus = (b: Build, v: Value): Value => b.emit('sub', [constantLike(b, 1, v), v])

/** log(1 + e^x). */
const logOfOnePlusExp = (b: Build, x: Value): Value => b.emit('neg', [b.emit('log_sigmoid', [b.emit('neg', [x])])])

/** The logarithm of an op's result, from the logarithms of its operands. */
const combined: Readonly<Record<string, (b: Build, logs: readonly Value[], eqn: Eqn) => Value>> = {
  mul: (b, logs) => b.emit('add', logs),
  div: (b, logs) => b.emit('sub', logs),
  add: (b, logs) => {
    const columns = logs.map(l => reshape(b, l, [...l.shape, constant(1)]))
    return b.emit('logsumexp', [b.emit('concat', columns, { axis: -1 })], { axis: -1 })
  },
  sum: (b, [log], { attrs: { axes } }) => {
    // Axes further from the end go first, so that the numbers of the others stay valid.
    return numbersOf(axes)
      .toSorted((x, y) => x - y)
      .reduce((v, axis) => b.emit('logsumexp', [v], { axis }), log)
  },
}

/** 1 - max(x, y) is min(1 - x, 1 - y), and the other way round. */
const mirrored: Readonly<Partial<Record<OpName, OpName>>> = { max: 'min', min: 'max' }

/** log(1 - p) for each element p of a softmax: for the largest, if more than half, from the logits of the others. */
function logOfOthers(softmax: Eqn, b: Build): Value {
  const [p] = softmax.outs
  const { x, axis, total, along } = logits(softmax, b)
  const size = x.shape[fromEnd(axis, x.shape.length)]
  const elsewhere = x.shape.map((_, i) => i - x.shape.length).filter(i => i !== axis)
  const places = broadcast(
    b,
    b.emit('iota', [], { size }),
    elsewhere,
    elsewhere.map(i => x.shape[fromEnd(i, x.shape.length)]),
  )
  const largest = b.emit('eq', [places, along(b.emit('argmax', [x], { axis }))])
  const others = b.emit('where', [largest, constantLike(b, Number.NEGATIVE_INFINITY, x), x])
  const far = b.emit('sub', [b.emit('logsumexp', [others], { axis }), total])
  return unlessSmall(b, p, along(far))
}

/** log(1 - p): `far` where p is more than half, else log1p(-p), which is exact there. */
function unlessSmall(b: Build, p: Value, far: Value): Value {
  const most = b.emit('lt', [constantLike(b, 0.5, p), p])
  const near = b.emit('log1p', [b.emit('where', [most, zerosLike(b, p), b.emit('neg', [p])])])
  return b.emit('where', [most, far, near])
}

/** log Σ w p of a softmax's elements p with weights w that are not 0. Where a weight is negative the plain logarithm stays. */
function logOfSelection(site: Site, value: Value, { of, axis, sure, weights }: Selection): Value {
  const { builder: b } = site
  const w = weights(b)
  const chosen = b.emit('lt', [zerosLike(b, w), w])
  const log = b.emit('log', [of])
  const nothing = constantLike(b, Number.NEGATIVE_INFINITY, log)
  const shaped = (v: Value): Value => reshape(b, v, value.shape)
  if (sure) return shaped(b.emit('logsumexp', [b.emit('where', [chosen, log, nothing])], { axis }))
  const factor = b.emit('log', [b.emit('where', [chosen, w, constantLike(b, 1, w)])])
  const found = shaped(
    b.emit('logsumexp', [b.emit('where', [chosen, b.emit('add', [log, factor]), nothing])], { axis }),
  )
  const least = shaped(b.emit('reduce_min', [w], { axis }))
  const proper = b.emit('le', [zerosLike(b, least), least])
  const one = constantLike(b, 1, value)
  const rest = b.emit('sub', [b.emit('where', [proper, one, value]), one])
  return b.emit('where', [proper, found, b.emit('log1p', [rest])])
}

/** Emits the op on operands changed by `change`; undefined for an op that neither moves nor chooses elements. */
function through(move: Eqn, site: Site, change: (v: Value) => Value, op = move.op): Value | undefined {
  const { builder: b } = site
  if (move.op === 'where') {
    const [test, x, y] = move.ins
    // The branch not taken must not be infinite, as its slope would be.
    const safe = (v: Value, chosen: boolean): Value => {
      if (gains(site, v, 'itself') || gains(site, v, 'complement') || site.uniform(v) !== undefined) return v
      const one = constantLike(b, 1, v)
      return b.emit('where', chosen ? [test, v, one] : [test, one, v])
    }
    return b.emit('where', [test, change(safe(x, true)), change(safe(y, false))])
  }
  const changed = mirrored[move.op] === undefined ? movedOperands(move.op) : 2
  if (changed === 0) return undefined
  return b.emit(
    op,
    move.ins.map((v, i) => (i < changed ? change(v) : v)),
    move.attrs,
  )
}

/** Adds a per-step output to a scan, made in its body from the value that `output` stacks. */
function perStep(site: Site, scan: Eqn, output: Value, make: (b: Build, v: Value) => Value): Value | undefined {
  const { body } = scan
  const inner = body && stepResult(scan, body, output)
  if (body === undefined || inner === undefined) return undefined
  const b = createBuilder(site.context, undefined, body)
  b.note = site.builder.note
  const made = make(b, inner)
  const more = newValue(site.context, { dtype: made.dtype, shape: output.shape }, site.builder.note)
  const longer = { ...scan, outs: [...scan.outs, more], body: b.finish([...body.results, made]) }
  site.extend(scan, site.within(longer))
  return more
}

interface Further {
  readonly operand: Value
  /** The parameter of the body in front of which that of the operand stands. */
  readonly nextTo: Value
  /** The equation of the body whose result the operand replaces. */
  readonly insteadOf: Eqn
}

/** The scan with a further operand. */
function withOperand({ context, within }: Site, scan: Eqn, body: Block, { operand, nextTo, insteadOf }: Further): Eqn {
  const { consts } = scanCounts(scan)
  const place = body.params.indexOf(nextTo)
  const inner = newValue(context, nextTo, operand)
  const replaced = new Map([[insteadOf.outs[0].id, inner]])
  const eqns = body.eqns.flatMap(e => (e === insteadOf ? [] : [renewed(e, replaced, block => block)]))
  const more = <T>(list: readonly T[], item: T): T[] => [...list.slice(0, place), item, ...list.slice(place)]
  return within({
    ...scan,
    ins: more(scan.ins, operand),
    attrs: { ...scan.attrs, consts: place < consts ? consts + 1 : consts },
    body: { params: more(body.params, inner), eqns, results: renamed(body.results, replaced) },
  })
}

/** The logits of a softmax, their logsumexp, and a function that repeats one value a row along the row. */
function logits(softmax: Eqn, b: Build) {
  const [x] = softmax.ins
  const axis = numberOf(softmax.attrs.axis)
  check(axis !== undefined, 'not a number')
  const along = (v: Value): Value => broadcast(b, v, [axis], [x.shape[fromEnd(axis, x.shape.length)]])
  return { x, axis, along, total: b.emit('logsumexp', [x], { axis }) }
}
