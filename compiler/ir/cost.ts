// Counts the cost of a block from the ops' own rules and the trip counts of loops.
import { type Context, opOf } from './builder.ts'
import { add, asNumber, constant, type Dim, multiply, product } from './dim.ts'
import { type Block, type Eqn, scanLength, scanResults } from './graph.ts'

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

/** Tells whether an equation is a sum of products: linear in each of two operands, and not pointwise. */
const isContraction = (context: Context, eqn: Eqn): boolean => {
  const { linear, formula } = opOf(context, eqn.op)
  return linear === 'each' && formula === undefined
}

/** Tells whether an equation adds up or compares elements, as a contraction or a reduction does: to move it out of a loop is worth memory. */
export function combines(context: Context, { op, ins, outs }: Eqn): boolean {
  const { flops, formula } = opOf(context, op)
  return formula === undefined && asNumber(flops(ins, outs)) !== 0
}

/** The cost of a block's equations, with the bodies of its scans. */
export const cost = (context: Context, block: Block): Cost =>
  block.eqns.map(eqn => costOf(context, eqn)).reduce(plus, nothing)

function costOf(context: Context, eqn: Eqn): Cost {
  const own: Cost = {
    equations: 1,
    contractions: { outside: isContraction(context, eqn) ? 1 : 0, inside: 0 },
    flops: { total: opOf(context, eqn.op).flops(eqn.ins, eqn.outs), inside: constant(0) },
  }
  return eqn.body === undefined ? own : plus(own, looped(cost(context, eqn.body), scanLength(eqn)))
}

/** The cost of a body in a loop with this number of steps. */
function looped(body: Cost, steps: Dim): Cost {
  const flops = multiply(steps, body.flops.total)
  return {
    equations: body.equations,
    contractions: { outside: 0, inside: body.contractions.outside + body.contractions.inside },
    flops: { total: flops, inside: flops },
  }
}

const plus = (a: Cost, b: Cost): Cost => ({
  equations: a.equations + b.equations,
  contractions: {
    outside: a.contractions.outside + b.contractions.outside,
    inside: a.contractions.inside + b.contractions.inside,
  },
  flops: { total: add(a.flops.total, b.flops.total), inside: add(a.flops.inside, b.flops.inside) },
})

/**
 * How many elements the scans of a block stack over their steps, mostly values saved for the backward pass. A loop inside another
 * counts once, as its stacks exist for one step of the outer loop at a time.
 */
export const savedElements = (block: Block): Dim =>
  block.eqns
    .map(eqn => {
      if (eqn.body === undefined) return constant(0)
      const stacked = scanResults(eqn).ys.map(v => product(v.shape))
      return stacked.reduce(add, savedElements(eqn.body))
    })
    .reduce(add, constant(0))
