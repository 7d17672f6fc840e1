// fuse-gates: products with one operand become one product with concatenated weights (gate concatenation), and so do the
// biases added to its parts. Weights that are parameters are stored concatenated, so that no step copies them.
import { type Builder, type Context, createBuilder } from '../ir/builder.ts'
import { add, constant, type Dim, equal } from '../ir/dim.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import { isDim } from '../ir/ops/define.ts'
import type { Pass } from './pass.ts'
import { renamed } from './rewrite.ts'
import { dependents, scheduled } from './schedule.ts'

export const fuseGates: Pass = {
  name: 'fuse-gates',
  contract:
    'no two products of a block have the same left operand, but where the weights of one need the result of another',
  run: (context, block) => fuseIn(context, block),
}

function fuseIn(context: Context, block: Block): Block {
  let changed = false
  const eqns = block.eqns.map(eqn => {
    const body = eqn.body && fuseIn(context, eqn.body)
    if (body === eqn.body || body === undefined) return eqn
    changed = true
    return { ...eqn, body }
  })
  let fused = changed ? { ...block, eqns } : block
  for (;;) {
    // One after the other: what a fusion moves may stand in the way of the next.
    const next = [...products(fused), ...biases(fused)].map(f => fuse(context, fused, f)).find(f => f !== undefined)
    if (next === undefined) return fused
    fused = next
  }
}

/** One equation in place of several, whose results are slices of its own along the last dimension. */
interface Fusion {
  readonly members: readonly Eqn[]
  /** What each member brings to the one. */
  readonly parts: readonly Value[]
  readonly emit: (b: Builder, joined: Value) => Value
  /** Along which axis the parts are laid end to end. */
  readonly axis: number
}

function products(block: Block): Fusion[] {
  const all = block.eqns.filter(e => e.op === 'matmul')
  return [...Map.groupBy(all, e => e.ins[0].id).values()].map(members => ({
    members,
    parts: members.map(e => e.ins[1]),
    emit: (b, joined) => b.emit('matmul', [members[0].ins[0], joined]),
    axis: -2,
  }))
}

/** A bias for each gate of a product: slices that tile a value, each of which is only added to a vector repeated. */
function biases(block: Block): Fusion[] {
  const makers = new Map(block.eqns.flatMap(e => e.outs.map(out => [out.id, e] as const)))
  const uses = new Map<number, Eqn[]>()
  for (const eqn of block.eqns) for (const v of new Set(eqn.ins)) uses.set(v.id, [...(uses.get(v.id) ?? []), eqn])
  const isResult = new Set(block.results.map(v => v.id))
  const slices = block.eqns.filter(e => e.op === 'slice' && e.attrs.axis === -1)
  return [...Map.groupBy(slices, e => e.ins[0].id).values()].flatMap((all): Fusion[] => {
    const [source] = all[0].ins
    const parts = endToEnd(all, width(source))
    if (parts === undefined) return []
    const sums = parts.map(({ outs: [part] }) => {
      const [use, ...others] = uses.get(part.id) ?? []
      const other =
        use?.op === 'add' && others.length === 0 && !isResult.has(part.id) ? use.ins.filter(v => v !== part) : []
      const repeated = other.length === 1 ? makers.get(other[0].id) : undefined
      const vector = repeated?.op === 'broadcast' ? repeated.ins[0] : undefined
      return vector?.shape.length === 1 && equal(vector.shape[0], part.shape[part.shape.length - 1])
        ? { use, vector }
        : undefined
    })
    const found = sums.filter(s => s !== undefined)
    if (found.length < parts.length) return []
    const { shape } = source
    const at = shape.slice(0, -1).map((_, d) => d - shape.length)
    return [
      {
        members: found.map(s => s.use),
        parts: found.map(s => s.vector),
        emit: (b, joined) => b.emit('add', [source, b.emit('broadcast', [joined], { at, sizes: shape.slice(0, -1) })]),
        axis: -1,
      },
    ]
  })
}

/** Slices in the order in which they tile a dimension of that size, if they do. */
function endToEnd(slices: readonly Eqn[], size: Dim): readonly Eqn[] | undefined {
  const tiles: Eqn[] = []
  let end = constant(0)
  while (!equal(end, size)) {
    const next = slices.find(s => !tiles.includes(s) && isDim(s.attrs.start) && equal(s.attrs.start, end))
    if (next === undefined) return undefined
    tiles.push(next)
    end = add(end, width(next.outs[0]))
  }
  return tiles.length > 1 && tiles.length === slices.length ? tiles : undefined
}

const width = ({ shape }: Value): Dim => shape[shape.length - 1]

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
