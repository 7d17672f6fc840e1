// Makes tensors of known numbers and of sizes, and converts tensors to reals.
import { scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { tensor } from './layout.ts'

/** Makes a scalar of a known number. */
export const constantTensor = (scope: Scope, value: number, dtype: DType = 'real'): Tensor =>
  tensor(scalar(scope.builder, value, dtype), [], [], { name: String(value) })

/** Makes a scalar of a size, which may be known only when the graph runs. */
export function dimTensor(scope: Scope, dim: D.Dim, dtype: DType): Tensor {
  const known = D.asNumber(dim)
  if (known !== undefined) return constantTensor(scope, known, dtype)
  const size = tensor(scope.builder.emit('size', [], { dim: D.unlabelled(dim) }), [], [], { name: D.formatLabel(dim) })
  return dtype === 'int' ? size : toReal(scope, size)
}

/** Converts a tensor of ints or bools to reals; reals stay as they are. */
export const toReal = (scope: Scope, t: Tensor): Tensor =>
  t.dtype === 'real' ? t : { ...t, dtype: 'real', coding: undefined, value: scope.builder.emit('real', [t.value]) }
