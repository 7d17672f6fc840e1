// What a plan shares with its caller: the buffers of its inputs and outputs, and the outputs that overwrite inputs.
import type { Buffer, Plan } from './plan.ts'

type Ports = Pick<Plan, 'inputs' | 'outputs'>

export const inputBuffers = ({ inputs }: Pick<Plan, 'inputs'>): ReadonlySet<Buffer> =>
  new Set(inputs.map(p => p.operand.buffer))

export const portBuffers = ({ inputs, outputs }: Ports): ReadonlySet<Buffer> =>
  new Set([...inputs, ...outputs].map(p => p.operand.buffer))

/** The names of the outputs that overwrite the input of the same name. */
export function overwritingOutputs(plan: Ports): ReadonlySet<string> {
  const given = inputBuffers(plan)
  return new Set(plan.outputs.filter(o => given.has(o.operand.buffer)).map(o => o.name))
}
