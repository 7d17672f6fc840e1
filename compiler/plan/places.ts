// Tracks where each value of a graph lies while its plan is built: a buffer, a view of one, or a kernel still open for fusion.
import type { Span } from '../../dsl/ast.ts'
import { type Dim, product } from '../ir/dim.ts'
import { type DType, type Eqn, isSource, type Value } from '../ir/graph.ts'
import { addWrite, newScope, type Pending, type Scope } from './growingKernels.ts'
import { newSources, type Sources } from './lazySources.ts'
import { whole } from './operands.ts'
import type { Operand } from './plan.ts'

/** The place of a value: in memory, pending in an open kernel, or both. */
export interface Place {
  readonly operand?: Operand
  readonly pending?: Pending
}

/** A pending value that its kernel also writes to memory. */
export interface Stored extends Pending {
  readonly operand: Operand
}

/** A plan under construction. */
export interface Draft {
  /** The place of each value, by id. */
  readonly places: Map<number, Place>
  /** The place where a kernel should write a value, by id: its slice of a loop's stacked output. */
  readonly destinations: Map<number, Operand>
  /** The pending values that are also written to memory, by the id of the buffer. */
  readonly stored: Map<number, Stored>
  readonly sources: Sources
  nextBuffer: number
  /** The scope to which new steps are added. */
  scope: Scope
  /** The equation that is being lowered. */
  current: Eqn | undefined
}

export const newDraft = (): Draft => ({
  places: new Map(),
  destinations: new Map(),
  stored: new Map(),
  sources: newSources(),
  nextBuffer: 0,
  scope: newScope(),
  current: undefined,
})

/** Name and source position for kernels of the current equation. */
export const note = ({ current }: Draft): { hint: string; span?: Span } => ({
  hint: [...new Set(current?.outs.map(v => v.hint))].filter(h => h !== '').join(', '),
  ...(current?.span && { span: current.span }),
})

/** Creates a dense buffer. */
export const allocate = (draft: Draft, dtype: DType, shape: readonly Dim[], hint: string): Operand =>
  whole({ id: draft.nextBuffer++, dtype, size: product(shape), hint }, shape)

/** The place of a value; throws an Error before its definition. */
export function placeOf({ places }: Draft, value: Value): Place {
  const place = places.get(value.id)
  if (place === undefined) throw new Error(`%${value.id} (${value.hint}) is used before its definition`)
  return place
}

/** A dense place for a kernel to write a value to; `hint` names it if the value has no name. */
export function output(draft: Draft, value: Value, hint = ''): Operand {
  const { places, destinations, current } = draft
  // A source is lazy: its buffer is its own, and is written only if some read needs memory.
  const lazy = current?.outs.includes(value) && isSource(current)
  const operand =
    (lazy ? undefined : destinations.get(value.id)) ?? allocate(draft, value.dtype, value.shape, value.hint || hint)
  if (!lazy) destinations.delete(value.id)
  places.set(value.id, { ...places.get(value.id), operand })
  return operand
}

/** The place of a value in memory; a value that is only pending is written there first. */
export function operandOf(draft: Draft, value: Value): Operand {
  const { operand, pending } = placeOf(draft, value)
  if (operand !== undefined) return operand
  if (pending === undefined) throw new Error(`%${value.id} (${value.hint}) lies nowhere`)
  const to = output(draft, value)
  addWrite(pending, to)
  draft.stored.set(to.buffer.id, { ...pending, operand: to })
  return to
}
