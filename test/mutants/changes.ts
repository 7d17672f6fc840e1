// What may go wrong in one equation: each change of it that still type-checks.
import { type Builder, opOf, zerosLike } from '../../compiler/ir/builder.ts'
import { add, constant, sameShape } from '../../compiler/ir/dim.ts'
import { type Attrs, type Block, scanCounts, type Type, type Value } from '../../compiler/ir/graph.ts'
import { isDim } from '../../compiler/ir/ops/define.ts'

/** An equation that is about to be emitted. */
export interface Emission {
  readonly op: string
  readonly ins: readonly Value[]
  readonly attrs: Attrs
  readonly body?: Block
}

/** Changes by name; nothing is emitted before one is called. */
export type Changes<T> = ReadonlyMap<string, () => T>

export const sameType = (a: Type, b: Type): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

const commutative = ['add', 'mul', 'eq', 'and', 'or', 'xor', 'imul']

/** The list with two places exchanged. */
export const exchanged = <T>(list: readonly T[], i: number, j: number): T[] =>
  list.map((_, k) => list[k === i ? j : k === j ? i : k])

/** Every changed equation of the same types, by name. */
export function changedEquations(b: Builder, e: Emission): Changes<Emission> {
  const op = opOf(b.context, e.op)
  const found = new Map<string, () => Emission>()
  const types = op.infer(e.ins, e.attrs, e.body)
  const offer = (name: string, change: Partial<Emission>): void => {
    const changed = { ...e, ...change }
    try {
      const others = op.infer(changed.ins, changed.attrs, changed.body)
      if (others.length === types.length && others.every((t, i) => sameType(t, types[i])))
        found.set(name, () => changed)
    } catch {
      // It does not type-check: no mutant.
    }
  }
  for (let i = 0; i < e.ins.length; i++) {
    for (let j = i + 1; j < e.ins.length; j++) {
      if (commutative.includes(e.op) || !sameType(e.ins[i], e.ins[j]) || e.ins[i].id === e.ins[j].id) continue
      offer(`operands ${i} and ${j} exchanged`, { ins: exchanged(e.ins, i, j) })
    }
  }
  for (const [name, value] of Object.entries(e.attrs)) {
    if (/^ax(is|es)$|^at$/.test(name)) offerAxes(name, value, offer, e)
    if (name === 'start' && isDim(value))
      offer('one step late', { attrs: { ...e.attrs, start: add(value, constant(1)) } })
    if (name === 'by' && typeof value === 'number') offer('the other way', { attrs: { ...e.attrs, by: -value } })
    if (name === 'value' && typeof value === 'number' && e.attrs.dtype === 'real') {
      offer('one more', { attrs: { ...e.attrs, value: value + 1 } })
    }
    if (typeof value === 'boolean') offer(`${name} flipped`, { attrs: { ...e.attrs, [name]: !value } })
  }
  const { body } = e
  if (body === undefined) return found
  const { consts, carries } = scanCounts({ ...e, outs: [] })
  for (let i = 0; i < carries; i++) {
    const results = body.results.map((v, j) => (j === i ? body.params[consts + i] : v))
    if (results[i].id !== body.results[i].id) offer(`carry ${i} not updated`, { body: { ...body, results } })
  }
  for (let i = 1; i < body.results.length; i++) {
    if (body.results[i].id === body.results[i - 1].id) continue
    offer(`results ${i - 1} and ${i} exchanged`, { body: { ...body, results: exchanged(body.results, i - 1, i) } })
  }
  return found
}

function offerAxes(
  name: string,
  value: unknown,
  offer: (name: string, change: Partial<Emission>) => void,
  { ins, attrs }: Emission,
): void {
  const axes: unknown[] = Array.isArray(value) ? value : [value]
  if (axes.length !== 1) return
  for (let axis = -1; axis >= -ins[0].shape.length - 1; axis--) {
    if (axis !== axes[0]) offer(`axis ${axis}`, { attrs: { ...attrs, [name]: Array.isArray(value) ? [axis] : axis } })
  }
}

/** Every change of an emission: another equation, or other values in place of its results. */
export function changedEmissions(b: Builder, e: Emission): Changes<readonly Value[]> {
  const emit = (other: Emission): readonly Value[] => b.emitAll(other.op, other.ins, other.attrs, other.body)
  const found = new Map<string, () => readonly Value[]>()
  for (const [name, change] of changedEquations(b, e)) found.set(name, () => emit(change()))
  const types = opOf(b.context, e.op).infer(e.ins, e.attrs, e.body)
  types.forEach((type, i) => {
    const what = types.length === 1 ? '' : `result ${i} `
    const instead =
      (by: () => Value): (() => readonly Value[]) =>
      () =>
        emit(e).map((v, j) => (j === i ? by() : v))
    if (type.dtype !== 'real') return
    found.set(`${what}negated`, () => emit(e).map((v, j) => (j === i ? b.emit('neg', [v]) : v)))
    if (e.op !== 'constant')
      found.set(
        `${what}dropped`,
        instead(() => zerosLike(b, type)),
      )
    if (e.body === undefined) {
      e.ins.forEach((v, j) => {
        if (e.ins.length > 1 && sameType(v, type)) found.set(`operand ${j} alone`, () => [b.use(v)])
      })
    } else if (i >= scanCounts({ ...e, outs: [] }).carries) {
      for (const by of [1, -1]) {
        found.set(`${what}one step ${by === 1 ? 'late' : 'early'}`, () =>
          emit(e).map((v, j) => (j === i ? shifted(b, v, by) : v)),
        )
      }
    }
  })
  if (e.body === undefined) return found
  const { consts, carries } = scanCounts({ ...e, outs: [] })
  e.ins.slice(consts + carries).forEach((v, i) => {
    if (v.dtype !== 'real') return
    const place = consts + carries + i
    found.set(`input ${i} one step late`, () =>
      emit({ ...e, ins: e.ins.map((x, j) => (j === place ? shifted(b, x, 1) : x)) }),
    )
  })
  return found
}

function shifted(b: Builder, value: Value, by: number): Value {
  const fill = zerosLike(b, { dtype: value.dtype, shape: value.shape.slice(1) })
  return b.emit('shift', [b.use(value), fill], { axis: -value.shape.length, by })
}

/** What may go wrong with the values that a rule gives: `asIs` are those that it gave. */
export function changedResults(
  b: Builder,
  asIs: readonly (Value | undefined)[],
): Changes<readonly (Value | undefined)[]> {
  const found = new Map<string, () => readonly (Value | undefined)[]>()
  const put = (i: number, by: Value | undefined): readonly (Value | undefined)[] =>
    asIs.map((v, j) => (j === i ? by : v))
  asIs.forEach((value, i) => {
    if (value?.dtype !== 'real') return
    found.set(`${i} dropped`, () => put(i, zerosLike(b, value)))
    found.set(`${i} negated`, () => put(i, b.emit('neg', [value])))
    found.set(`${i} doubled`, () => put(i, b.emit('add', [value, value])))
    const [j, other] = [i + 1, asIs[i + 1]]
    if (other !== undefined && other.id !== value.id && sameType(value, other)) {
      found.set(`${i} and ${j} exchanged`, () => exchanged(asIs, i, j))
    }
  })
  return found
}
