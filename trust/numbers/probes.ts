// Probes: zeros added to the values inside a graph, so that the gradient of each, at each step of its loops, can be asked for.
import { type Binding, type Builder, type Context, createBuilder, emitScan } from '../../compiler/ir/builder.ts'
import { type Block, type Eqn, type Graph, scanOperands, type Type, type Value } from '../../compiler/ir/graph.ts'
import { isDim } from '../../compiler/ir/ops/attributes.ts'

export interface Probe {
  /** The graph's input that holds the zeros: [loop lengths…, shape…]. */
  readonly name: string
  /** The value that it is added to, in the graph without probes. */
  readonly value: Value
  /**
   * Place of its definition: the index of its equation in its block, after those of the loops around it; -1 for a value that enters its
   * block.
   */
  readonly at: readonly number[]
  /** For each loop around it, whether that runs backward. */
  readonly loops: readonly boolean[]
  /** The equations of its block that read it. */
  readonly readers: readonly Eqn[]
}

/** Gives zeros of a type, as a value of the block that asks, and the name of the graph's input behind them. */
type Request = (type: Type) => { readonly zeros: Value; readonly name: string }

interface Level {
  readonly builder: Builder
  readonly request: Request
  readonly at: readonly number[]
  readonly loops: readonly boolean[]
  readonly record: (probe: Probe) => void
  readonly wanted: (value: Value) => boolean
}

/** Adds a probe to each real value that is wanted: inputs of the graph, results of equations, and values that enter the bodies of loops. */
export function withProbes(
  context: Context,
  graph: Graph,
  wanted: (value: Value) => boolean = () => true,
): { graph: Graph; probes: readonly Probe[] } {
  const probes: Probe[] = []
  const builder = createBuilder(context)
  const params = graph.params.map(p => builder.param(p, p))
  const inputs = [...graph.inputs]
  const request: Request = type => {
    const name = `probe:${inputs.length - graph.inputs.length}`
    inputs.push(name)
    return { zeros: builder.param(type, { hint: name }), name }
  }
  const level = { builder, request, at: [], loops: [], record: (p: Probe) => probes.push(p), wanted }
  const known = new Map(graph.params.map((p, i) => [p.id, probed(level, graph, p, params[i], -1)]))
  const results = probeBlock(level, graph, known)
  return { graph: { ...builder.finish(results), name: graph.name, inputs, outputs: graph.outputs }, probes }
}

/** Emits the block's equations on values with probes; `known` maps its parameters to the values that stand for them. */
function probeBlock(level: Level, block: Block, known: Map<number, Value>): readonly Value[] {
  const { builder } = level
  const standsFor = (v: Value): Value => {
    const mine = known.get(v.id)
    if (mine === undefined) throw new Error(`%${v.id} (${v.hint}) is used before its definition`)
    return mine
  }
  block.eqns.forEach((eqn, place) => {
    builder.note = { hint: eqn.outs[0]?.hint, span: eqn.span }
    const ins = eqn.ins.map(standsFor)
    const outs =
      eqn.body === undefined
        ? builder.emitAll(eqn.op, ins, eqn.attrs)
        : probeScan({ ...level, at: [...level.at, place] }, eqn, eqn.body, ins)
    eqn.outs.forEach((out, i) => {
      known.set(out.id, probed(level, block, out, outs[i], place))
    })
  })
  return block.results.map(standsFor)
}

function probed(
  { builder, request, at, loops, record, wanted }: Level,
  block: Block,
  value: Value,
  mine: Value,
  place: number,
): Value {
  if (value.dtype !== 'real' || !wanted(value)) return mine
  const { zeros, name } = request(value)
  record({ name, value, at: [...at, place], loops, readers: block.eqns.filter(e => e.ins.includes(value)) })
  return builder.emit('add', [mine, zeros])
}

/** The scan with the zeros of its body as further per-step inputs. */
function probeScan(level: Level, eqn: Eqn, body: Block, ins: readonly Value[]): readonly Value[] {
  const { length } = eqn.attrs
  if (!isDim(length)) throw new Error('a scan has a length')
  const reverse = eqn.attrs.reverse === true
  const builder = createBuilder(level.builder.context)
  const further: Binding[] = []
  const request: Request = type => {
    const { zeros, name } = level.request({ dtype: type.dtype, shape: [length, ...type.shape] })
    const inner = builder.param(type, { hint: name })
    further.push({ outer: zeros, inner })
    return { zeros: inner, name }
  }
  const inside: Level = { ...level, builder, request, loops: [...level.loops, reverse] }
  const bindings = body.params.map((param, i) => ({ outer: ins[i], inner: builder.param(param, param) }))
  const known = new Map(body.params.map((p, i) => [p.id, probed(inside, body, p, bindings[i].inner, -1)]))
  const results = probeBlock(inside, body, known)
  const parts = scanOperands(eqn, body.params)
  const [consts, carries, xs] = [parts.consts, parts.carries, parts.xs].map(group =>
    group.map(p => bindings[body.params.indexOf(p)]),
  )
  return emitScan(level.builder, { length, reverse, consts, carries, xs: [...xs, ...further] }, builder.eqns, results)
}
