// How much a run of a plan has to do: enough to decide whether several threads are worth their waiting.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Kernel, Plan, Step } from '../../plan/plan.ts'
import { wayTaken } from '../../plan/wayTaken.ts'

/** Operations of a run, roughly: a multiplication and an addition of a product are one, as they go by vectors, others count by instructions. */
export function workOf(plan: Plan): (sizes: Sizes) => number {
  const all = (list: readonly Step[], sizes: Sizes): number => list.reduce((sum, s) => sum + of(s, sizes), 0)
  const of = (step: Step, sizes: Sizes): number => {
    switch (step.kind) {
      case 'loop': {
        const rounds = evaluate(step.length, sizes)
        return rounds * all(step.steps, { ...sizes, [step.index]: rounds / 2 })
      }
      case 'choice':
        return all(step.ways[wayTaken(step, sizes)], sizes)
      default:
        return kernelWork(step, sizes)
    }
  }
  return sizes => all(plan.steps, sizes)
}

function kernelWork(kernel: Kernel, sizes: Sizes): number {
  switch (kernel.kind) {
    case 'map':
      return evaluate(product(kernel.domain), sizes) * kernel.program.length
    case 'reduce':
      return evaluate(product([...kernel.domain, ...kernel.over]), sizes) * kernel.program.length
    case 'gemm': {
      const { batch, m, n, k, tail } = kernel
      const after = tail === undefined ? 0 : evaluate(product(tail.domain), sizes) * tail.program.length
      return evaluate(product([...batch, m, n, k]), sizes) + after
    }
  }
}
