// What a model must beat: the last value, and linear autoregression. Every year is predicted from the true years before it.

/** The figure of the year before. */
export const lastValue = (series: readonly number[]): number[] =>
  series.map((_, row) => (row === 0 ? Number.NaN : series[row - 1]))

/**
 * AR(order): a constant and a weight for each of the `order` values before, by least squares over the rows up to `fitEnd`.
 * The first `order` rows have no prediction.
 */
export function autoregression(series: readonly number[], order: number, fitEnd: number): number[] {
  const regressors = (row: number): number[] => [1, ...series.slice(row - order, row)]
  const rows = Array.from({ length: fitEnd - order }, (_, i) => order + i)
  const weights = leastSquares(
    rows.map(regressors),
    rows.map(row => series[row]),
  )
  return series.map((_, row) => (row < order ? Number.NaN : dot(weights, regressors(row))))
}

/** The weights w that make the squares of X w - y smallest: (XᵀX) w = Xᵀy. */
export function leastSquares(x: readonly (readonly number[])[], y: readonly number[]): number[] {
  const columns = x[0].map((_, i) => x.map(row => row[i]))
  return solve(
    columns.map(a => columns.map(b => dot(a, b))),
    columns.map(a => dot(a, y)),
  )
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]])
  const n = rows.length
  for (let i = 0; i < n; i++) {
    const rest = rows.slice(i).map(row => Math.abs(row[i]))
    const pivot = i + rest.indexOf(Math.max(...rest))
    ;[rows[i], rows[pivot]] = [rows[pivot], rows[i]]
    for (let r = i + 1; r < n; r++) {
      const factor = rows[r][i] / rows[i][i]
      for (let c = i; c <= n; c++) rows[r][c] -= factor * rows[i][c]
    }
  }
  const solution = Array.from({ length: n }, () => 0)
  for (let i = n - 1; i >= 0; i--) {
    solution[i] = (rows[i][n] - dot(rows[i].slice(i + 1, n), solution.slice(i + 1))) / rows[i][i]
  }
  return solution
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0)
