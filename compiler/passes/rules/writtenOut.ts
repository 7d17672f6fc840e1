// Replaces sigmoid and softmax written out with exponentials, which overflow in value, or in a slope of 0 · ∞.
import type { Value } from '../../ir/graph.ts'
import { fromEnd } from '../../ir/ops/attributes.ts'
import type { Rule, Site } from '../rewrite.ts'

export const writtenOutRules: readonly Rule[] = [
  {
    name: 'sigmoid-written-out',
    contract: '1 / (1 + e^x) → sigmoid(-x); e^x / (1 + e^x) → sigmoid(x)',
    ops: ['div'],
    rewrite: ({ ins: [above, below] }, site) => {
      const x = behindOnePlusExp(below, site)
      if (x === undefined) return undefined
      if (site.uniform(above) === 1) return site.builder.emit('sigmoid', [site.builder.emit('neg', [x])])
      return behindExp(above, site)?.id === x.id ? site.builder.emit('sigmoid', [x]) : undefined
    },
  },
  {
    name: 'softmax-written-out',
    contract: 'e^x / sum(e^x) along one axis → softmax(x)',
    ops: ['div'],
    rewrite: ({ ins: [above, below] }, site) => {
      const x = behindExp(above, site)
      const repeated = site.producer(below)
      const sum = repeated?.op === 'broadcast' ? site.producer(repeated.ins[0]) : undefined
      if (x === undefined || sum?.op !== 'sum' || behindExp(sum.ins[0], site)?.id !== x.id) return undefined
      const [axes, at] = [sum.attrs.axes, repeated?.attrs.at]
      if (!Array.isArray(axes) || !Array.isArray(at) || axes.length !== 1 || at.length !== 1) return undefined
      const places = [axes[0], at[0]].map(axis => (typeof axis === 'number' ? fromEnd(axis, x.shape.length) : -1))
      return places[0] === places[1]
        ? site.builder.emit('softmax', [x], { axis: places[0] - x.shape.length })
        : undefined
    },
  },
]

function behindExp(value: Value, { producer }: Site): Value | undefined {
  const eqn = producer(value)
  return eqn?.op === 'exp' ? eqn.ins[0] : undefined
}

/** The x of a value computed as 1 + e^x. */
function behindOnePlusExp(value: Value, site: Site): Value | undefined {
  const eqn = site.producer(value)
  if (eqn?.op !== 'add') return undefined
  const [left, right] = eqn.ins
  if (site.uniform(left) === 1) return behindExp(right, site)
  return site.uniform(right) === 1 ? behindExp(left, site) : undefined
}
