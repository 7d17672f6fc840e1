// Names the indices of loops.
import { symbolsOf } from '../ir/dim.ts'
import { allEqns, type Graph } from '../ir/graph.ts'
import { isDim, isDims } from '../ir/ops/attributes.ts'

/** Returns a generator of t, t2, …, which skips size symbols of the graph. */
export function indexNames(graph: Graph): () => string {
  const eqns = [...allEqns(graph)]
  const shapes = [...graph.params, ...eqns.flatMap(e => [...e.outs, ...(e.body?.params ?? [])])].flatMap(v => v.shape)
  const attrs = eqns.flatMap(e => Object.values(e.attrs)).flatMap(a => (isDim(a) ? [a] : isDims(a) ? a : []))
  const taken = new Set([...shapes, ...attrs].flatMap(symbolsOf))
  let count = 0
  return () => {
    for (;;) {
      count++
      const name = count === 1 ? 't' : `t${count}`
      if (!taken.has(name)) return name
    }
  }
}
