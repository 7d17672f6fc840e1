// Typed operations: each checks items and axes, puts its operands on common axes, and emits the equations.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { broadcast, fill, reshape as reshapeValue, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { DType, Value } from '../../ir/graph.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import {
  type Axis,
  baseOf,
  type Cause,
  formatAxes,
  formatBoth,
  formatItem,
  joinFacts,
  noFacts,
  onlyElement,
  sameItem,
  type Tensor,
} from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'

/** Makes a tensor from a graph value. */
export function tensor(
  value: Value,
  axes: readonly Axis[],
  item: readonly D.Dim[],
  rest: Partial<Tensor> = {},
): Tensor {
  return {
    kind: 'tensor',
    value,
    dtype: value.dtype,
    item,
    axes,
    reversed: [],
    facts: noFacts,
    name: value.hint,
    ...rest,
  }
}

/** Gives the shape of the graph value that holds an item over axes. */
export const shapeOf = (axes: readonly Axis[], item: readonly D.Dim[]): D.Dim[] =>
  [...axes.map(a => a.size), ...item].map(D.unlabelled)

/** Gives the dimension of an axis, counted from the end of the graph value, so negative. */
export const placeOf = (t: Tensor, axis: Axis): number => t.axes.indexOf(axis) - t.axes.length - t.item.length

/** Lists the axes that the scope sees; operations are mapped over the others. */
export function visibleAxes(scope: Scope, t: Tensor): Axis[] {
  const named = new Set([...scope.axes.values()].map(baseOf))
  return t.axes.filter(a => !a.batch && named.has(baseOf(a)))
}

// ---- constants

export const constantTensor = (scope: Scope, value: number, dtype: DType = 'real'): Tensor =>
  tensor(scalar(scope.builder, value, dtype), [], [], { name: String(value) })

export function dimTensor(scope: Scope, dim: D.Dim, dtype: DType): Tensor {
  const known = D.asNumber(dim)
  if (known !== undefined) return constantTensor(scope, known, dtype)
  const size = tensor(scope.builder.emit('size', [], { dim: D.unlabelled(dim) }), [], [], { name: D.formatLabel(dim) })
  return dtype === 'int' ? size : toReal(scope, size)
}

export const toReal = (scope: Scope, t: Tensor): Tensor =>
  t.dtype === 'real' ? t : { ...t, dtype: 'real', coding: undefined, value: scope.builder.emit('real', [t.value]) }

// ---- axes

/** Carries out every pending `reverse` of these axes. */
export function inOrder(scope: Scope, t: Tensor, axes: readonly Axis[] = t.reversed): Tensor {
  return axes.reduce((x, axis) => (x.reversed.includes(axis) ? turnRound(scope, x, axis) : x), t)
}

function turnRound(scope: Scope, given: Tensor, axis: Axis): Tensor {
  // A value of weights alone has no batch axis, but the lengths of its axis may differ from example to example.
  const [t, length] = commonOrder(scope, [given, lengthOf(scope, axis)])
  const axes = joinAxes([t, length])
  const rest = axes.filter(a => a !== axis)
  const x = { ...t, axes, value: expand(scope, t, axes, t.item) }
  const attrs = { axis: placeOf(x, axis), tail: t.item.length }
  const value = scope.builder.emit('reverse', [x.value, expand(scope, length, rest, [])], attrs)
  return { ...x, value, reversed: t.reversed.filter(a => a !== axis) }
}

/** Brings tensors to one order along each axis that several share: it stays reversed only if it is so in all that have it. */
export function commonOrder(scope: Scope, tensors: readonly Tensor[]): readonly Tensor[] {
  const mixed = tensors.flatMap(t =>
    t.reversed.filter(a => tensors.some(u => u.axes.includes(a) && !u.reversed.includes(a))),
  )
  // Checks again, as carrying out one `reverse` may put another axis in order.
  return mixed.length === 0
    ? tensors
    : commonOrder(
        scope,
        tensors.map(t => inOrder(scope, t, mixed)),
      )
}

