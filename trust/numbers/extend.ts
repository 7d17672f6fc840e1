// Extended numbers: computes a graph on pairs, each a value and another half beside it.
// Tangents, imaginary parts, a second place and rounding errors are four kinds of other halves, which share the code here.
import type { Algebra } from '../../compiler/ir/algebra.ts'
import {
  type Binding,
  type Builder,
  type Context,
  createBuilder,
  emitScan,
  graphAlgebra,
  newValue,
  opOf,
} from '../../compiler/ir/builder.ts'
import { type Block, type Eqn, type Graph, scanOperands, type Value } from '../../compiler/ir/graph.ts'
import { isDim } from '../../compiler/ir/ops/attributes.ts'
import type { Op } from '../../compiler/ir/ops/define.ts'

/** Pair of a value and its other half; without one, it counts as if `none` stood there. */
export interface Pair {
  readonly value: Value
  readonly beside?: Value
}

/** Some operations on pairs. */
export type Operations<Name extends keyof Algebra<Pair>> = Pick<Algebra<Pair>, Name>

/** One equation to be computed on pairs. */
export interface Site {
  readonly builder: Builder
  readonly op: Op
  readonly args: readonly Pair[]
  /** Emits the equation's op on other operands; the zeros of the one at `strong` are strong (0 · ∞ = 0), if it is given. */
  readonly emit: (ins: readonly Value[], strong?: number) => Value
  /** Gives an operand's other half, `none` made explicit; an int or a bool without one is itself. */
  readonly beside: (i: number) => Value
  /** The algebra of graph values in the shape of the result. */
  readonly algebra: Algebra<Value>
}

export interface Numbers {
  /** Name of the other half, in the names of inputs and outputs: `tangent:W`. */
  readonly name: string
  /** Other half of a value that no extended input reaches. */
  readonly none: (b: Builder, value: Value) => Value
  /** Computes an equation of one result without a body; undefined: by the op's expansion. */
  readonly apply: (site: Site) => Pair | undefined
}

/** Rules for results, by the way in which they follow their operands. */
export interface Rules {
  readonly name: string
  readonly none: Numbers['none']
  /** The algebra in which formulas are read. */
  readonly algebra: (a: Algebra<Value>) => Algebra<Pair>
  readonly together: (site: Site) => Value
  readonly each: (site: Site) => Pair
}

/** Builds numbers from rules. A result has no other half where no operand has one, or where it is not real. */
export function numbersBy({ name, none, algebra, together, each }: Rules): Numbers {
  return {
    name,
    none,
    apply: site => {
      const { op, args, emit } = site
      const values = args.map(a => a.value)
      if (args.every(a => a.beside === undefined)) return { value: emit(values) }
      if (op.formula !== undefined) return op.formula(algebra(site.algebra), args)
      if (op.linear === 'together') return { value: emit(values), beside: together(site) }
      if (op.linear === 'each') return each(site)
      if (op.expand !== undefined) return undefined
      const value = emit(values)
      if (value.dtype === 'real') throw new Error(`${name}: ${op.name} is neither linear nor expanded`)
      return { value }
    },
  }
}

/** First-order rules: the other half of a result is a sum or a move of those of its operands, or follows the product rule. */
export const firstOrder: Pick<Rules, 'together' | 'each'> = {
  together: ({ args, emit, beside }) => emit(args.map((_, i) => beside(i))),
  each: ({ args, emit, algebra }) => {
    const values = args.map(a => a.value)
    const terms = args.flatMap(({ beside }, i) => (beside ? [emit(values.with(i, beside), i)] : []))
    return { value: emit(values), beside: terms.reduce((x, y) => algebra.add(x, y)) }
  },
}

/**
 * Extends a graph to pairs: a further input `tangent:W` for each name in `from`, say, and a further output `tangent:loss` for each output
 * that they reach.
 */
export function extendGraph(context: Context, graph: Graph, numbers: Numbers, from: readonly string[]): Graph {
  const b = createBuilder(context)
  const pairs = new Map<number, Pair>()
  const names: string[] = []
  const bring = (value: Value, name: string): Value => {
    names.push(name)
    return b.param(value, { hint: name, span: value.span })
  }
  graph.params.forEach((param, i) => {
    pairs.set(param.id, { value: bring(param, graph.inputs[i]) })
  })
  for (const name of from) {
    const param = graph.params[graph.inputs.indexOf(name)]
    const { value } = pairOf(pairs, param)
    pairs.set(param.id, { value, beside: bring(param, `${numbers.name}:${name}`) })
  }
  extendEqns(b, numbers, graph.eqns, pairs)
  const results = graph.results.map(r => pairOf(pairs, r))
  const reached = results.flatMap(({ beside }, i) =>
    beside === undefined ? [] : [{ beside, name: `${numbers.name}:${graph.outputs[i]}` }],
  )
  return {
    ...b.finish([...results.map(r => r.value), ...reached.map(r => r.beside)]),
    name: graph.name,
    inputs: names,
    outputs: [...graph.outputs, ...reached.map(r => r.name)],
  }
}

function pairOf(pairs: ReadonlyMap<number, Pair>, value: Value): Pair {
  const pair = pairs.get(value.id)
  if (pair === undefined) throw new Error(`%${value.id} (${value.hint}) is used before its definition`)
  return pair
}

