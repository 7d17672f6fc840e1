// Chooses the kernels of a task on a device at given sizes: for folds faster ones than gpu.js makes, where there are any.
import type { Sizes } from '../../ir/dim.ts'
import type { FreshBuffer } from '../../plan/freshBuffers.ts'
import { type KernelSource, kernelSource } from './kernelSource.ts'
import { splitLong } from './longSums.ts'
import { productKernel } from './product.ts'
import { scatterKernel } from './scatter.ts'
import { splitTask } from './splitTask.ts'
import type { Task } from './tasks.ts'
import type { OwnKernel } from './wgsl.ts'

export type Kernel = KernelSource | OwnKernel

/** Gives the kernels of a task in the order of execution. A kernel may touch at most `most` buffers. */
export type KernelsOf = (task: Task, sizes: Sizes, most: number, fresh: FreshBuffer) => readonly Kernel[]

/** Gives one kernel for each task, as gpu.js translates it. */
export const plainKernels: KernelsOf = (task, sizes) => {
  const kernel = kernelSource(task, sizes)
  return kernel === undefined ? [] : [kernel]
}

/** Computes products in blocks, scatters in one pass over their terms, and long folds in parts. */
export const fastKernels: KernelsOf = (task, sizes, most, fresh) => {
  if (task.kind === 'each') return plainKernels(task, sizes, most, fresh)
  const scatter = scatterKernel(task, sizes, fresh)
  if (scatter !== undefined) {
    const before = scatter.before.flatMap(each => splitTask(each, most, fresh))
    return [...before.flatMap(part => plainKernels(part, sizes, most, fresh)), scatter.kernel]
  }
  return splitLong(task, sizes, fresh).flatMap(part => productKernel(part, sizes) ?? kernelSource(part, sizes) ?? [])
}