/** Lists the axes of several tensors in one order: first those of the tensor with most axes, the batch last. */
export function joinAxes(tensors: readonly { axes: readonly Axis[] }[]): Axis[] {
  const bySize = [...tensors].sort((a, b) => b.axes.length - a.axes.length)
  const all = [...new Set(bySize.flatMap(t => t.axes))]
  return [...all.filter(a => !a.batch), ...all.filter(a => a.batch)]
}

/** Lays the graph value of a tensor out over `axes` and `item` (its own item, or a scalar stretched to it). */
export function expand(scope: Scope, t: Tensor, axes: readonly Axis[], item: readonly D.Dim[]): Value {
  const b = scope.builder
  const own = axes.filter(a => t.axes.includes(a))
  if (own.length !== t.axes.length) throw new Error(`cannot lay ${t.name} out over ${formatAxes(axes)}`)
  const rank = own.length + t.item.length
  const order = [...own.map(a => t.axes.indexOf(a)), ...t.item.map((_, i) => own.length + i)].map(i => i - rank)
  const sorted = order.every((o, i) => o === i - rank) ? t.value : b.emit('transpose', [t.value], { order })
  const stretched = t.item.length === 0 ? item : []
  const width = axes.length + item.length
  const missing = [
    ...axes.flatMap((a, i) => (t.axes.includes(a) ? [] : [{ at: i - width, size: a.size }])),
    ...stretched.map((size, i) => ({ at: axes.length + i - width, size })),
  ]
  return broadcast(
    b,
    sorted,
    missing.map(m => m.at),
    missing.map(m => D.unlabelled(m.size)),
  )
}

/** Throws RNN211 unless one operand's visible axes contain all the others', and RNN212 if a target would be repeated. */
export function checkAxes(scope: Scope, tensors: readonly Tensor[], span: Span): void {
  const seen = tensors.map(t => visibleAxes(scope, t))
  const largest = seen.reduce((a, b) => (b.length > a.length ? b : a), [])
  const largestTensor = tensors[seen.indexOf(largest)]
  seen.forEach((axes, i) => {
    const extra = axes.filter(a => !largest.includes(a))
    if (extra.length > 0) {
      fail(
        'RNN211',
        { left: formatAxes(largest), right: formatAxes(axes), value: quoted(tensors[i].name, 'it') },
        {
          span,
          caret: `${quoted(largestTensor.name, 'one side')} is over ${formatAxes(largest)}, ${quoted(tensors[i].name, 'the other')} over ${formatAxes(axes)}`,
          ...sameBaseHint(largest, extra),
        },
      )
    }
    const [target] = tensors[i].facts.targets
    if (target !== undefined && axes.length < largest.length) {
      const [axis] = largest.filter(a => !axes.includes(a))
      const value = quoted(largestTensor.name || (scope.call?.argument ?? ''), 'the value')
      fail('RNN212', { value, axis: axis.name, target }, { span })
    }
  })
}

/** Suggests a remedy if two different axes derive from one. */
export function sameBaseHint(some: readonly Axis[], others: readonly Axis[]): { help?: string } {
  const pairs = others.flatMap(a => some.filter(b => baseOf(a) === baseOf(b)).map(b => [a, b]))
  if (pairs.length === 0) return {}
  const [[a, b]] = pairs
  const shortened = [a, b].some(x => x.dropped !== undefined)
  const base = baseOf(a).name
  return {
    help: shortened
      ? `shorten both sides: \`drop_first\` and \`drop_last\` of values over ${base} are over the same axis`
      : `${a.name} and ${b.name} have different lengths: apply the same operation to both sides, or first reduce ${base}`,
  }
}

export const cause = (operation: string, span: Span, t: Tensor): Cause => ({
  through: [],
  operation,
  span,
  value: quoted(t.name, 'its argument'),
})

// ---- lengths and masks

