// Logarithms of probabilities, computed from the logits behind them. A logarithm moves towards a softmax or a sigmoid
// where one stands behind ops that only move elements; elsewhere it stays. Where such an op fills with 0 (an index out of
// range, the padding of `reverse`) the result is 0 for -∞: data checks and masks keep those from being seen.
import { broadcast, constantLike, createBuilder, newValue } from '../../ir/builder.ts'
import type { Attr, Block, Eqn, Value } from '../../ir/graph.ts'
import { scanCounts, scanResults } from '../../ir/graph.ts'
import { fromEnd } from '../../ir/ops/define.ts'
import { moves, type Rule, renamed, renewed, type Site, type View, viewOfBlock } from '../rewrite.ts'

export const stableLogRules: readonly Rule[] = [
  {
    name: 'log-softmax',
    contract: 'log(softmax(x)) → x - logsumexp(x)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, { producer, builder }) => {
      const inner = producer(p)
      if (inner?.op !== 'softmax') return undefined
      const { x, total, axis } = logits(inner, builder)
      return builder.emit('sub', [x, broadcast(builder, total, [axis], [x.shape[fromEnd(axis, x.shape.length)]])])
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
      return builder.emit('sub', [builder.emit('pick', [x, pick.ins[1]], pick.attrs), total])
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
    name: 'log-complement',
    contract: 'log(1 - sigmoid(x)) → log_sigmoid(-x); log(1 - (1 - p)) → log(p)',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const q = complemented(p, site)
      const inner = q && site.producer(q)
      if (inner?.op === 'sigmoid') return site.builder.emit('log_sigmoid', [site.builder.emit('neg', inner.ins)])
      const again = q && complemented(q, site)
      return again && reaches(site, again, 'itself') ? site.builder.emit('log', [again]) : undefined
    },
  },
  {
    name: 'log-complement-moves',
    contract: 'log(1 - move(p)) → log(move(1 - p)) where p comes of a sigmoid; so for a per-step output of a scan',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const q = complemented(p, site)
      const move = q && site.producer(q)
      if (q === undefined || move === undefined || !reaches(site, q, 'complement')) return undefined
      const output = move.op === 'scan' ? perStep(site, move, q, oneMinus) : undefined
      if (output !== undefined) return site.builder.emit('log', [output])
      return moves.has(move.op)
        ? site.builder.emit('log', [through(move, site, v => oneMinus(site.builder, v))])
        : undefined
    },
  },
  {
    name: 'log-moves',
    contract: 'log(move(p)) → move(log(p)) where p comes of a softmax or a sigmoid',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const move = site.producer(p)
      if (move === undefined || !moves.has(move.op) || !reaches(site, p, 'itself')) return undefined
      return through(move, site, v => site.builder.emit('log', [v]))
    },
  },
  {
    name: 'log-enters-scan',
    contract: 'the log of a per-step output that comes of a softmax or a sigmoid → a further output of the scan',
    ops: ['log'],
    rewrite: ({ ins: [p] }, site) => {
      const scan = site.producer(p)
      if (scan?.op !== 'scan' || !reaches(site, p, 'itself')) return undefined
      return perStep(site, scan, p, (b, v) => b.emit('log', [v]))
    },
  },
  {
    name: 'log-leaves-scan',
    contract: 'the log, in a scan, of an operand that comes of a softmax or a sigmoid outside → a further operand',
    ops: ['scan'],
    rewrite: (scan, site) => {
      const { body } = scan
      if (body === undefined) return undefined
      const view = viewOfBlock(body)
      const { consts, carries } = scanCounts(scan)
      for (const log of body.eqns) {
        const found = log.op === 'log' ? traced(log.ins[0], view) : undefined
        const place = found === undefined ? -1 : body.params.indexOf(found.source)
        if (found === undefined || place < 0 || (place >= consts && place < consts + carries)) continue
        const operand = scan.ins[place]
        if (!reaches(site, operand, found.complement ? 'complement' : 'itself')) continue
        const p = found.complement ? oneMinus(site.builder, operand) : operand
        return site.put(withOperand(site, scan, body, place, site.builder.emit('log', [p]), log, found.moves))
      }
      return undefined
    },
  },
]

const oneMinus = (b: Site['builder'], v: Value): Value => b.emit('sub', [constantLike(b, 1, v), v])

