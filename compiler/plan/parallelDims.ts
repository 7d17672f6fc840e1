// Which dimensions of a kernel a backend may visit in any order, or at once.
import { asNumber } from '../ir/dim.ts'
import type { Kernel, Pointwise, Write } from './plan.ts'

/**
 * The dimensions of a kernel's domain (of a product: batch, m, n) along which no point writes what another one reads or writes. Along the others
 * a map that adds up goes in row-major order, since the last bit of a sum is a matter of order; so do the terms of a reduction and of a product.
 */
export function parallelDims(kernel: Kernel): readonly number[] {
  switch (kernel.kind) {
    case 'map':
      return mapDims(kernel)
    case 'reduce':
      return [...kernel.domain.keys()]
    case 'gemm':
      return [...kernel.batch, kernel.m, kernel.n].map((_, d) => d)
  }
}

const mapDims = ({ domain, writes }: Pointwise): readonly number[] =>
  [...domain.keys()].filter(d => writes.every(w => isPlain(w) || asNumber(w.to.strides[d]) !== 0))

/** Whether each point writes an element of its own; where data say which, or it is added to, several may write one. */
const isPlain = ({ accumulate, indirect }: Write): boolean => accumulate !== true && indirect === undefined
