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

/** Emits the equation over all steps; what does not differ is repeated where the op wants one of each step. */
export function emitLeading(b: Builder, eqn: Eqn, how: AllSteps, ins: readonly Outside[], steps: Dim): Value {
  const { leading } = opOf(b.context, eqn.op)
  const attrs = leading?.rows !== undefined && how === 'rows' ? leading.rows(eqn.attrs, steps) : undefined
  const summed = how === 'leadsum' ? leading?.leadsum?.(eqn.attrs, eqn.ins) : attrs
  if (leading === undefined || summed === undefined) throw new Error(`${eqn.op} cannot be done for all steps at once`)
  const { operands } = leading
  const used = ins.map(({ value, stacked }, i) =>
    stacked || !(operands === 'all' || operands.includes(i))
      ? value
      : broadcast(b, value, [-1 - value.shape.length], [steps]),
  )
  return b.emit(eqn.op, used, summed, { hint: eqn.outs[0].hint, span: eqn.span })
}
