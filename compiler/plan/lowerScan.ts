// Lowers scans to loops: each carry has one place, which a step writes after the last read of the old value.
import type { Context } from '../ir/builder.ts'
import { add, multiply, symbol } from '../ir/dim.ts'
import { type Block, type Eqn, scanLength, scanOperands, scanResults, type Value } from '../ir/graph.ts'
import { copy } from './grouping.ts'
import { addWrite, closed, newScope, readAfter } from './growingKernels.ts'
import { sameOperand } from './operands.ts'
import { allocate, type Draft, note, operandOf, output, placeOf } from './places.ts'
import type { Loop, Operand, Step } from './plan.ts'

/** Runs `emit` in a new scope, and returns the steps that it adds. */
export function stepsOf(draft: Draft, emit: () => void): Step[] {
  const enclosing = draft.scope
  draft.scope = newScope()
  emit()
  const steps = closed(draft.scope)
  draft.scope = enclosing
  return steps
}

/** Makes the loop of a scan; `lowerAll` lowers its body. */
export function loopOf(context: Context, draft: Draft, eqn: Eqn, index: string, lowerAll: (body: Block) => void): Loop {
  const { body } = eqn
  const { reverse } = eqn.attrs
  const length = scanLength(eqn)
  if (body === undefined) throw new Error('scan: no body')
  const outer = scanOperands(eqn)
  const inner = scanOperands(eqn, body.params)
  const outs = scanResults(eqn)
  const results = scanResults(eqn, body.results)
  const { places, destinations } = draft
  const at = (operand: Operand): Operand => ({
    ...operand,
    offset: add(operand.offset, multiply(symbol(index), operand.strides[0])),
    strides: operand.strides.slice(1),
  })

  outer.consts.forEach((value, i) => {
    places.set(inner.consts[i].id, { operand: operandOf(draft, value) })
  })
  outer.xs.forEach((value, i) => {
    places.set(inner.xs[i].id, { operand: at(operandOf(draft, value)) })
  })
  const carries = outs.carries.map((value, i) => output(draft, value, inner.carries[i].hint))
  outer.carries.forEach((value, i) => {
    copy(draft, value, carries[i], inner.carries[i].hint)
    places.set(inner.carries[i].id, { operand: carries[i] })
  })
  const ys = outs.ys.map(value => at(output(draft, value)))
  results.ys.forEach((value, i) => {
    if (!destinations.has(value.id)) destinations.set(value.id, ys[i])
  })

  const steps = stepsOf(draft, () => {
    lowerAll(body)
    draft.current = eqn
    results.ys.forEach((value, i) => {
      finish(draft, value, ys[i])
    })
    leave(context, draft, results.carries, carries)
  })
  const states = [...new Set(inner.carries.map(v => v.hint))].filter(name => name !== '').join(', ')
  return { kind: 'loop', index, length, reverse: reverse === true, steps, hint: note(draft).hint || states }
}

/** Copies a value of a body to its slice of a stacked output, unless it lies there already. */
function finish(draft: Draft, value: Value, to: Operand): void {
  const { destinations } = draft
  if (destinations.get(value.id) === to) destinations.delete(value.id)
  const { operand } = placeOf(draft, value)
  if (operand === undefined || !sameOperand(operand, to)) copy(draft, value, to)
}

/** Moves the carries to the places where the next step reads them, after the last read of the old ones. */
function leave(context: Context, draft: Draft, values: readonly Value[], carries: readonly Operand[]): void {
  const { scope } = draft
  const buffers = new Set(carries.map(c => c.buffer))
  const unchanged = (value: Value, to: Operand): boolean => {
    const { operand } = placeOf(draft, value)
    return operand !== undefined && sameOperand(operand, to)
  }
  const moving = values.map((value, i) => ({ value, to: carries[i] })).filter(m => !unchanged(m.value, m.to))
  // An old carry that becomes another carry is copied to a temporary first.
  const staged = moving.map(({ value, to }) => {
    const { operand } = placeOf(draft, value)
    if (operand === undefined || !buffers.has(operand.buffer)) return { value, to }
    const aside: Value = { ...value, id: context.nextId++ }
    const temporary = allocate(draft, value.dtype, value.shape, value.hint)
    copy(draft, value, temporary)
    draft.places.set(aside.id, { operand: temporary })
    return { value: aside, to }
  })
  const late = staged.filter(({ value, to }) => {
    const { pending } = placeOf(draft, value)
    if (pending === undefined || pending.group.scope !== scope || readAfter(pending.group, to)) return true
    addWrite(pending, to)
    return false
  })
  scope.barrier = scope.steps.length
  for (const { value, to } of late) copy(draft, value, to)
}