/** Gives the number of valid elements of an axis: an int, for each example if the axis is ragged; of a stream, the elements so far. */
export function lengthOf(scope: Scope, axis: Axis): Tensor {
  const places = scope.session.stream?.places.get(axis)
  if (places === undefined) return axis.lengths ?? dimTensor(scope, axis.size, 'int')
  const b = homeOf(scope, places.value)
  const last = lastOf({ ...scope, builder: b }, places, axis)
  const after = b.emit('add', [last.value, fill(b, scalar(b, 1, 'int'), last.value.shape)])
  const none = fill(b, scalar(b, 0, 'int'), last.value.shape)
  return { ...last, value: axis.dropped === undefined ? after : b.emit('max', [after, none]) }
}

/** Tells whether an axis is that of a stream, or a shortened form of it. */
export const isStreamed = (scope: Scope, axis: Axis): boolean => scope.session.stream?.places.has(axis) ?? false

/** Gives the place of each element of an axis in its sequence, from 0: an int, over the batch too in a stream. */
export const placesOf = (scope: Scope, axis: Axis): Tensor =>
  scope.session.stream?.places.get(axis) ??
  tensor(scope.builder.emit('iota', [], { size: D.unlabelled(axis.size) }), [axis], [])

/** Takes the last of all elements of an axis that has at least one, padding or not. */
export function lastOf(scope: Scope, t: Tensor, axis: Axis): Tensor {
  const attrs = {
    axis: placeOf(t, axis),
    start: D.subtract(D.unlabelled(axis.size), D.constant(1)),
    size: D.constant(1),
  }
  const axes = t.axes.filter(a => a !== axis)
  const value = reshapeValue(scope.builder, scope.builder.emit('slice', [t.value], attrs), shapeOf(axes, t.item))
  return { ...t, axes, value }
}

/** Gives the mask of the valid elements of an axis; undefined if all are valid. */
export function maskOf(scope: Scope, axis: Axis): Tensor | undefined {
  const { lengths } = axis
  const places = scope.session.stream?.places.get(axis)
  const make =
    lengths !== undefined
      ? () => within(scope, axis, lengths)
      : places !== undefined && axis.dropped !== undefined
        ? () => begun(scope, places)
        : undefined
  if (make === undefined) return undefined
  const mask = scope.session.masks.get(axis) ?? make()
  scope.session.masks.set(axis, mask)
  return mask
}

/** Tells where a shortened axis of a stream has begun: its places are not negative there. */
function begun(scope: Scope, places: Tensor): Tensor {
  const b = homeOf(scope, places.value)
  const zero = fill(b, scalar(b, 0, 'int'), places.value.shape)
  return {
    ...places,
    dtype: 'bool',
    value: b.emit('le', [zero, places.value], {}, { hint: 'begun', masksPadding: true }),
  }
}

/** Tells which elements of an axis are within its lengths. */
function within(scope: Scope, axis: Axis, lengths: Tensor): Tensor {
  const b = homeOf(scope, lengths.value)
  const home = { ...scope, builder: b }
  const axes = [axis, ...lengths.axes]
  const positions = tensor(b.emit('iota', [], { size: axis.size }, { hint: 'position' }), [axis], [])
  const value = b.emit(
    'lt',
    [expand(home, positions, axes, []), expand(home, lengths, axes, [])],
    {},
    {
      hint: `valid_${axis.name}`,
      masksPadding: true,
    },
  )
  return tensor(value, axes, [], { reversed: lengths.reversed })
}

/** Puts `padding` in place of the elements outside the lengths of `axes`. */
export function masked(scope: Scope, t: Tensor, axes: readonly Axis[], padding: number): Tensor {
  let result = t
  for (const axis of axes) {
    const inner = maskOf(scope, axis)
    if (inner === undefined) continue
    // Uses one mask for both orders: reversed or not, the valid elements of the axis lie in the same places.
    const alike = result.reversed.includes(axis) ? { ...inner, reversed: [...inner.reversed, axis] } : inner
    const [x, mask] = commonOrder(scope, [result, alike])
    const all = joinAxes([x, mask])
    const like = expand(scope, x, all, t.item)
    const test = expand(scope, mask, all, t.item)
    const blank = fill(scope.builder, scalar(scope.builder, padding, t.dtype), like.shape)
    result = { ...x, axes: all, value: scope.builder.emit('where', [test, like, blank]) }
  }
  return result
}

