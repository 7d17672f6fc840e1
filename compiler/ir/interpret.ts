// The interpreter: the oracle. Runs a graph in float64, one equation at a time, by each op's reference rule.
import type { NdArray } from './array.ts'
import { type Context, opOf } from './builder.ts'
import { type Dim, evaluate, type Sizes } from './dim.ts'
import type { Attr, Block, Eqn, Value } from './graph.ts'
import { isDim, isDims } from './ops/attributes.ts'

/** A step of a loop around an equation. */
export interface LoopStep {
  readonly scan: Eqn
  readonly step: number
}

/** Called after each equation, inside loops at each step; returns the arrays to use as its results. */
export type Observer = (
  eqn: Eqn,
  ins: readonly NdArray[],
  results: readonly NdArray[],
  /** Outermost first. */
  loops: readonly LoopStep[],
) => readonly NdArray[]

/**
 * Runs a block on arguments in the order of its parameters, and returns its results. Throws a plain Error if an argument's shape is not
 * its parameter's, or a size symbol has no number.
 */
export const interpret = (
  context: Context,
  block: Block,
  args: readonly NdArray[],
  sizes: Sizes,
  observe: Observer = (_, __, results) => results,
): readonly NdArray[] => runBlock({ context, sizes, observe }, block, args, [])

/** A run, as all its blocks share it. */
interface Run {
  readonly context: Context
  readonly sizes: Sizes
  readonly observe: Observer
}

/** Runs a block inside loops, of which the innermost comes last. */
function runBlock(run: Run, block: Block, args: readonly NdArray[], loops: readonly LoopStep[]): readonly NdArray[] {
  const { context, sizes } = run
  const values = new Map<number, NdArray>()
  const bind = (value: Value, array: NdArray): void => {
    const shape = value.shape.map(d => evaluate(d, sizes))
    if (shape.join() !== array.shape.join()) {
      throw new Error(`${value.hint || `%${value.id}`} should be [${shape}] and is [${array.shape}]`)
    }
    values.set(value.id, array)
  }
  const get = (value: Value): NdArray => {
    const array = values.get(value.id)
    if (array === undefined) throw new Error(`%${value.id} (${value.hint}) is used before its definition`)
    return array
  }
  block.params.forEach((param, i) => {
    bind(param, args[i])
  })
  for (const eqn of block.eqns) {
    const { body } = eqn
    const ins = eqn.ins.map(get)
    const found = opOf(context, eqn.op).evaluate({
      ins,
      attrs: Object.fromEntries(Object.entries(eqn.attrs).map(([name, attr]) => [name, resolve(attr, sizes)])),
      shapes: eqn.outs.map(out => out.shape.map(d => evaluate(d, sizes))),
      run: (inner, step) => {
        if (body === undefined) throw new Error(`${eqn.op} has no body to run`)
        return runBlock(run, body, inner, [...loops, { scan: eqn, step }])
      },
    })
    const results = run.observe(eqn, ins, found, loops)
    eqn.outs.forEach((out, i) => {
      bind(out, results[i])
    })
  }
  return block.results.map(get)
}

function resolve(attr: Attr, sizes: Sizes): number | boolean | string | readonly number[] {
  const number = (d: Dim): number => evaluate(d, sizes)
  if (isDim(attr)) return number(attr)
  if (isDims(attr)) return attr.map(number)
  return attr as number | boolean | string | readonly number[] // the rest of Attr once Dims are gone
}
