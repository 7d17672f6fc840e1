// Finds buffers that only one way of a choice needs.
import { type Dim, format } from '../ir/dim.ts'
import type { Buffer, Plan } from './plan.ts'
import { portBuffers } from './ports.ts'
import { touched } from './steps.ts'

/** One way of a choice: taken where `less` < `than` if `first`, else where not. Choices between the same sizes go the same way. */
export interface Way {
  readonly less: Dim
  readonly than: Dim
  readonly first: boolean
}

export const conditionOf = ({ less, than }: Pick<Way, 'less' | 'than'>): string => `${format(less)} < ${format(than)}`

/** The buffers that one way alone needs: they take no memory where the other is taken. */
export function buffersOfWays(plan: Plan): ReadonlyMap<Buffer, Way> {
  const found = new Map<Buffer, Way>()
  const always = new Set(portBuffers(plan))
  for (const step of plan.steps) {
    if (step.kind !== 'choice') for (const buffer of touched(step)) always.add(buffer)
    else {
      step.ways.forEach((list, i) => {
        const way: Way = { less: step.less, than: step.than, first: i === 0 }
        for (const buffer of list.flatMap(touched)) {
          const before = found.get(buffer) ?? way
          const same = before.first === way.first && conditionOf(before) === conditionOf(way)
          if (same) found.set(buffer, way)
          else always.add(buffer)
        }
      })
    }
  }
  return new Map([...found].filter(([buffer]) => !always.has(buffer)))
}
