// Finds dimensions of a kernel that a backend may visit in any order, or in parallel.
import { asNumber } from '../ir/dim.ts'
import type { Kernel, Pointwise, Write } from './plan.ts'

/**
 * The dimensions of a kernel's domain (of a product: batch, m, n) along which no point writes an element that another reads or writes.
 * Along the others a map goes in row-major order, as the order of a sum decides its last bit; so do the terms of reductions and products.
 */
export function parallelDims(kernel: Kernel): readonly number[] {
  switch (kernel.kind) {
    case 'map':
      return parallelMapDims(kernel)
    case 'reduce':
      return [...kernel.domain.keys()]
    case 'gemm':
      return [...kernel.batch, kernel.m, kernel.n].map((_, d) => d)
  }
}

/** The same of a map. */
export const parallelMapDims = ({ domain, writes }: Pointwise): readonly number[] =>
  [...domain.keys()].filter(d => writes.every(w => isPlain(w) || asNumber(w.to.strides[d]) !== 0))

/** Tells whether each point writes an element of its own; with an indirect or accumulating write several may share one. */
const isPlain = ({ accumulate, indirect }: Write): boolean => accumulate !== true && indirect === undefined
