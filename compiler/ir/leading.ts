// The leading-dimension rule: an equation of a loop's body, done for all steps at once outside the loop.
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

/** Whether an equation whose operands differ from step to step as told can be done for all steps at once. */
export function canLead(context: Context, eqn: Eqn, how: AllSteps, differs: (operand: Value) => boolean): boolean {
  const { leading } = opOf(context, eqn.op)
  if (leading?.[how] === undefined || eqn.outs.length !== 1) return false
  const { operands } = leading
  return eqn.ins.every((v, i) => operands === 'all' || operands.includes(i) || !differs(v))
}

/** One value for each step of what is the same at all of them. */
export const stackedAs = (b: Builder, { value, stacked }: Outside, steps: Dim): Value =>
  stacked ? value : broadcast(b, value, [-1 - value.shape.length], [steps])

/** Emits the equation over all steps; what does not differ is repeated where the op wants one of each step. */
export function emitLeading(b: Builder, eqn: Eqn, how: AllSteps, ins: readonly Outside[], steps: Dim): Value {
  const { leading } = opOf(b.context, eqn.op)
  const attrs = how === 'rows' ? leading?.rows?.(eqn.attrs, steps) : leading?.leadsum?.(eqn.attrs, eqn.ins)
  if (leading === undefined || attrs === undefined) throw new Error(`${eqn.op} cannot be done for all steps at once`)
  const { operands } = leading
  const used = ins.map((v, i) => (operands === 'all' || operands.includes(i) ? stackedAs(b, v, steps) : v.value))
  return b.emit(eqn.op, used, attrs, { hint: eqn.outs[0].hint, span: eqn.span })
}

/** The values of a loop's body that are known outside it, by id. */
export type KnownOutside = Map<number, Outside>

/** Throws a plain Error for a value that is known inside alone. */
export function outsideOf(known: KnownOutside, value: Value): Outside {
  const found = known.get(value.id)
  if (found === undefined) throw new Error(`%${value.id} (${value.hint}) does not leave the loop`)
  return found
}
