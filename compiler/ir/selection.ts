// Finds values known to be weighted sums of the elements of one softmax, such as 1 minus some of them.
import { type Builder, constantLike } from './builder.ts'
import { asNumber, type Dim, sameShape } from './dim.ts'
import type { Value } from './graph.ts'
import { fromEnd, numberOf, numbersOf } from './ops/attributes.ts'
import { ops } from './ops/index.ts'
import {
  complemented,
  isRepeat,
  lookThrough,
  movedOperands,
  operandsOutside,
  stepResult,
  type View,
  viewOfBlock,
} from './view.ts'

/** Bounds on the search: equations looked through in a row, and logarithms made of one. */
export const deepest = 100
export const largest = 256

/** A value as a weighted sum of a softmax's elements along its axis; other dimensions keep their order, those of size 1 may be missing. */
export interface Selection {
  /** Probabilities that add up to 1 along `axis`, for each element of the value. */
  readonly of: Value
  readonly axis: number
  /** Whether each weight is known to be 0 or 1. */
  readonly sure: boolean
  /** How many simple selections are added up in this one. */
  readonly size: number
  /** Emits the weight of each probability. */
  readonly weights: (b: Builder) => Value
}

/** The selection that a value is, if it is known to be one. */
export function selectionOf(view: View, value: Value): Selection | undefined {
  const found = new Map<number, Selection | undefined>()
  const behind = (v: Value, depth: number): Selection | undefined => {
    if (depth > deepest) return undefined
    if (!found.has(v.id))
      found.set(
        v.id,
        selected(view, v, x => behind(x, depth + 1)),
      )
    return found.get(v.id)
  }
  return behind(value, 0)
}

function selected(view: View, value: Value, behind: (value: Value) => Selection | undefined): Selection | undefined {
  const eqn = view.producer(value)
  if (eqn === undefined) return undefined
  const other = complemented(value, view)
  if (other !== undefined) {
    const rest = behind(other)
    return rest && { ...rest, weights: b => b.emit('sub', [constantLike(b, 1, rest.of), rest.weights(b)]) }
  }
  const { op, ins, attrs } = eqn
  switch (op) {
    case 'add':
    case 'sub':
      return both(view, op, behind(ins[0]), behind(ins[1]))
    case 'sum': {
      const { axes } = attrs
      const axis = Array.isArray(axes) && axes.length === 1 ? numberOf(axes[0]) : undefined
      return axis === undefined ? undefined : sumOf(view, ins[0], axis, behind)
    }
    case 'reshape': {
      // A slice of one place along the axis, whose dimension the reshape drops.
      const slice = view.producer(ins[0])
      const axis = slice?.op === 'slice' ? numberOf(slice.attrs.axis) : undefined
      if (slice === undefined || axis === undefined) return undefined
      const rest = slice.ins[0].shape.toSpliced(fromEnd(axis, slice.ins[0].shape.length), 1)
      return sameShape(rest.filter(isLong), value.shape.filter(isLong)) ? sumOf(view, ins[0], axis, behind) : undefined
    }
    case 'pick': {
      const [of, index] = ins
      const axis = rowsOf(view, of)
      if (axis === undefined || axis !== attrs.axis) return undefined
      const size = of.shape[fromEnd(axis, of.shape.length)]
      return {
        of,
        axis,
        sure: true,
        size: 1,
        weights: b => b.emitLike('place', [constantLike(b, 1, value), index], { ...attrs, size }),
      }
    }
    default:
      return undefined
  }
}

/** Tells whether a dimension may be larger than 1, so that a reshape cannot drop it. */
const isLong = (dim: Dim): boolean => asNumber(dim) !== 1

/** The sum or the difference of two selections from the same probabilities. */
function both(
  view: View,
  op: 'add' | 'sub',
  left: Selection | undefined,
  right: Selection | undefined,
): Selection | undefined {
  if (left === undefined || right === undefined) return undefined
  const size = left.size + right.size
  if (size > largest || left.axis !== right.axis || !alike(view, left.of, right.of)) return undefined
  return { ...left, sure: false, size, weights: b => b.emit(op, [left.weights(b), right.weights(b)]) }
}

/** The sum of `elements` along `axis` as a selection. */
function sumOf(
  view: View,
  elements: Value,
  axis: number,
  behind: (value: Value) => Selection | undefined,
): Selection | undefined {
  const eqn = view.producer(elements)
  if (eqn?.op === 'concat' && eqn.attrs.axis === axis) {
    return eqn.ins.map(part => sumOf(view, part, axis, behind)).reduce((x, y) => both(view, 'add', x, y))
  }
  const rest = elements.shape.toSpliced(fromEnd(axis, elements.shape.length), 1)
  if (eqn?.op === 'reshape' && sameShape(eqn.ins[0].shape, rest)) return behind(eqn.ins[0])
  const part = partOf(view, elements, axis)
  if (part === undefined) return undefined
  const { of, placed, own } = part
  return { of, axis, sure: true, size: 1, weights: b => placed(b, own(b)) }
}

