// Lists the possible mistakes in one equation: each change of it that still type-checks.
import { type Builder, opOf, zerosLike } from '../../compiler/ir/builder.ts'
import { add, asNumber, constant } from '../../compiler/ir/dim.ts'
import { type Attrs, type Block, sameType, scanCounts, useCounts, type Value } from '../../compiler/ir/graph.ts'
import { isDim } from '../../compiler/ir/ops/attributes.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import type { OpName } from '../../compiler/ir/ops/schemas.ts'
import { repeats, viewOfBlock } from '../../compiler/ir/view.ts'

/** An equation that is about to be emitted. */
export interface Emission {
  readonly op: OpName
  readonly ins: readonly Value[]
  readonly attrs: Attrs
  readonly body?: Block
}

/** Changes by name; nothing is emitted before one is called. */
export type Changes<T> = ReadonlyMap<string, () => T>

/** The list with two places exchanged. */
export const exchanged = <T>(list: readonly T[], i: number, j: number): T[] =>
  list.map((_, k) => list[k === i ? j : k === j ? i : k])

/** Lists every changed equation of the same types, by name; `taken` for one whose attributes were taken over unchanged from another. */
export function changedEquations(b: Builder, e: Emission, taken = false): Changes<Emission> {
  const { found, offer } = offers(b, e)
  offerExchanges(b, e, offer)
  for (const [name, value] of Object.entries(taken ? {} : e.attrs)) {
    if (/^ax(is|es)$|^at$/.test(name) && !isSameAlongAny(b, e)) offerAxes(name, value, offer, e)
    if (name === 'start' && isDim(value))
      offer('one step late', { attrs: { ...e.attrs, start: add(value, constant(1)) } })
    if (name === 'by' && typeof value === 'number') offer('the other way', { attrs: { ...e.attrs, by: -value } })
    if (name === 'value' && typeof value === 'number' && Number.isFinite(value) && e.attrs.dtype !== 'bool') {
      offer('one more', { attrs: { ...e.attrs, value: value + 1 } })
    }
    if (typeof value === 'boolean' && !isSymmetric(name, e))
      offer(`${name} flipped`, { attrs: { ...e.attrs, [name]: !value } })
  }
  const weak = withoutStrongZeros[e.op]
  if (weak !== undefined) offer('without strong zeros', { op: weak })
  const { body } = e
  if (body === undefined) return found
  const { consts, carries } = scanCounts({ ...e, outs: [] })
  for (const [which, i] of ends(carries)) {
    const results = body.results.map((v, j) => (j === i ? body.params[consts + i] : v))
    if (results[i].id !== body.results[i].id) offer(`${which} carry not updated`, { body: { ...body, results } })
  }
  for (const [which, i] of ends(body.results.length - 1)) {
    if (body.results[i].id === body.results[i + 1].id) continue
    offer(`${which} results exchanged`, { body: { ...body, results: exchanged(body.results, i, i + 1) } })
  }
  return found
}

/** Counterparts of ops with strong zeros: they do not keep the zeros of derivatives from infinity and NaN. */
const withoutStrongZeros: Readonly<Record<string, OpName>> = { strong_mul: 'mul', strong_div: 'div' }

type Offer = (name: string, change: Partial<Emission>) => void

/** Accepts those changes of an equation that type-check and leave it its types. */
function offers(b: Builder, e: Emission): { readonly found: Map<string, () => Emission>; readonly offer: Offer } {
  const op = opOf(b.context, e.op)
  const found = new Map<string, () => Emission>()
  const types = op.infer(e.ins, e.attrs, e.body)
  const offer: Offer = (name, change) => {
    const changed = { ...e, ...change }
    try {
      const others = op.infer(changed.ins, changed.attrs, changed.body)
      if (others.length === types.length && others.every((t, i) => sameType(t, types[i])))
        found.set(name, () => changed)
    } catch {
      // It does not type-check: no mutant.
    }
  }
  return { found, offer }
}

/**
 * Whether the result is the same along any axis that leaves its type: of a slice and a pad, which are of everything then; of a concat of
 * one; of a broadcast of one number everywhere, or along an axis of length one.
 */
