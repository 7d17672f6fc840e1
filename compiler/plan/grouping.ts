// Fuses pointwise equations and copies into one kernel where the order of steps allows.
import { type Dim, sameShape } from '../ir/dim.ts'
import type { Eqn, Value } from '../ir/graph.ts'
import type { Unlabelled } from '../ir/lowering.ts'
import type { PlainOp } from '../ir/ops/schemas.ts'
import { addGroup, addWrite, type Group, type Scope, writtenAt } from './growingKernels.ts'
import { read } from './instructions.ts'
import { addRead } from './lazySources.ts'
import { isDense, sameOperand } from './operands.ts'
import { allocate, type Draft, operandOf, type Place, placeOf } from './places.ts'
import type { MapKernel, Operand, Ref } from './plan.ts'

/** Bounds a program's instructions, to stay far below the 60 KB of bytecode over which V8 does not optimize a function. */
const longestProgram = 200

/** Lowers a pointwise equation. */
export function pointwise(draft: Draft, eqn: Eqn, op: PlainOp): void {
  const [out] = eqn.outs
  const group = groupFor(draft, out.shape, eqn.ins)
  const args = eqn.ins.map(v => refIn(draft, group, v))
  const ref = group.program.apply(op, out.dtype, args)
  if (out.hint !== '') group.hints.add(out.hint)
  draft.places.set(out.id, { pending: { group, ref } })
}

/** Writes a value to another place. */
export function copy(draft: Draft, value: Value, to: Operand, hint = value.hint): void {
  const group = groupFor(draft, value.shape, [value])
  if (hint !== '') group.hints.add(hint)
  addWrite({ group, ref: refIn(draft, group, value) }, to)
}

/** A dense row-major place of a value: its own, or that of a copy. */
export function packed(draft: Draft, value: Value): Operand {
  const { copies } = draft.scope
  const operand = operandOf(draft, value)
  if (isDense(operand, value.shape)) return operand
  const before = copies.get(value.id)
  if (before !== undefined) return before
  const to = allocate(draft, value.dtype, value.shape, value.hint)
  copy(draft, value, to)
  copies.set(value.id, to)
  return to
}

/** Replaces a copy kernel: the group that computes the elements writes them to `to` too, if no later step has written there. */
export function writtenAsWell({ stored, scope }: Draft, kernel: Unlabelled<MapKernel>): boolean {
  const {
    domain,
    program: [read],
    writes: [first, ...more],
  } = kernel
  if (read.kind !== 'read' || first.value !== 0 || more.length > 0) return false
  if (read.indirect !== undefined || first.indirect !== undefined || first.accumulate === true) return false
  const source = stored.get(read.from.buffer.id)
  if (source === undefined || source.group.scope !== scope) return false
  if (!sameShape(source.group.domain, domain) || !sameOperand(source.operand, read.from)) return false
  if (writtenAt(scope, first.to) > source.group.place) return false
  addWrite(source, first.to)
  return true
}

/**
 * Chooses the kernel for a pointwise equation over these values: the one that computes most of them; if all are in memory, one of
 * the last kernels, since a result computed early has to be stored for its late reader; or a new one.
 */
function groupFor(draft: Draft, domain: readonly Dim[], ins: readonly Value[]): Group {
  const { scope, current } = draft
  const found = ins.map(value => placeOf(draft, value))
  const recent = scope.steps.findLastIndex(step => step.kind !== 'group')
  let best: Group | undefined
  let most = 0
  for (let place = scope.barrier; place < scope.steps.length; place++) {
    const group = scope.steps[place]
    if (group.kind !== 'group' || !sameShape(group.domain, domain)) continue
    if (group.program.instructions.length >= longestProgram) continue
    const inside = found.filter(p => p.pending?.group === group)
    if (inside.length === 0 && place < recent) continue
    const ready = found.every(p => inside.includes(p) || readyBefore(scope, p, place))
    if (ready && inside.length >= most) {
      best = group
      most = inside.length
    }
  }
  return best ?? addGroup(scope, domain, current?.span)
}

function readyBefore(scope: Scope, { operand, pending }: Place, place: number): boolean {
  if (operand !== undefined) return writtenAt(scope, operand) < place
  return pending !== undefined && (pending.group.scope !== scope || pending.group.place < place)
}

/** The instruction that gives a value in a group's program. */
function refIn(draft: Draft, group: Group, value: Value): Ref {
  const { pending } = placeOf(draft, value)
  if (pending?.group === group) return pending.ref
  return addRead(draft.sources, group.program, read(operandOf(draft, value)))
}
