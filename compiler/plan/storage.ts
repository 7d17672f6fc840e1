// Which inputs are stored end to end, so that their concatenation is one buffer that no run has to copy.
import { add, constant, equal, product } from '../ir/dim.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import type { Buffer, Plan, Port } from './plan.ts'

/** The concatenations of parameters along their first axis; a parameter lies in one of them at most. */
export function storedJoined(block: Block): ReadonlyMap<Eqn, readonly Value[]> {
  const params = new Set(block.params)
  const taken = new Set<Value>()
  const joined = new Map<Eqn, readonly Value[]>()
  for (const eqn of block.eqns) {
    if (eqn.op !== 'concat' || eqn.attrs.axis !== -eqn.outs[0].shape.length) continue
    const free =
      eqn.ins.every(v => v.dtype === 'real' && params.has(v) && !taken.has(v)) &&
      new Set(eqn.ins).size === eqn.ins.length
    if (!free) continue
    for (const v of eqn.ins) taken.add(v)
    joined.set(eqn, eqn.ins)
  }
  return joined
}

/** The inputs of a plan by the buffer that they lie in, those of one buffer in the order in which they lie. */
export function storedInputs(plan: Plan): ReadonlyMap<Buffer, readonly Port[]> {
  const groups = Map.groupBy(plan.inputs, port => port.operand.buffer)
  return new Map([...groups].map(([buffer, ports]) => [buffer, endToEnd(ports)]))
}

function endToEnd(ports: readonly Port[]): readonly Port[] {
  const left = [...ports]
  const ordered: Port[] = []
  let end = constant(0)
  while (left.length > 0) {
    const place = left.findIndex(port => equal(port.operand.offset, end))
    if (place < 0) throw new Error(`no input of ${left[0].operand.buffer.hint} begins where the one before it ends`)
    const [next] = left.splice(place, 1)
    ordered.push(next)
    end = add(end, product(next.shape))
  }
  return ordered
}