function isSameAlongAny(b: Builder, { op, ins, attrs }: Emission): boolean {
  if (op === 'slice' || op === 'pad' || (op === 'concat' && ins.length === 1)) return true
  if (op !== 'broadcast') return false
  const { uniform } = viewOfBlock({ params: b.params, eqns: b.eqns, results: [] })
  const { sizes } = attrs
  return uniform(ins[0]) !== undefined || (Array.isArray(sizes) && sizes.every(d => isDim(d) && asNumber(d) === 1))
}

/** Whether the order of the operands does not matter: products of matrices that are one number commute. */
const commutes = ({ op, ins }: Emission): boolean =>
  // The order of the operands of `max` and `min` would show at a tie alone, and there their own derivative rules are the judges.
  ops.get(op)?.commutes !== undefined ||
  (op === 'bmm' && ins.every(({ shape }) => shape.slice(-2).every(dim => asNumber(dim) === 1)))

function offerExchanges(b: Builder, e: Emission, offer: Offer): void {
  const { ins, body } = e
  if (commutes(e)) return
  const all = ins.flatMap((v, i) =>
    ins.flatMap((w, j) => (j > i && v.id !== w.id && sameType(v, w) ? [[i, j] as const] : [])),
  )
  if (all.length === 0) return
  const { uniform } = viewOfBlock({ params: b.params, eqns: b.eqns, results: [] })
  const uses = body && useCounts(body)
  const isRead = (i: number): boolean => body === undefined || (uses?.get(body.params[i].id) ?? 0) > 0
  // Exchanging equal numbers changes nothing, nor does exchanging two values that a body does not read.
  const pairs = all.filter(
    ([i, j]) => (uniform(ins[i]) === undefined || uniform(ins[i]) !== uniform(ins[j])) && (isRead(i) || isRead(j)),
  )
  for (const [which, k] of ends(pairs.length)) {
    offer(`${which} operands of a type exchanged`, { ins: exchanged(ins, ...pairs[k]) })
  }
}

/** Whether the flag transposes an operand that is one number, and its own transpose. */
const isSymmetric = (flag: string, { ins }: Emission): boolean => {
  const operand = { ta: ins[0], tb: ins[1] }[flag]
  return operand?.shape.slice(-2).every(dim => asNumber(dim) === 1) ?? false
}

/** The equation with two operands of one type exchanged. */
export function exchangedOperands(b: Builder, e: Emission): Changes<readonly Value[]> {
  const { found, offer } = offers(b, e)
  offerExchanges(b, e, offer)
  return new Map(
    [...found].map(([name, change]) => [
      name,
      () => {
        const { op, ins, attrs, body } = change()
        return b.emitAll(op, ins, attrs, body)
      },
    ]),
  )
}

/** Picks the first and the last of some places: their number in a loop differs from program to program, and one mistake is like another. */
export const ends = (count: number): [which: string, place: number][] =>
  count <= 0
    ? []
    : count === 1
      ? [['first', 0]]
      : [
          ['first', 0],
          ['last', count - 1],
        ]

function offerAxes(name: string, value: unknown, offer: Offer, { ins, attrs }: Emission): void {
  const axes: unknown[] = Array.isArray(value) ? value : [value]
  if (axes.length !== 1) return
  for (let axis = -1; axis >= -ins[0].shape.length - 1; axis--) {
    if (axis !== axes[0]) offer(`axis ${axis}`, { attrs: { ...attrs, [name]: Array.isArray(value) ? [axis] : axis } })
  }
}

/**
 * Lists every change of an emission: another equation, or other values in place of its results, of which those of loops may not all be
 * read; `taken` as for `changedEquations`.
 */
