// fuse-biases: joins vectors added to the parts of a product into one vector, added to the whole; so its gradient is one sum too.
import { type Dim, endToEnd, equal } from '../ir/dim.ts'
import { type Block, type Eqn, makersOf } from '../ir/graph.ts'
import { isDim } from '../ir/ops/attributes.ts'
import { type Fusion, fuseAll, width } from './fuse.ts'
import type { Pass } from './pass.ts'

export const fuseBiases: Pass = {
  name: 'fuse-biases',
  contract: 'no value is cut into slices that are each only added to a vector',
  run: (context, block) => fuseAll(context, block, biases),
}

/** Finds slices that tile a value and are each only added to a repeated vector: the biases of a product's gates. */
function biases(block: Block): Fusion[] {
  const makers = makersOf(block.eqns)
  const uses = new Map<number, Eqn[]>()
  for (const eqn of block.eqns) {
    for (const v of new Set(eqn.ins)) {
      const of = uses.get(v.id)
      if (of === undefined) uses.set(v.id, [eqn])
      else of.push(eqn)
    }
  }
  const isResult = new Set(block.results.map(v => v.id))
  const slices = block.eqns.filter(e => e.op === 'slice' && e.attrs.axis === -1)
  return [...Map.groupBy(slices, e => e.ins[0].id).values()].flatMap((all): Fusion[] => {
    const [source] = all[0].ins
    const parts = tiles(all, width(source))
    if (parts === undefined) return []
    const sums = parts.map(({ outs: [part] }) => {
      const [use, ...others] = uses.get(part.id) ?? []
      const other =
        use?.op === 'add' && others.length === 0 && !isResult.has(part.id) ? use.ins.filter(v => v !== part) : []
      const repeated = other.length === 1 ? makers.get(other[0].id) : undefined
      const vector = repeated?.op === 'broadcast' ? repeated.ins[0] : undefined
      return vector?.shape.length === 1 && equal(vector.shape[0], part.shape[part.shape.length - 1])
        ? { use, vector }
        : undefined
    })
    const found = sums.filter(s => s !== undefined)
    if (found.length < parts.length) return []
    const { shape } = source
    const at = shape.slice(0, -1).map((_, d) => d - shape.length)
    return [
      {
        members: found.map(s => s.use),
        parts: found.map(s => s.vector),
        emit: (b, joined) => b.emit('add', [source, b.emit('broadcast', [joined], { at, sizes: shape.slice(0, -1) })]),
        axis: -1,
      },
    ]
  })
}

/** The slices in the order in which they tile a dimension of that size; undefined if they do not, or one does alone. */
function tiles(slices: readonly Eqn[], size: Dim): readonly Eqn[] | undefined {
  const placed = slices.flatMap(eqn =>
    isDim(eqn.attrs.start) ? [{ eqn, start: eqn.attrs.start, size: width(eqn.outs[0]) }] : [],
  )
  const ordered = endToEnd(placed, p => p, size)
  return ordered !== undefined && ordered.length > 1 && ordered.length === slices.length
    ? ordered.map(p => p.eqn)
    : undefined
}
