// Clipping: gradients cut before the optimizer sees them, as more equations of the training graph.
import type { Clip } from '../check/signature.ts'
import { type Builder, constantLike, fill, reshape, scalar } from '../ir/builder.ts'
import { product } from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'

/** By joint norm, by the norm of each parameter (Pascanu et al. 2013), or by value. */
export function clipGradients(
  b: Builder,
  gradients: ReadonlyMap<string, Value>,
  clip: Clip,
): ReadonlyMap<string, Value> {
  const limit = scalar(b, clip.limit)
  const scaleTo = (g: Value, norm: Value): Value => {
    // limit / max(norm, limit) is 1 where the norm is small enough.
    const factor = b.emit('div', [limit, b.emit('max', [norm, limit])])
    return b.emit('mul', [g, fill(b, factor, g.shape)])
  }
  const map = (cut: (g: Value) => Value): Map<string, Value> =>
    new Map([...gradients].map(([name, g]) => [name, cut(g)]))
  switch (clip.by) {
    case 'value':
      return map(g =>
        b.emit('max', [b.emit('min', [g, constantLike(b, clip.limit, g)]), constantLike(b, -clip.limit, g)]),
      )
    case 'norm':
      return map(g => scaleTo(g, b.emit('sqrt', [squares(b, g)])))
    case 'global_norm': {
      const sums = [...gradients.values()].map(g => squares(b, g))
      if (sums.length === 0) return gradients
      const norm = b.emit('sqrt', [sums.reduce((x, y) => b.emit('add', [x, y]))], {}, { hint: 'gradient_norm' })
      return map(g => scaleTo(g, norm))
    }
  }
}

/** The sum of squares of all elements, a scalar. */
function squares(b: Builder, g: Value): Value {
  const flat = reshape(b, g, [product(g.shape)])
  return b.emit('sum', [b.emit('mul', [flat, flat])], { axes: [-1] })
}