/** The value that the ops which move elements, the last first, take it from; `complement` if it is one minus that. */
function traced(
  value: Value,
  view: View,
): { readonly source: Value; readonly complement: boolean; readonly moves: readonly Eqn[] } | undefined {
  const eqn = view.producer(value)
  if (eqn === undefined) return { source: value, complement: false, moves: [] }
  const other = complemented(value, view)
  const inner = other ?? (moves.get(eqn.op) === 1 ? eqn.ins[0] : undefined)
  const found = inner && traced(inner, view)
  if (found === undefined) return undefined
  return other === undefined ? { ...found, moves: [...found.moves, eqn] } : { ...found, complement: !found.complement }
}

/** The scan with an operand more, beside the one at `place`; the moves of it take the place of `log` in the body. */
function withOperand(
  { context, within }: Site,
  scan: Eqn,
  body: Block,
  place: number,
  operand: Value,
  log: Eqn,
  path: readonly Eqn[],
): Eqn {
  const { consts } = scanCounts(scan)
  const param = newValue(context, body.params[place], operand)
  const b = createBuilder(context, value => value)
  const moved = path.reduce((v, move) => b.emit(move.op, [v, ...move.ins.slice(1)], move.attrs, log.outs[0]), param)
  const replaced = new Map([[log.outs[0].id, moved]])
  const eqns = body.eqns.flatMap(e => (e === log ? b.eqns : [renewed(e, replaced, inner => inner)]))
  const more = <T>(list: readonly T[], item: T): T[] => [...list.slice(0, place), item, ...list.slice(place)]
  return {
    ...scan,
    ins: more(scan.ins, operand),
    attrs: { ...scan.attrs, consts: place < consts ? consts + 1 : consts },
    body: within({ params: more(body.params, param), eqns, results: renamed(body.results, replaced) }),
  }
}

/** Does the value, or one minus it, come of a softmax or a sigmoid by ops that only move elements? */
function reaches(view: View, value: Value, wanted: 'itself' | 'complement'): boolean {
  const eqn = view.producer(value)
  if (eqn === undefined) return false
  if (eqn.op === 'sigmoid') return true
  if (eqn.op === 'softmax') return wanted === 'itself'
  const other = complemented(value, view)
  if (other !== undefined) return reaches(view, other, wanted === 'itself' ? 'complement' : 'itself')
  if (eqn.body !== undefined) {
    const inner = stepResult(eqn, eqn.body, value)
    return inner !== undefined && reaches(viewOfBlock(eqn.body), inner, wanted)
  }
  return eqn.ins.slice(0, moves.get(eqn.op) ?? 0).some(v => reaches(view, v, wanted))
}

/** What `value` is one minus of. */
function complemented(value: Value, view: View): Value | undefined {
  const eqn = view.producer(value)
  return eqn?.op === 'sub' && view.uniform(eqn.ins[0]) === 1 ? eqn.ins[1] : undefined
}

/** The result of the body that a per-step output stacks; undefined for a carry. */
function stepResult(scan: Eqn, body: Block, output: Value): Value | undefined {
  const place = scanResults(scan).ys.findIndex(y => y.id === output.id)
  return place < 0 ? undefined : scanResults(scan, body.results).ys[place]
}

/** The move of what `change` makes of its operands. */
function through(move: Eqn, { builder }: Site, change: (v: Value) => Value): Value {
  const changed = moves.get(move.op) ?? 0
  return builder.emit(
    move.op,
    move.ins.map((v, i) => (i < changed ? change(v) : v)),
    move.attrs,
  )
}

/** Gives a scan one more per-step output, made in its body of the one that `output` stacks. */
function perStep(
  site: Site,
  scan: Eqn,
  output: Value,
  make: (b: Site['builder'], v: Value) => Value,
): Value | undefined {
  const { body } = scan
  const inner = body && stepResult(scan, body, output)
  if (body === undefined || inner === undefined) return undefined
  const b = createBuilder(site.context, undefined, body)
  b.note = site.builder.note
  const made = make(b, inner)
  const more = newValue(site.context, { dtype: made.dtype, shape: output.shape }, site.builder.note)
  const longer = site.within(b.finish([...body.results, made]))
  site.extend(scan, { ...scan, outs: [...scan.outs, more], body: longer })
  return more
}

/** The logits behind a softmax and the logarithm of the sum of their exponentials. */
function logits(softmax: Eqn, builder: Site['builder']): { x: Value; total: Value; axis: number } {
  const [x] = softmax.ins
  const axis = number(softmax.attrs.axis)
  return { x, axis, total: builder.emit('logsumexp', [x], { axis }) }
}

function number(attr: Attr): number {
  if (typeof attr !== 'number') throw new Error('not a number')
  return attr
}