/** Emits the equations on pairs; `pairs` holds those of their operands, and gets those of their results. */
function extendEqns(b: Builder, numbers: Numbers, eqns: readonly Eqn[], pairs: Map<number, Pair>): void {
  for (const eqn of eqns) {
    b.note = { hint: eqn.outs[0]?.hint, span: eqn.span }
    const args = eqn.ins.map(value => pairOf(pairs, value))
    const results = eqn.op === 'scan' ? extendScan(b, numbers, eqn, args) : [extendEqn(b, numbers, eqn, args, pairs)]
    eqn.outs.forEach((out, i) => {
      pairs.set(out.id, results[i])
    })
  }
}

const besideOf = (b: Builder, numbers: Numbers, { value, beside }: Pair): Value =>
  beside ?? (value.dtype === 'real' ? numbers.none(b, value) : value)

function extendEqn(b: Builder, numbers: Numbers, eqn: Eqn, args: readonly Pair[], pairs: Map<number, Pair>): Pair {
  const op = opOf(b.context, eqn.op)
  const direct = numbers.apply({
    builder: b,
    op,
    args,
    emit: (ins, strong) => b.emit(eqn.op, ins, { ...eqn.attrs, ...(strong !== undefined && op.strong?.(strong)) }),
    beside: i => besideOf(b, numbers, args[i]),
    algebra: graphAlgebra(b, eqn.outs[0]),
  })
  if (direct !== undefined) return direct
  if (op.expand === undefined) throw new Error(`${numbers.name}: ${eqn.op} has no rule and no expansion`)
  const expansion = createBuilder(b.context, value => value)
  const result = op.expand(expansion, eqn.ins, eqn.attrs)
  extendEqns(b, numbers, expansion.eqns, pairs)
  return pairOf(pairs, result)
}

/** Extends a scan to pairs: the other halves of constants, carries and steps go along, and a carry gains one that arises on the way. */
function extendScan(b: Builder, numbers: Numbers, eqn: Eqn, args: readonly Pair[]): readonly Pair[] {
  const { body, attrs } = eqn
  if (body === undefined || !isDim(attrs.length)) throw new Error('a scan has a body and a length')
  const { carries } = scanOperands(eqn, body.params)
  const paired = new Set(body.params.filter((_, i) => args[i].beside !== undefined))
  let inside = extendBody(b, numbers, { eqn, body }, args, paired)
  for (;;) {
    const more = carries.filter((c, i) => inside.leaving[i].beside !== undefined && !paired.has(c))
    if (more.length === 0) break
    for (const carry of more) paired.add(carry)
    inside = extendBody(b, numbers, { eqn, body }, args, paired)
  }
  const { builder, leaving, ...bindings } = inside
  const steps = leaving.slice(carries.length)
  const carried = leaving.slice(0, carries.length).map(({ value, beside }, i) => ({
    value,
    ...(paired.has(carries[i]) && { beside: beside ?? numbers.none(builder, value) }),
  }))
  const flat = (pairs: readonly Pair[]): Value[] => [...pairs.map(p => p.value), ...pairs.flatMap(p => p.beside ?? [])]
  const { eqns, results } = builder.finish([...flat(carried), ...flat(steps)])
  const outs = [...emitScan(b, { length: attrs.length, reverse: attrs.reverse === true, ...bindings }, eqns, results)]
  /** Collects again the pairs that `flat` laid out. */
  const gathered = (pairs: readonly Pair[]): Pair[] => {
    const values = outs.splice(0, pairs.length)
    return pairs.map(({ beside }, i) => ({ value: values[i], ...(beside && { beside: outs.shift() }) }))
  }
  return [...gathered(carried), ...gathered(steps)]
}

/** A scan, with its body known to be there. */
interface Loop {
  readonly eqn: Eqn
  readonly body: Block
}

interface ExtendedBody {
  readonly builder: Builder
  readonly consts: readonly Binding[]
  readonly carries: readonly Binding[]
  readonly xs: readonly Binding[]
  /** The body's results. */
  readonly leaving: readonly Pair[]
}

/** Extends a body to pairs, where the parameters in `paired` have another half. */
function extendBody(
  b: Builder,
  numbers: Numbers,
  { eqn, body }: Loop,
  args: readonly Pair[],
  paired: ReadonlySet<Value>,
): ExtendedBody {
  const bind = (outer: Value, param: Value): Binding => ({ outer, inner: newValue(b.context, param, param) })
  const bound = body.params.map((param, i) => ({
    first: bind(args[i].value, param),
    ...(paired.has(param) && { second: bind(besideOf(b, numbers, args[i]), param) }),
  }))
  const pairs = new Map<number, Pair>(
    body.params.map((param, i) => [param.id, { value: bound[i].first.inner, beside: bound[i].second?.inner }]),
  )
  const both = (params: readonly Value[]): Binding[] => {
    const group = params.map(p => bound[body.params.indexOf(p)])
    return [...group.map(g => g.first), ...group.flatMap(g => g.second ?? [])]
  }
  const parts = scanOperands(eqn, body.params)
  const [consts, carries, xs] = [parts.consts, parts.carries, parts.xs].map(both)
  const params = [...consts, ...carries, ...xs].map(binding => binding.inner)
  const builder = createBuilder(b.context, undefined, { params, eqns: [], results: [] })
  extendEqns(builder, numbers, body.eqns, pairs)
  return { builder, consts, carries, xs, leaving: body.results.map(r => pairOf(pairs, r)) }
}
