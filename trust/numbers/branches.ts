// Records which way every `max`, comparison and rounding went, and which values lay on an edge such as the root's at 0.
// Two runs with the same branches and edges lie on one smooth piece of a function.
import { type Context, createBuilder, newValue, opOf } from '../../compiler/ir/builder.ts'
import { type Block, type Eqn, type Graph, scanOperands, scanResults, type Value } from '../../compiler/ir/graph.ts'
import { isDim } from '../../compiler/ir/ops/attributes.ts'

/**
 * Adds outputs `branch:0`, `edge:1`, … to the graph: the branches taken, and whether a value was on an edge, for every element and step of
 * the values that depend on the inputs in `from`.
 */
export function withBranches(context: Context, graph: Graph, from: readonly string[]): Graph {
  const moving = new Set(from.map(name => graph.params[graph.inputs.indexOf(name)].id))
  const { block, branches } = extended(context, graph, moving)
  return {
    ...graph,
    ...block,
    results: [...graph.results, ...branches.map(b => b.value)],
    outputs: [...graph.outputs, ...branches.map(({ kind }, i) => `${kind}:${i}`)],
  }
}

/** Tells whether an output of `withBranches` is one that it has added. */
export const isBranch = (output: string): boolean => kinds.some(kind => output.startsWith(`${kind}:`))

/** Tells whether a graph that `withBranches` gave has no branches, and so is analytic except at edges. */
export const isAnalytic = ({ outputs }: Graph): boolean => !outputs.some(o => o.startsWith('branch:'))

const kinds = ['branch', 'edge'] as const

interface Branch {
  readonly kind: (typeof kinds)[number]
  readonly value: Value
}

interface Extended {
  readonly block: Block
  readonly branches: readonly Branch[]
}

/** Extends a block; `moving` starts with the parameters that move, and gets all values that depend on them. */
function extended(context: Context, block: Block, moving: Set<number>): Extended {
  const b = createBuilder(context, undefined, block)
  const branches: Branch[] = []
  block.eqns.forEach((eqn, place) => {
    if (!eqn.ins.some(v => moving.has(v.id))) return
    if (eqn.body !== undefined) {
      const scan = scanWithBranches(context, eqn, eqn.body, moving)
      if (scan.stacked.length > 0) b.replace(place, scan.eqn)
      for (const branch of scan.stacked) branches.push(branch)
      return
    }
    for (const out of eqn.outs) moving.add(out.id)
    const op = opOf(context, eqn.op)
    for (const kind of kinds) {
      const value = op[kind]?.(b, eqn.ins, eqn.attrs)
      if (value !== undefined) branches.push({ kind, value })
    }
  })
  return { block: b.finish(block.results), branches }
}

function scanWithBranches(
  context: Context,
  eqn: Eqn,
  body: Block,
  moving: Set<number>,
): { readonly eqn: Eqn; readonly stacked: readonly Branch[] } {
  const { length } = eqn.attrs
  if (!isDim(length)) throw new Error('a scan has a length')
  const entering = new Set(body.params.filter((_, i) => moving.has(eqn.ins[i].id)).map(p => p.id))
  const { carries } = scanOperands(eqn, body.params)
  const leaving = scanResults(eqn, body.results).carries
  let inside = new Set(entering)
  let result = extended(context, body, inside)
  // A carry that moves as it leaves a step also moves as it enters the next.
  while (carries.some((c, i) => inside.has(leaving[i].id) && !entering.has(c.id))) {
    carries.forEach((c, i) => {
      if (inside.has(leaving[i].id)) entering.add(c.id)
    })
    inside = new Set(entering)
    result = extended(context, body, inside)
  }
  const { block, branches } = result
  body.results.forEach((r, i) => {
    if (inside.has(r.id)) moving.add(eqn.outs[i].id)
  })
  const inner = branches.map(b => b.value)
  const stacked = inner.map(v => newValue(context, { dtype: v.dtype, shape: [length, ...v.shape] }, v))
  return {
    eqn: { ...eqn, outs: [...eqn.outs, ...stacked], body: { ...block, results: [...block.results, ...inner] } },
    stacked: stacked.map((value, i) => ({ kind: branches[i].kind, value })),
  }
}
