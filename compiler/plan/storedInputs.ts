// Finds how inputs lie in their buffers.
import { endToEnd, product } from '../ir/dim.ts'
import type { Buffer, Plan, Port } from './plan.ts'

/** The inputs of a plan by buffer, those of one buffer in order of their offsets. */
export function storedInputs(plan: Plan): ReadonlyMap<Buffer, readonly Port[]> {
  const groups = Map.groupBy(plan.inputs, port => port.operand.buffer)
  const place = ({ operand, shape }: Port) => ({ start: operand.offset, size: product(shape) })
  return new Map(
    [...groups].map(([buffer, ports]) => {
      const ordered = endToEnd(ports, place, buffer.size)
      if (ordered?.length !== ports.length) throw new Error(`the inputs in ${buffer.hint} do not lie end to end`)
      return [buffer, ordered]
    }),
  )
}