/** A subset of the elements of a softmax's rows. */
interface Part {
  readonly of: Value
  /** Emits 1 for each element that counts, 0 for the others. */
  readonly own: (b: Builder) => Value
  /** Pads `own` with zeros to whole rows. */
  readonly placed: (b: Builder, own: Value) => Value
}

function partOf(view: View, elements: Value, axis: number, depth = 0): Part | undefined {
  const ones = (b: Builder): Value => constantLike(b, 1, elements)
  if (rowsOf(view, elements) === axis) return { of: elements, own: ones, placed: (_, own) => own }
  const eqn = depth > deepest ? undefined : view.producer(elements)
  if (eqn === undefined) return undefined
  const { op, ins, attrs } = eqn
  if (op === 'slice' && attrs.axis === axis && rowsOf(view, ins[0]) === axis) {
    const [of] = ins
    const size = of.shape[fromEnd(axis, of.shape.length)]
    return { of, own: ones, placed: (b, own) => b.emitLike('pad', [own], { axis, start: attrs.start, size }) }
  }
  if (op === 'where') {
    const [yes, no] = ins.slice(1).map(v => view.uniform(v) === 0)
    const part = yes === no ? undefined : partOf(view, ins[yes ? 2 : 1], axis, depth + 1)
    const zero = (b: Builder): Value => constantLike(b, 0, elements)
    return (
      part && {
        ...part,
        own: b => b.emit('where', yes ? [ins[0], zero(b), part.own(b)] : [ins[0], part.own(b), zero(b)]),
      }
    )
  }
  if (op === 'mul') {
    const flag = ins.findIndex(v => isFlag(view, v))
    const part = flag < 0 ? undefined : partOf(view, ins[1 - flag], axis, depth + 1)
    return part && { ...part, own: b => b.emit('mul', [ins[flag], part.own(b)]) }
  }
  return undefined
}

/** Tells whether a value is a bool as a number, repeated or not. */
function isFlag(view: View, value: Value): boolean {
  const eqn = view.producer(lookThrough(value, view.producer, isRepeat))
  return eqn?.op === 'real' && eqn.ins[0].dtype === 'bool'
}

/** The axis, counted from the end, along which a value holds whole rows of a softmax, moved along other axes only. */
function rowsOf(view: View, value: Value): number | undefined {
  const found = new Map<number, number | undefined>()
  const behind = (v: View, x: Value, depth: number): number | undefined => {
    if (depth > deepest) return undefined
    if (!found.has(x.id))
      found.set(
        x.id,
        rowsBehind(v, x, (y, w = v) => behind(w, y, depth + 1)),
      )
    return found.get(x.id)
  }
  return behind(view, value, 0)
}

function rowsBehind(
  view: View,
  value: Value,
  behind: (value: Value, view?: View) => number | undefined,
): number | undefined {
  const eqn = view.producer(value)
  if (eqn === undefined) {
    const outer = view.outside(value)
    const axis = outer && behind(outer.value, outer.view)
    return axis !== undefined && axis >= -value.shape.length ? axis : undefined
  }
  const { op, ins, attrs, body } = eqn
  if (op === 'softmax') return numberOf(attrs.axis)
  if (body !== undefined) {
    const inner = stepResult(eqn, body, value)
    return inner && behind(inner, viewOfBlock(body, operandsOutside(view, eqn)))
  }
  const parts = op === 'where' ? ins.slice(1) : ins.slice(0, movedOperands(op))
  const [axis, ...others] = parts.map(v => behind(v))
  if (axis === undefined || others.some(other => other !== axis)) return undefined
  if (op !== 'where') return ops.get(op)?.moves?.axisAfter(axis, eqn)
  // The test must be the same for the whole row.
  const test = view.producer(ins[0])
  return test?.op === 'broadcast' && numbersOf(test.attrs.at).includes(axis) ? axis : undefined
}

/** Tells whether two values are the same, or computed alike from the same values within ten steps. */
function alike(view: View, x: Value, y: Value, depth = 0): boolean {
  if (x.id === y.id) return true
  const [a, b] = [view.producer(x), view.producer(y)]
  if (a === undefined || b === undefined || depth > 10) return false
  if (a.op !== b.op || a.body !== undefined || a.ins.length !== b.ins.length) return false
  return (
    JSON.stringify(a.attrs) === JSON.stringify(b.attrs) && a.ins.every((v, i) => alike(view, v, b.ins[i], depth + 1))
  )
}
