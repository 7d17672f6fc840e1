// Fuses several equations into one whose operand is a concatenation of theirs; their results become slices of its result.
import { dependents } from '../ir/ancestors.ts'
import { type Builder, type Context, createBuilder } from '../ir/builder.ts'
import { add, constant, type Dim } from '../ir/dim.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import { mapBodies, renamed } from './rebuild.ts'
import { topologicalOrder } from './topologicalOrder.ts'

/** One equation in place of several, whose results are slices of its result along the last dimension. */
export interface Fusion {
  readonly members: readonly Eqn[]
  /** The operand of each member that is concatenated. */
  readonly parts: readonly Value[]
  readonly emit: (b: Builder, joined: Value) => Value
  /** The axis along which the parts are concatenated. */
  readonly axis: number
}

export const width = ({ shape }: Value): Dim => shape[shape.length - 1]

/** Carries out all fusions that `find` returns, in bodies too. */
export function fuseAll(context: Context, block: Block, find: (block: Block) => readonly Fusion[]): Block {
  let fused = mapBodies(block, (_, body) => fuseAll(context, body, find))
  for (;;) {
    // Only one fusion a time, as the equations that it moves may prevent another.
    const next = firstFusion(context, fused, find(fused).flatMap(ofOneType))
    if (next === undefined) return fused
    fused = next
  }
}

/** Carries out the first of the fusions that can be; undefined if none can. */
function firstFusion(context: Context, block: Block, fusions: readonly Fusion[]): Block | undefined {
  for (const fusion of fusions) {
    const fused = fuse(context, block, fusion)
    if (fused !== undefined) return fused
  }
  return undefined
}

/** Splits a fusion by the types of its parts: only values of one type can be concatenated. */
function ofOneType(fusion: Fusion): readonly Fusion[] {
  const pairs = fusion.members.map((member, i) => ({ member, part: fusion.parts[i] }))
  return [...Map.groupBy(pairs, p => p.part.dtype).values()].map(alike => ({
    ...fusion,
    members: alike.map(p => p.member),
    parts: alike.map(p => p.part),
  }))
}

/** Carries out a fusion; a member whose part needs a member's result stays by itself. Undefined if fewer than two are left. */
function fuse(context: Context, block: Block, { members, parts, emit, axis }: Fusion): Block | undefined {
  if (members.length < 2) return undefined
  const results = members.flatMap(e => e.outs)
  const after = dependents(block.eqns, results)
  const free = members.flatMap((eqn, i) => (after.has(parts[i].id) ? [] : [{ eqn, part: parts[i] }]))
  if (free.length < 2) return undefined
  const own = free.map(f => f.part)
  const b = createBuilder(context, value => value)
  b.note = { span: free[0].eqn.span }
  const whole = emit(b, b.emit('concat', own, { axis }, { ...b.note, hint: joinedName(own.map(v => v.hint)) }))
  const replaced = new Map<number, Value>()
  let start = constant(0)
  for (const { eqn } of free) {
    const [out] = eqn.outs
    const size = width(out)
    replaced.set(out.id, b.emit('slice', [whole], { axis: -1, start, size }, { hint: out.hint, span: eqn.span }))
    start = add(start, size)
  }
  const gone = new Set(free.map(f => f.eqn))
  const eqns = [...b.eqns, ...block.eqns.filter(e => !gone.has(e)).map(e => ({ ...e, ins: renamed(e.ins, replaced) }))]
  return { params: block.params, eqns: topologicalOrder(eqns), results: renamed(block.results, replaced) }
}

/** `W_i`, `W_f`, `W_o` → `W_ifo`. */
function joinedName(names: readonly string[]): string {
  const stems = new Set(names.map(name => name.replace(/_.*/, '')))
  const ends = names.map(name => name.replace(/^[^_]*_/, ''))
  const [stem] = stems
  return stems.size === 1 && stem !== '' ? `${stem}_${ends.join('')}` : names.join('')
}
