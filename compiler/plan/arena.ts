// Computes the memory that a plan takes.
import { add, constant, type Dim, evaluate, multiply, symbolsOf } from '../ir/dim.ts'
import { buffersOfWays, conditionOf } from './choiceBuffers.ts'
import type { Buffer, Plan } from './plan.ts'
import { inputBuffers } from './ports.ts'

/** The bytes of a plan's buffers other than its inputs, with `real` bytes a real; of a choice, those of the larger way. */
export function arenaOf(plan: Plan, real: 4 | 8): Dim {
  const given = inputBuffers(plan)
  const own = plan.buffers.filter(b => !given.has(b))
  const bytes = (list: readonly Buffer[]): Dim =>
    list.map(({ dtype, size }) => multiply(constant(dtype === 'real' ? real : 4), size)).reduce(add, constant(0))
  const ways = buffersOfWays(plan)
  const choices = Map.groupBy(ways, ([, way]) => conditionOf(way))
  const larger = [...choices.values()].map(list => {
    const [first, second] = [true, false].map(side =>
      bytes(list.flatMap(([buffer, way]) => (way.first === side && own.includes(buffer) ? [buffer] : []))),
    )
    return largerOf(first, second)
  })
  return [bytes(own.filter(b => !ways.has(b))), ...larger].reduce(add)
}

/** The larger of two sizes when all size symbols are large. */
function largerOf(a: Dim, b: Dim): Dim {
  const many = Object.fromEntries([a, b].flatMap(symbolsOf).map(name => [name, 2 ** 10]))
  return evaluate(a, many) < evaluate(b, many) ? b : a
}