export function changedEmissions(
  b: Builder,
  e: Emission,
  isRead: (result: number) => boolean = () => true,
  taken = false,
): Changes<readonly Value[]> {
  const emit = (other: Emission): readonly Value[] => b.emitAll(other.op, other.ins, other.attrs, other.body)
  const found = new Map<string, () => readonly Value[]>()
  for (const [name, change] of changedEquations(b, e, taken)) found.set(name, () => emit(change()))
  const types = opOf(b.context, e.op).infer(e.ins, e.attrs, e.body)
  const { uniform } = viewOfBlock({ params: b.params, eqns: b.eqns, results: [] })
  const known = (i: number): number | undefined => (e.ins[i] === undefined ? undefined : uniform(e.ins[i]))
  const instead = (i: number, by: (v: Value) => Value) => (): readonly Value[] =>
    emit(e).map((v, j) => (j === i ? by(v) : v))
  if (e.body === undefined) {
    const [type] = types
    if (type.dtype !== 'real') return found
    // Zero, negated or dropped, is zero.
    if (e.op === 'constant' ? e.attrs.value === 0 : repeats(e) && known(0) === 0) return found
    found.set(
      'negated',
      instead(0, v => b.emit('neg', [v])),
    )
    // A constant has another mutant in place of these: it is one more.
    if (e.ins.length > 0) {
      found.set(
        'dropped',
        instead(0, v => zerosLike(b, v)),
      )
    }
    e.ins.forEach((v, j) => {
      // x * 1 and x + 0 are x.
      const nothing =
        ((e.op === 'mul' || e.op === 'strong_mul') && known(1 - j) === 1) || (e.op === 'add' && known(1 - j) === 0)
      if (e.ins.length > 1 && sameType(v, type) && !nothing) found.set(`operand ${j} alone`, () => [b.use(v)])
    })
    return found
  }
  const { body } = e
  const { consts, carries } = scanCounts({ ...e, outs: [] })
  /** A carry that stays the zero that it starts as. */
  const isZero = (i: number): boolean =>
    i < carries && body.results[i].id === body.params[consts + i].id && known(consts + i) === 0
  const real = (from: number, to: number): number[] =>
    types.flatMap((t, i) => (i >= from && i < to && t.dtype === 'real' && isRead(i) && !isZero(i) ? [i] : []))
  for (const [kind, places] of Object.entries({ carry: real(0, carries), step: real(carries, types.length) })) {
    for (const [which, k] of ends(places.length)) {
      found.set(
        `${which} ${kind} negated`,
        instead(places[k], v => b.emit('neg', [v])),
      )
      found.set(
        `${which} ${kind} dropped`,
        instead(places[k], v => zerosLike(b, v)),
      )
      if (kind === 'carry') continue
      for (const by of [1, -1]) {
        found.set(
          `${which} step one ${by === 1 ? 'late' : 'early'}`,
          instead(places[k], v => shifted(b, v, by)),
        )
      }
    }
  }
  const inputs = e.ins.flatMap((v, i) => (i >= consts + carries && v.dtype === 'real' ? [i] : []))
  for (const [which, k] of ends(inputs.length)) {
    const late = (): readonly Value[] => e.ins.map((x, j) => (j === inputs[k] ? shifted(b, x, 1) : x))
    found.set(`${which} input one step late`, () => emit({ ...e, ins: late() }))
  }
  return found
}

function shifted(b: Builder, value: Value, by: number): Value {
  const fill = zerosLike(b, { dtype: value.dtype, shape: value.shape.slice(1) })
  return b.emit('shift', [b.use(value), fill], { axis: -value.shape.length, by })
}

/** Lists the possible mistakes in the values that a rule gives: `asIs` are those that it gave. */
export function changedResults(
  b: Builder,
  asIs: readonly (Value | undefined)[],
): Changes<readonly (Value | undefined)[]> {
  const found = new Map<string, () => readonly (Value | undefined)[]>()
  const put = (i: number, by: Value | undefined): readonly (Value | undefined)[] =>
    asIs.map((v, j) => (j === i ? by : v))
  const { uniform } = viewOfBlock({ params: b.params, eqns: b.eqns, results: [] })
  const real = asIs.flatMap((v, i) => (v?.dtype === 'real' && uniform(v) !== 0 ? [{ i, value: v }] : []))
  for (const [which, k] of ends(real.length)) {
    const { i, value } = real[k]
    found.set(`${which} dropped`, () => put(i, zerosLike(b, value)))
    found.set(`${which} negated`, () => put(i, b.emit('neg', [value])))
    found.set(`${which} doubled`, () => put(i, b.emit('add', [value, value])))
  }
  const pair = real.findIndex(({ value }, k) => {
    const other = real[k + 1]?.value
    return other !== undefined && other.id !== value.id && sameType(value, other)
  })
  if (pair >= 0) found.set('two exchanged', () => exchanged(asIs, real[pair].i, real[pair + 1].i))
  return found
}
