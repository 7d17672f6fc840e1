// How the numbers of a series came from what was read: kept, so that predictions can be given back in the units of the file.

/** One invertible step on numbers. */
export type Step =
  | { readonly kind: 'add' | 'multiply' | 'divide'; readonly value: number }
  | { readonly kind: 'reciprocal' | 'log' | 'log1p' | 'sqrt' }

/** Steps in the order in which they were applied. */
export type Chain = readonly Step[]

export type Encoding =
  /** One chain for each component of the item. */
  | { readonly kind: 'numbers'; readonly chains: readonly Chain[] }
  /** A label is its index in this list. */
  | { readonly kind: 'classes'; readonly labels: readonly string[] }

export const apply = (chain: Chain, value: number): number => chain.reduce(forward, value)

export const undo = (chain: Chain, value: number): number => chain.reduceRight(backward, value)

/** The encoding of numbers that are as they were read, `width` to an item. */
export const asRead = (width: number): Encoding => ({
  kind: 'numbers',
  chains: Array.from({ length: width }, () => []),
})

function forward(x: number, step: Step): number {
  switch (step.kind) {
    case 'add':
      return x + step.value
    case 'multiply':
      return x * step.value
    case 'divide':
      return x / step.value
    case 'reciprocal':
      return 1 / x
    case 'log':
      return Math.log(x)
    case 'log1p':
      return Math.log1p(x)
    case 'sqrt':
      return Math.sqrt(x)
  }
}

function backward(y: number, step: Step): number {
  switch (step.kind) {
    case 'add':
      return y - step.value
    case 'multiply':
      return y / step.value
    case 'divide':
      return y * step.value
    case 'reciprocal':
      return 1 / y
    case 'log':
      return Math.exp(y)
    case 'log1p':
      return Math.expm1(y)
    case 'sqrt':
      return y * y
  }
}
