// The leading-dimension rule: runs an equation of a loop's body for all steps at once, outside the loop.
import { type Builder, broadcast, type Context, opOf } from './builder.ts'
import type { Dim } from './dim.ts'
import type { Eqn, Value } from './graph.ts'

/** `rows` stacks the results of the steps, `leadsum` adds them up. */
export type AllSteps = 'rows' | 'leadsum'

/** An operand outside the loop: the same at every step, or one value for each, stacked along a new first dimension. */
export interface Outside {
  readonly value: Value
  readonly stacked: boolean
}

/** Tells whether an equation can be done for all steps at once; `differs` tells which operands change from step to step. */
export function canLead(context: Context, eqn: Eqn, how: AllSteps, differs: (operand: Value) => boolean): boolean {
  const { leading } = opOf(context, eqn.op)
  if (leading === undefined || eqn.outs.length !== 1) return false
  if (leading[how] === undefined && leading.byOthers[how] === undefined) return false
  const { operands } = leading
  return eqn.ins.every((v, i) => operands === 'all' || operands.includes(i) || !differs(v))
}

/** The operand with one value for each step: repeated where it is the same at all of them. */
export const stackedAs = (b: Builder, { value, stacked }: Outside, steps: Dim): Value =>
  stacked ? value : broadcast(b, value, [-1 - value.shape.length], [steps])

/** Emits the equation over all steps; operands that are the same at each are repeated where the op needs one a step. */
export function emitLeading(b: Builder, eqn: Eqn, how: AllSteps, ins: readonly Outside[], steps: Dim): Value {
  const { leading } = opOf(b.context, eqn.op)
  const attrs = how === 'rows' ? leading?.rows?.(eqn.attrs, steps) : leading?.leadsum?.(eqn.attrs, eqn.ins)
  const emitOthers = leading?.byOthers[how]
  if (leading === undefined || (attrs === undefined && emitOthers === undefined))
    throw new Error(`${eqn.op} cannot be done for all steps at once`)
  const { operands } = leading
  const used = ins.map((v, i) => (operands === 'all' || operands.includes(i) ? stackedAs(b, v, steps) : v.value))
  const { note } = b
  b.note = { hint: eqn.outs[0].hint, span: eqn.span }
  const value = attrs === undefined ? emitOthers?.(b, used, eqn.attrs) : b.emitLike(eqn.op, used, attrs)
  b.note = note
  if (value === undefined) throw new Error(`${eqn.op} gives nothing for all steps at once`)
  return value
}

/** The values of a loop's body that are known outside it, by id. */
export type KnownOutside = Map<number, Outside>

/** Looks up the outside of a value; throws a plain Error if there is none. */
export function outsideOf(known: KnownOutside, value: Value): Outside {
  const found = known.get(value.id)
  if (found === undefined) throw new Error(`%${value.id} (${value.hint}) does not leave the loop`)
  return found
}
