// Gradient clipping, before the optimizer, as equations of the training graph.
import { type Builder, constantLike, fill, reshape, scalar } from '../ir/builder.ts'
import type { Clip } from '../ir/clip.ts'
import { constant, product } from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'

/**
 * Scales gradients down before their norm, so that even a memory full of the largest numbers has a finite norm. The underflow is
 * far below any limit.
 */
const shrink = 2 ** -24

/** Clips by joint norm, by the norm of each parameter (Pascanu et al. 2013), or by value. */
export function clipGradients(
  b: Builder,
  gradients: ReadonlyMap<string, Value>,
  clip: Clip,
): ReadonlyMap<string, Value> {
  const map = (cut: (g: Value) => Value): Map<string, Value> =>
    new Map([...gradients].map(([name, g]) => [name, cut(g)]))
  const small = (g: Value): Value => b.emit('mul', [g, constantLike(b, shrink, g)])
  /** Scales to the limit where the norm exceeds it. Divides by the norm first, as limit / norm might underflow. */
  const scaleTo = (g: Value, norm: Value): Value => {
    const beyond = fill(b, b.emit('lt', [scalar(b, clip.limit * shrink), norm]), g.shape)
    const direction = b.emit('div', [small(g), fill(b, norm, g.shape)])
    return b.emit('where', [beyond, b.emit('mul', [direction, constantLike(b, clip.limit, g)]), g])
  }
  switch (clip.by) {
    case 'value':
      return map(g =>
        b.emit('max', [b.emit('min', [g, constantLike(b, clip.limit, g)]), constantLike(b, -clip.limit, g)]),
      )
    case 'norm':
      return map(g => scaleTo(g, normOf(b, small(g))))
    case 'global_norm': {
      const norms = [...gradients.values()].map(g => reshape(b, normOf(b, small(g)), [constant(1)]))
      if (norms.length === 0) return gradients
      const all = b.emit('concat', norms, { axis: -1 })
      const norm = b.emit('norm', [all], { axes: [-1] }, { hint: 'gradient_norm' })
      return map(g => scaleTo(g, norm))
    }
  }
}

/** The norm of the gradients of all parameters together, a scalar. */
export function jointNorm(b: Builder, gradients: ReadonlyMap<string, Value>): Value {
  const norms = [...gradients.values()].map(g => reshape(b, normOf(b, g), [constant(1)]))
  return norms.length === 0 ? scalar(b, 0) : b.emit('norm', [b.emit('concat', norms, { axis: -1 })], { axes: [-1] })
}

/** The norm of all elements, a scalar. */
const normOf = (b: Builder, g: Value): Value => b.emit('norm', [reshape(b, g, [product(g.shape)])], { axes: [-1] })
