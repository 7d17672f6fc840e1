// Flattens a plan at given sizes into a list of kernel runs: loops are walked, choices made, and every offset is a number.
import { evaluate, type Sizes } from '../../ir/dim.ts'
import { wayTaken } from '../../plan/wayTaken.ts'
import type { Kernel } from './ownKernels.ts'
import type { Task, TaskStep } from './tasks.ts'

export interface Dispatch {
  readonly task: Task
  readonly kernel: Kernel
  /** The value of each of the kernel's `offsets`. */
  readonly offsets: readonly number[]
}

/** A task, and the sizes and loop indices that it runs at. */
export interface Run {
  readonly task: Task
  readonly at: Sizes
}

/** Lists the runs of tasks in the order of execution. */
export function runsOf(steps: readonly TaskStep[], sizes: Sizes): readonly Run[] {
  const list: Run[] = []
  const walk = (inside: readonly TaskStep[], at: Sizes): void => {
    for (const step of inside) {
      switch (step.kind) {
        case 'loop': {
          const { index, length, reverse } = step.loop
          const end = evaluate(length, at)
          for (let i = 0; i < end; i++) walk(step.steps, { ...at, [index]: reverse ? end - 1 - i : i })
          break
        }
        case 'choice':
          walk(step.ways[wayTaken(step.choice, at)], at)
          break
        default:
          list.push({ task: step, at })
      }
    }
  }
  walk(steps, sizes)
  return list
}

/** Lists the runs of kernels. `kernelsOf` is asked once for each task, however often it runs. */
export function dispatchesOf(
  steps: readonly TaskStep[],
  sizes: Sizes,
  kernelsOf: (task: Task) => readonly Kernel[],
): readonly Dispatch[] {
  const kernels = new Map<Task, readonly Kernel[]>()
  const known = (task: Task): readonly Kernel[] => {
    const found = kernels.get(task) ?? kernelsOf(task)
    kernels.set(task, found)
    return found
  }
  return runsOf(steps, sizes).flatMap(({ task, at }) =>
    known(task).map(kernel => ({ task, kernel, offsets: kernel.offsets.map(o => evaluate(o, at)) })),
  )
}
