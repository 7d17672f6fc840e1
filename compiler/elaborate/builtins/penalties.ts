// Built-in functions of weights, with which losses penalize large ones.
import { fail } from '../../../dsl/diagnostics.ts'
import { reshape } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { contract } from '../tensors/contract.ts'
import { shapeOf, tensor } from '../tensors/layout.ts'
import { numberPointwise, pointwise } from '../tensors/pointwise.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import { describeEntity, type Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'

/** Makes a function that adds up a measure of a part's matrices, or of one param. RNN210 for other values. */
const penalty = (name: string, measure: (call: Call, flat: Tensor) => Tensor): Builtin => ({
  name,
  params: 'part',
  arity: [1, 1],
  names: ['part'],
  takesAxis: false,
  apply: call => {
    const { scope, args, span } = call
    const measured = weightsOf(scope, args[0]).map(w => {
      const size = D.product(shapeOf(w.axes, w.item))
      const flat = tensor(reshape(scope.builder, w.value, [D.unlabelled(size)]), [], [size])
      return measure(call, flat)
    })
    if (measured.length > 0) return measured.reduce((x, y) => pointwise(scope, 'add', [x, y], span))
    const expected = 'a part with matrices, or a param'
    return fail('RNN210', { what: `the argument of \`${name}\``, expected, found: describeEntity(args[0]) }, { span })
  },
})

/** Lists the weights of rank 2 and up of a part and of all parts in it, or the one weight given. */
function weightsOf(scope: Scope, e: Entity): Tensor[] {
  // Takes weights alone: of a value of the data it would be a sum over examples and padding.
  if (e.kind === 'tensor') return scope.session.weights.some(w => w.value === e.value) ? [e] : []
  if (e.kind !== 'instance') return []
  const inside = [...e.parts.values(), ...e.placed.values()].filter(p => p !== e).flatMap(p => weightsOf(scope, p))
  const own = [...e.weights.values()].filter(w => w.item.length >= 2)
  return [...own.map(w => tensor(w.value, w.axes, w.item)), ...inside]
}

export const penaltyBuiltins: readonly Builtin[] = [
  /** The sum of the sizes. */
  penalty('l1', ({ scope, span }, flat) => {
    const { value } = numberPointwise(scope, 'abs', [flat], span)
    return tensor(scope.builder.emit('sum', [value], { axes: [-1] }), [], [])
  }),
  /** The sum of the squares. */
  penalty('l2', ({ scope, span }, flat) => contract(scope, flat, flat, span)),
]
