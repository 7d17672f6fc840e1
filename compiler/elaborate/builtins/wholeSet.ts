// Built-in functions over the whole data set, for metrics: each batch gives parts of a value, from which the run time computes it.
import { fail } from '../../../dsl/diagnostics.ts'
import { ancestors } from '../../ir/ancestors.ts'
import { scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { checkAxes } from '../tensors/checkAxes.ts'
import { constantTensor, dimTensor, toReal } from '../tensors/constants.ts'
import { expand, joinAxes, tensor } from '../tensors/layout.ts'
import { masked, maskOf } from '../tensors/masks.ts'
import { commonOrder, inOrder } from '../tensors/order.ts'
import { pointwise } from '../tensors/pointwise.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import type { Gathered, Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { builtin } from './builtin.ts'

/** Sums over the first dimensions of a value. */
function sumOfFirst(scope: Scope, value: Value, count: number): Value {
  const axes = Array.from({ length: count }, (_, i) => i - value.shape.length)
  return count === 0 ? value : scope.builder.emit('sum', [value], { axes })
}

/** Counts the elements of a tensor's axes that are valid, without those of its item. */
function countValid(scope: Scope, { axes }: Tensor): Value {
  const b = scope.builder
  const masks = axes.flatMap(a => maskOf(scope, a) ?? []).map(m => inOrder(scope, m))
  if (masks.length === 0) return dimTensor(scope, D.product(axes.map(a => a.size)), 'real').value
  const valid = masks.map(m => expand(scope, m, axes, [])).reduce((x, y) => b.emit('and', [x, y]))
  return sumOfFirst(scope, b.emit('real', [valid]), valid.shape.length)
}

/** Registers a value of the whole data set. */
function gather(scope: Scope, gathered: Gathered, item: readonly D.Dim[], { facts }: Tensor): Tensor {
  scope.session.gathered.push(gathered)
  return tensor(gathered.value, [], item, { facts, name: '' })
}

/** Averages over examples, valid steps and items; 0 if there are none. */
export function average(scope: Scope, given: Tensor): Tensor {
  const b = scope.builder
  const t = inOrder(scope, toReal(scope, given))
  const valid = masked(scope, t, t.axes, 0)
  const sum = sumOfFirst(scope, valid.value, valid.value.shape.length)
  const count = countOfAll(scope, valid)
  const value = b.emit('div', [sum, b.emit('max', [count, scalar(b, 1)])], {}, { hint: 'average' })
  return gather(scope, { kind: 'average', value, parts: { sum, count } }, [], t)
}

/** Counts the valid elements of a tensor, those of its item too. */
function countOfAll(scope: Scope, t: Tensor): Value {
  const isRagged = t.axes.some(a => maskOf(scope, a) !== undefined)
  if (!isRagged) return dimTensor(scope, D.product([...t.axes.map(a => a.size), ...t.item]), 'real').value
  return scope.builder.emit('mul', [countValid(scope, t), dimTensor(scope, D.product(t.item), 'real').value])
}

/** Puts a value over the examples too, in the order of its axes: one that is the same for all counts for each. */
function overExamples(scope: Scope, given: Tensor): Tensor {
  const t = inOrder(scope, toReal(scope, given))
  const axes = joinAxes([t, { axes: [scope.session.batch] }])
  return { ...t, axes, value: expand(scope, t, axes, t.item) }
}

/** Sums over examples and valid steps, each element of the item by itself. */
function total(scope: Scope, given: Tensor): Tensor {
  const t = overExamples(scope, given)
  const valid = masked(scope, t, t.axes, 0)
  const value = sumOfFirst(scope, valid.value, valid.axes.length)
  return gather(scope, { kind: 'total', value, parts: { total: value } }, t.item, t)
}

/** Sums the squares of the differences from the mean, each element of the item by itself. */
function variation({ scope, span }: Call, given: Tensor): Tensor {
  const b = scope.builder
  const t = overExamples(scope, given)
  const valid = masked(scope, t, t.axes, 0)
  const elements = countValid(scope, valid)
  const most = tensor(b.emit('max', [elements, scalar(b, 1)]), [], [])
  const sum = tensor(sumOfFirst(scope, valid.value, valid.axes.length), [], t.item)
  const mean = pointwise(scope, 'div', [sum, most], span)
  const away = pointwise(scope, 'sub', [t, mean], span)
  const squares = masked(scope, pointwise(scope, 'mul', [away, away], span), t.axes, 0)
  const value = sumOfFirst(scope, squares.value, squares.axes.length)
  return gather(scope, { kind: 'variation', value, parts: { elements, mean: mean.value, variation: value } }, t.item, t)
}

/** Gives how likely an element with label 1 has a larger score than one with another label; equal scores count by half. */
function ranking({ scope, span }: Call, score: Tensor, label: Tensor): Tensor {
  for (const t of [score, label])
    if (t.item.length > 0)
      fail('RNN229', { operation: '`ranking`', expected: 'one score and one label', found: 'a vector' }, { span })
  checkAxes(scope, [score, label], span)
  const one = constantTensor(scope, 1)
  const isOne = pointwise(scope, 'eq', [toReal(scope, label), one], span)
  const int = (n: number): Tensor => constantTensor(scope, n, 'int')
  const places = pointwise(scope, 'where', [isOne, int(1), int(0)], span)
  const axes = joinAxes([score, places, { axes: [scope.session.batch] }])
  // An element outside of its sequence has the label -1, in the order that both values have.
  const [scores, labels] = commonOrder(scope, [toReal(scope, score), places]).map(t => inOrder(scope, t))
  const over = (t: Tensor, padding: number): Value =>
    masked(scope, { ...t, axes, value: expand(scope, t, axes, []) }, axes, padding).value
  const parts = { score: over(scores, 0), label: over(labels, -1) }
  const value = sumOfFirst(scope, parts.score, axes.length)
  return gather(scope, { kind: 'ranking', value, parts }, [], { ...score, facts: places.facts })
}

/** Makes a function of values of single examples that gives a value of the whole data set. RNN114 in a cell, RNN232 of such a value. */
const wholeSet = (
  name: string,
  params: string,
  arity: number,
  apply: (call: Call, ...args: Tensor[]) => Tensor,
): Builtin =>
  builtin(name, params, arity, (call, ...args) => {
    const { scope, span } = call
    if (scope.builder !== scope.session.root) fail('RNN114', { statement: name, place: 'a cell' }, { span })
    for (const { value } of args) {
      const behind = ancestors(scope.builder.eqns, [value])
      const whole = scope.session.gathered.find(g => behind.has(g.value.id))
      if (whole !== undefined) {
        const kind = `${whole.kind === 'average' ? 'an' : 'a'} ${whole.kind}`
        fail('RNN232', { found: `the argument is already ${kind}` }, { span })
      }
    }
    return apply(call, ...args)
  })

export const wholeSetBuiltins: readonly Builtin[] = [
  wholeSet('average', 'e', 1, ({ scope }, e) => average(scope, e)),
  wholeSet('total', 'e', 1, ({ scope }, e) => total(scope, e)),
  wholeSet('variation', 'e', 1, variation),
  wholeSet('ranking', 'score, label', 2, ranking),
]
