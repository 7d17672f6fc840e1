// What a block costs: counted from the ops' own rules, with the trip counts of loops.
import { type Context, opOf } from './builder.ts'
import { add, constant, type Dim, multiply, product } from './dim.ts'
import { type Block, type Eqn, scanResults } from './graph.ts'
import { contractionOps } from './ops/contractions.ts'
import { isDim } from './ops/define.ts'
import { gatheredOps } from './ops/gathered.ts'

export interface Cost {
  /** Equations in the text, those of bodies counted once. */
  readonly equations: number
  /** Matrix products in the text: outside all loops, and in the bodies of scans. */
  readonly contractions: { readonly outside: number; readonly inside: number }
  /** Floating-point operations of a run: all, and those done in loops. */
  readonly flops: { readonly total: Dim; readonly inside: Dim }
}

const nothing: Cost = {
  equations: 0,
  contractions: { outside: 0, inside: 0 },
  flops: { total: constant(0), inside: constant(0) },
}

const contractions: ReadonlySet<string> = new Set([...contractionOps, ...gatheredOps].map(op => op.name))

/** The cost of a block's equations, with the bodies of its scans. */
export const cost = (context: Context, block: Block): Cost =>
  block.eqns.map(eqn => costOf(context, eqn)).reduce(plus, nothing)

function costOf(context: Context, eqn: Eqn): Cost {
  const own: Cost = {
    equations: 1,
    contractions: { outside: contractions.has(eqn.op) ? 1 : 0, inside: 0 },
    flops: { total: opOf(context, eqn.op).flops(eqn.ins, eqn.outs), inside: constant(0) },
  }
  return eqn.body === undefined ? own : plus(own, looped(cost(context, eqn.body), tripCount(eqn)))
}

/** A body's cost, all of it inside a loop of so many steps. */
function looped(body: Cost, steps: Dim): Cost {
  const flops = multiply(steps, body.flops.total)
  return {
    equations: body.equations,
    contractions: { outside: 0, inside: body.contractions.outside + body.contractions.inside },
    flops: { total: flops, inside: flops },
  }
}

function tripCount({ attrs: { length } }: Eqn): Dim {
  if (!isDim(length)) throw new Error('a body without a length')
  return length
}

const plus = (a: Cost, b: Cost): Cost => ({
  equations: a.equations + b.equations,
  contractions: {
    outside: a.contractions.outside + b.contractions.outside,
    inside: a.contractions.inside + b.contractions.inside,
  },
  flops: { total: add(a.flops.total, b.flops.total), inside: add(a.flops.inside, b.flops.inside) },
})

/** How many elements the scans of a block stack over their steps: what the backward pass keeps of the forward one, above all. */
export const savedElements = (block: Block): Dim =>
  block.eqns
    .map(eqn => {
      if (eqn.body === undefined) return constant(0)
      const stacked = scanResults(eqn)
        .ys.map(v => product(v.shape))
        .reduce(add, constant(0))
      return add(stacked, multiply(tripCount(eqn), savedElements(eqn.body)))
    })
    .reduce(add, constant(0))
