// Vectors and matrices in plain loops, for references that are written independently of the compiler.

export type Vector = readonly number[]
export type Matrix = readonly Vector[]

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
export const square = (x: number): number => x * x

export const vector = (n: number, element: (i: number) => number = () => 0): number[] =>
  Array.from({ length: n }, (_, i) => element(i))

export const map = (f: (...xs: number[]) => number, ...vs: Vector[]): number[] =>
  vector(vs[0].length, i => f(...vs.map(v => v[i])))

export const add = (...vs: Vector[]): number[] => map((...xs) => xs.reduce((a, b) => a + b, 0), ...vs)
export const multiply = (...vs: Vector[]): number[] => map((...xs) => xs.reduce((a, b) => a * b, 1), ...vs)
export const scale = (by: number, v: Vector): number[] => v.map(x => by * x)
export const sum = (v: Vector): number => v.reduce((a, b) => a + b, 0)
export const mean = (v: Vector): number => (v.length === 0 ? 0 : sum(v) / v.length)
export const dot = (a: Vector, b: Vector): number => sum(multiply(a, b))

/** W x. */
export const apply = (W: Matrix, x: Vector): number[] => W.map(row => dot(row, x))
/** Wᵀ x; `columns` counts where W has no rows. */
export const applyTransposed = (W: Matrix, x: Vector, columns = W[0]?.length ?? 0): number[] =>
  vector(columns, j => sum(W.map((row, i) => row[j] * x[i])))
/** v kᵀ. */
export const outer = (v: Vector, k: Vector): number[][] => v.map(x => scale(x, k))
export const addMatrices = (A: Matrix, B: Matrix): number[][] => A.map((row, i) => add(row, B[i]))
export const scaleMatrix = (by: number, A: Matrix): number[][] => A.map(row => scale(by, row))

export function softmax(v: Vector): number[] {
  const top = Math.max(...v)
  const e = v.map(x => Math.exp(x - top))
  return scale(1 / sum(e), e)
}

/** Applies `step` to each element, from the first to the last, with a state carried along. */
export function scan<X, S, Y>(
  xs: readonly X[],
  start: S,
  step: (state: S, x: X) => { state: S; y: Y },
): { ys: Y[]; final: S } {
  const ys: Y[] = []
  let state = start
  for (const x of xs) {
    const next = step(state, x)
    state = next.state
    ys.push(next.y)
  }
  return { ys, final: state }
}
