// Built-in functions that act on each element.
import { fail } from '../../../dsl/diagnostics.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { toReal } from '../tensors/constants.ts'
import { numberPointwise, pointwise, realPointwise } from '../tensors/pointwise.ts'
import type { Builtin } from '../values/builtinFunction.ts'
import { builtin } from './builtin.ts'

const real = (name: PlainOp): Builtin =>
  builtin(name, 'x', 1, ({ scope, span }, x) => realPointwise(scope, name, [x], span))

export const pointwiseBuiltins: readonly Builtin[] = [
  ...(['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'sin', 'cos', 'floor', 'log1p'] as const).map(real),
  ...(['abs', 'relu'] as const).map(name =>
    builtin(name, 'x', 1, ({ scope, span }, x) => numberPointwise(scope, name, [toReal(scope, x)], span)),
  ),
  builtin('where', 'test, x, y', 3, ({ scope, span }, test, x, y) => {
    if (test.dtype !== 'bool')
      fail('RNN216', { what: 'the first argument of `where`', expected: 'a bool', found: test.dtype }, { span })
    const same = x.dtype === y.dtype
    return pointwise(scope, 'where', [test, same ? x : toReal(scope, x), same ? y : toReal(scope, y)], span)
  }),
  builtin('real', 'x', 1, ({ scope }, x) => toReal(scope, x)),
  builtin('stop_gradient', 'x', 1, ({ scope, span }, x) => ({
    ...pointwise(scope, 'stop_gradient', [x], span),
    coding: x.coding,
  })),
]
