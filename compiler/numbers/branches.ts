// Which way every `max`, comparison and rounding went: two runs with the same branches lie on one smooth piece of a function.
import { type Context, createBuilder, newValue, opOf } from '../ir/builder.ts'
import type { Block, Eqn, Graph, Value } from '../ir/graph.ts'
import { isDim } from '../ir/ops/define.ts'

/** The graph with further outputs `branch:0`, `branch:1`, …: the branches taken, for every element and step. */
export function withBranches(context: Context, graph: Graph): Graph {
  const { block, branches } = extended(context, graph)
  return {
    ...graph,
    ...block,
    results: [...graph.results, ...branches],
    outputs: [...graph.outputs, ...branches.map((_, i) => `branch:${i}`)],
  }
}

function extended(context: Context, block: Block): { block: Block; branches: readonly Value[] } {
  const b = createBuilder(context, undefined, block)
  const branches: Value[] = []
  block.eqns.forEach((eqn, place) => {
    if (eqn.body !== undefined) {
      const { eqn: scan, stacked } = scanWithBranches(context, eqn, eqn.body)
      if (stacked.length > 0) b.replace(place, scan)
      branches.push(...stacked)
    }
    const { branch } = opOf(context, eqn.op)
    if (branch !== undefined) branches.push(branch(b, eqn.ins, eqn.attrs))
  })
  return { block: b.finish(block.results), branches }
}

function scanWithBranches(context: Context, eqn: Eqn, body: Block): { eqn: Eqn; stacked: readonly Value[] } {
  const { length } = eqn.attrs
  if (!isDim(length)) throw new Error('a scan has a length')
  const { block, branches } = extended(context, body)
  const stacked = branches.map(v => newValue(context, { dtype: v.dtype, shape: [length, ...v.shape] }, v))
  return {
    eqn: { ...eqn, outs: [...eqn.outs, ...stacked], body: { ...block, results: [...block.results, ...branches] } },
    stacked,
  }
}
