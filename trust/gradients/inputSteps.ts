// Splits real inputs into steps, so that the gradient at each is judged on its own scale.
import type { Signature } from '../../compiler/index.ts'
import type { Subject } from './subject.ts'

export interface InputStep {
  readonly name: string
  /** The place along the input's first axis; absent where it has none. */
  readonly step?: number
  /** Whether an element of the input belongs to the step. */
  readonly holds: (element: number) => boolean
}

/** The steps of every real input and target that the loss reads, or each whole where it has no axis. */
export function inputSteps({ inputs, targets }: Signature, { shapes }: Pick<Subject, 'shapes'>): InputStep[] {
  return [...inputs, ...targets].flatMap(({ name, axes }): InputStep[] => {
    const shape = shapes.get(name)
    if (shape === undefined) return []
    if (axes.length === 0) return [{ name, holds: () => true }]
    const [, count, ...rest] = shape
    const width = rest.reduce((n, d) => n * d, 1)
    return Array.from({ length: count }, (_, step) => ({
      name,
      step,
      holds: element => Math.floor(element / width) % count === step,
    }))
  })
}