// ---- pointwise

/** Emits one pointwise op: items must be equal or scalars, axes contained in one another. */
export function pointwise(
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor {
  const shaped = commonItem(operands, span, shown)
  checkAxes(scope, operands, span)
  const ordered = commonOrder(scope, operands)
  const axes = joinAxes(ordered)
  const value = scope.builder.emit(
    op,
    ordered.map(t => expand(scope, t, axes, shaped.item)),
  )
  return tensor(value, axes, shaped.item, {
    reversed: [...new Set(ordered.flatMap(t => t.reversed))],
    facts: joinFacts(ordered),
    name: '',
  })
}

/** Finds the operand whose item all others have, unless they are scalars; throws RNN203 if there is none. */
export function commonItem(operands: readonly Tensor[], span: Span, shown: string): Tensor {
  const shaped = operands.find(t => t.item.length > 0) ?? operands[0]
  for (const t of operands) {
    if (t.item.length > 0 && !sameItem(t.item, shaped.item)) {
      fail(
        'RNN203',
        { operation: shown, left: formatBoth(shaped.item), right: formatBoth(t.item) },
        {
          span,
          caret: `${quoted(shaped.name, 'one side')} is ${formatItem(shaped)}, ${quoted(t.name, 'the other')} is ${formatItem(t)}`,
          ...onlyElement(t.item, shaped),
          ...onlyElement(shaped.item, t),
          ...matrixProduct(shown, shaped, t),
        },
      )
    }
  }
  return shaped
}

/** Advice where `*` stands between a matrix and what it could multiply. */
function matrixProduct(shown: string, a: Tensor, b: Tensor): { help?: string } {
  const fits = a.item.length === 2 && b.item.length > 0 && D.equal(a.item[1], b.item[0])
  if (shown !== '*' || !fits) return {}
  return { help: `the product of a matrix is written with @: \`${a.name || 'W'} @ ${b.name || 'x'}\`` }
}

/** As `pointwise`, with the operands converted to reals. */
export const realPointwise = (
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor =>
  pointwise(
    scope,
    op,
    operands.map(t => toReal(scope, t)),
    span,
    shown,
  )

/** As `pointwise`, for numbers: converts ints to reals only if the types of the operands differ. */
export function numberPointwise(
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor {
  const bool = operands.find(t => t.dtype === 'bool')
  if (bool !== undefined)
    fail(
      'RNN216',
      { what: `\`${shown}\``, expected: 'numbers', found: 'a bool' },
      { span, help: 'convert it with `real(…)`' },
    )
  const mixed = operands.some(t => t.dtype !== operands[0].dtype)
  return pointwise(scope, op, mixed ? operands.map(t => toReal(scope, t)) : operands, span, shown)
}

// ---- contractions

/** Emits `left @ right`, which contracts the last dim of the left item with the first of the right one. */
export function contract(scope: Scope, left: Tensor, right: Tensor, span: Span): Tensor {
  const [p, q] = [left.item.length, right.item.length]
  for (const t of [left, right]) {
    if (t.item.length < 1 || t.item.length > 2) {
      fail(
        'RNN229',
        { operation: '`@`', expected: 'a vector or a matrix on each side', found: formatItem(t) },
        { span },
      )
    }
  }
  if (!D.equal(left.item[p - 1], right.item[0])) {
    fail(
      'RNN201',
      {
        left: quoted(left.name, 'the left side'),
        right: quoted(right.name, 'the right side'),
        leftType: formatBoth(left.item),
        rightType: formatBoth(right.item),
        leftDim: D.format(left.item[p - 1]),
        rightDim: D.format(right.item[0]),
      },
      { span, ...transposedHint(left, right) },
    )
  }
  checkAxes(scope, [left, right], span)
  const [a, b] = commonOrder(scope, [toReal(scope, left), toReal(scope, right)])
  const item = [...left.item.slice(0, -1), ...right.item.slice(1)]
  const reversed = [...new Set([...a.reversed, ...b.reversed])]
  const done = (value: Value, axes: readonly Axis[]): Tensor =>
    tensor(reshapeValue(scope.builder, value, shapeOf(axes, item)), axes, item, {
      reversed,
      facts: joinFacts([a, b]),
      name: '',
    })

  const emit = scope.builder.emit
  if (a.axes.length === 0 && b.axes.length > 0) {
    const weight = p === 2 ? a.value : emit('reshape', [a.value], { shape: [D.constant(1), D.unlabelled(a.item[0])] })
    if (q === 1) return done(emit('matmul', [b.value, weight]), b.axes)
    const columns = emit('matmul', [emit('transpose', [b.value], { order: [-1, -2] }), weight])
    return done(emit('transpose', [columns], { order: [-1, -2] }), b.axes)
  }
  if (b.axes.length === 0 && a.axes.length > 0) {
    if (q === 2) return done(emit('matmulT', [a.value, b.value]), a.axes)
    const weight = emit('reshape', [b.value], { shape: [D.constant(1), D.unlabelled(b.item[0])] })
    return done(emit('matmul', [a.value, weight]), a.axes)
  }
  const axes = joinAxes([a, b])
  const matrix = (t: Tensor, shape: readonly D.Dim[]): Value =>
    reshapeValue(scope.builder, expand(scope, t, axes, t.item), shapeOf(axes, shape))
  const l = matrix(a, p === 2 ? a.item : [D.constant(1), a.item[0]])
  const r = matrix(b, q === 2 ? b.item : [b.item[0], D.constant(1)])
  return done(emit('bmm', [l, r], { ta: false, tb: false }), axes)
}

function transposedHint(left: Tensor, right: Tensor): { help?: string } {
  const fits = left.name !== '' && left.item.length === 2 && D.equal(left.item[0], right.item[0])
  if (!fits) return {}
  const [rows, columns] = left.item.map(D.formatLabel)
  return { help: `to map ${rows} to ${columns}, declare \`${left.name}: [${columns}, ${rows}]\`` }
}

// ---- items

/** Reshapes the item of a tensor, with the same elements. */
export function withItem(scope: Scope, t: Tensor, item: readonly D.Dim[]): Tensor {
  return { ...t, item, value: reshapeValue(scope.builder, t.value, shapeOf(t.axes, item)) }
}

/** Emits `[a, b, …]`: joins vectors end to end, a scalar as one element. */
export function join(scope: Scope, parts: readonly Tensor[], span: Span): Tensor {
  for (const t of parts) {
    if (t.item.length > 1) fail('RNN219', { value: quoted(t.name, 'this'), found: formatItem(t) }, { span })
  }
  checkAxes(scope, parts, span)
  const dtype = parts.every(t => t.dtype === parts[0].dtype) ? parts[0].dtype : 'real'
  const ordered = commonOrder(scope, dtype === 'real' ? parts.map(t => toReal(scope, t)) : parts)
  const axes = joinAxes(ordered)
  const vectors = ordered.map(t => (t.item.length === 1 ? t : withItem(scope, t, [D.constant(1)])))
  const values = vectors.map(t => expand(scope, t, axes, t.item))
  const value = values.length === 1 ? values[0] : scope.builder.emit('concat', values, { axis: -1 })
  const item = [vectors.map(t => t.item[0]).reduce(D.add)]
  return tensor(value, axes, item, {
    reversed: [...new Set(ordered.flatMap(t => t.reversed))],
    facts: joinFacts(ordered),
    name: '',
  })
}
