// Where the values of a graph lie while its plan is made: in buffers or views of them, or as results of kernels that may grow.
import type { Span } from '../../dsl/ast.ts'
import { type Dim, product } from '../ir/dim.ts'
import type { DType, Eqn, Value } from '../ir/graph.ts'
import { addWrite, newScope, type Pending, type Scope } from './growingKernels.ts'
import { isSource, newSources, type Sources } from './lazySources.ts'
import { whole } from './operands.ts'
import type { Operand } from './plan.ts'

/** Where a value is: in memory, or pending, or both. */
export interface Place {
  readonly operand?: Operand
  readonly pending?: Pending
}

/** A pending value that is written to memory as well. */
export interface Stored extends Pending {
  readonly operand: Operand
}

/** A plan under construction. */
export interface Draft {
  /** By value id. */
  readonly places: Map<number, Place>
  /** Where a value has to end, if a kernel computes it: its slice of a loop's stacked output. */
  readonly destinations: Map<number, Operand>
  /** The buffers that pending values are written to, by id. */
  readonly stored: Map<number, Stored>
  readonly sources: Sources
  nextBuffer: number
  /** The steps that new ones follow. */
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

/** What kernels of the current equation are called, and where it stands. */
export const note = ({ current }: Draft): { hint: string; span?: Span } => ({
  hint: [...new Set(current?.outs.map(v => v.hint))].filter(h => h !== '').join(', '),
  ...(current?.span && { span: current.span }),
})

/** A dense buffer. */
export const allocate = (draft: Draft, dtype: DType, shape: readonly Dim[], hint: string): Operand =>
  whole({ id: draft.nextBuffer++, dtype, size: product(shape), hint }, shape)

/** The place of a value, which is an error before its definition. */
export function placeOf({ places }: Draft, value: Value): Place {
  const place = places.get(value.id)
  if (place === undefined) throw new Error(`%${value.id} (${value.hint}) is used before its definition`)
  return place
}

/** A dense place for a kernel to write a value to; `hint` is what it is called if the value has no name. */
export function output(draft: Draft, value: Value, hint = ''): Operand {
  const { places, destinations, current } = draft
  // A source is lazy: its buffer is its own, and may never be written.
  const lazy = current?.outs.includes(value) && isSource(current)
  const operand =
    (lazy ? undefined : destinations.get(value.id)) ?? allocate(draft, value.dtype, value.shape, value.hint || hint)
  if (!lazy) destinations.delete(value.id)
  places.set(value.id, { ...places.get(value.id), operand })
  return operand
}

/** Where a value lies in memory, which it is written to if it was only pending. */
export function operandOf(draft: Draft, value: Value): Operand {
  const { operand, pending } = placeOf(draft, value)
  if (operand !== undefined) return operand
  if (pending === undefined) throw new Error(`%${value.id} (${value.hint}) lies nowhere`)
  const to = output(draft, value)
  addWrite(pending, to)
  draft.stored.set(to.buffer.id, { ...pending, operand: to })
  return to
}
