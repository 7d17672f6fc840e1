// Dense row-major arrays of float64, for the interpreter. Int and bool values are stored as numbers too.

export interface NdArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

export const zeros = (shape: readonly number[]): NdArray => ({ shape, data: new Float64Array(sizeOf(shape)) })

export const array = (shape: readonly number[], data: ArrayLike<number>): NdArray => ({
  shape,
  data: Float64Array.from(data),
})

/** An array from a function of the multi-index. */
export function build(shape: readonly number[], element: (index: readonly number[]) => number): NdArray {
  const result = zeros(shape)
  const index = shape.map(() => 0)
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = element(index)
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0
  }
  return result
}

export const at = (a: NdArray, index: readonly number[]): number => a.data[placeOf(a, index)]

function placeOf({ shape }: NdArray, index: readonly number[]): number {
  let place = 0
  for (let d = 0; d < shape.length; d++) place = place * shape[d] + index[d]
  return place
}

/** The elements on a line along one axis by their places on it; `start` is the index of the first. */
export function line(a: NdArray, start: readonly number[], axis: number): (k: number) => number {
  const [first, step] = [placeOf(a, start), sizeOf(a.shape.slice(axis + 1))]
  return k => a.data[first + k * step]
}

/** The slice `a[i]` along the first dimension, sharing its memory. */
export function row(a: NdArray, i: number): NdArray {
  const shape = a.shape.slice(1)
  const size = sizeOf(shape)
  return { shape, data: a.data.subarray(i * size, (i + 1) * size) }
}

/** The index of the element at a place of a row-major array. */
export function unravel(place: number, shape: readonly number[]): number[] {
  const index: number[] = []
  let rest = place
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}

/** max|a - b| / max|b|; infinite for NaN on either side, for other lengths, and where b alone is all zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let scale = 0
  for (let i = 0; i < b.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) return Number.POSITIVE_INFINITY
    difference = Math.max(difference, Math.abs(a[i] - b[i]))
    scale = Math.max(scale, Math.abs(b[i]))
  }
  return difference === 0 ? 0 : difference / scale
}
