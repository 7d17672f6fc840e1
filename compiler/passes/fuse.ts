// Fusions: several equations become one over what they bring, laid end to end, and their results become slices of its own.
import { type Builder, type Context, createBuilder } from '../ir/builder.ts'
import { add, constant, type Dim } from '../ir/dim.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import { renamed } from './rewrite.ts'
import { dependents, scheduled } from './schedule.ts'

/** One equation in place of several, whose results are slices of its own along the last dimension. */
export interface Fusion {
  readonly members: readonly Eqn[]
  /** What each member brings to the one. */
  readonly parts: readonly Value[]
  readonly emit: (b: Builder, joined: Value) => Value
  /** Along which axis the parts are laid end to end. */
  readonly axis: number
}

export const width = ({ shape }: Value): Dim => shape[shape.length - 1]

/** The block, bodies included, with all fusions carried out that `find` finds. */
export function fuseAll(context: Context, block: Block, find: (block: Block) => readonly Fusion[]): Block {
  let changed = false
  const eqns = block.eqns.map(eqn => {
    const body = eqn.body && fuseAll(context, eqn.body, find)
    if (body === eqn.body || body === undefined) return eqn
    changed = true
    return { ...eqn, body }
  })
  let fused = changed ? { ...block, eqns } : block
  for (;;) {
    // One after the other: what a fusion moves may stand in the way of the next.
    const next = find(fused)
      .map(f => fuse(context, fused, f))
      .find(f => f !== undefined)
    if (next === undefined) return fused
    fused = next
  }
}

/** The block with the fusion carried out; a member whose part needs another's result stays by itself. */
function fuse(context: Context, block: Block, { members, parts, emit, axis }: Fusion): Block | undefined {
  const after =
    members.length < 2
      ? undefined
      : dependents(
          block.eqns,
          members.flatMap(e => e.outs),
        )
  const free = members.flatMap((eqn, i) => (after?.has(parts[i].id) === false ? [{ eqn, part: parts[i] }] : []))
  if (free.length < 2) return undefined
  const b = createBuilder(context, value => value)
  b.note = { span: free[0].eqn.span }
  const note = { hint: joinedName(free.map(f => f.part.hint)), span: free[0].eqn.span }
  const whole = emit(
    b,
    b.emit(
      'concat',
      free.map(f => f.part),
      { axis },
      note,
    ),
  )
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
  return { params: block.params, eqns: scheduled(eqns), results: renamed(block.results, replaced) }
}

/** `W_i`, `W_f`, `W_o` → `W_ifo`. */
function joinedName(names: readonly string[]): string {
  const stems = new Set(names.map(name => name.replace(/_.*/, '')))
  const ends = names.map(name => name.replace(/^[^_]*_/, ''))
  const [stem] = stems
  return stems.size === 1 && stem !== '' ? `${stem}_${ends.join('')}` : names.join('')
}
