// Index arithmetic for handwritten WGSL: from the number of a point to addresses, and loops that step along them.

/** An index that runs over `size` places, and its stride in each of several operands. */
export interface Axis {
  readonly size: number
  readonly strides: readonly number[]
}

/** Number of points of a grid of these sizes. */
export const pointsOf = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1)

export const count = (axes: readonly Axis[]): number => pointsOf(axes.map(axis => axis.size))

/** The address in one operand that the number of a point adds, whose last axis runs fastest: ` + i % 4 * 5`. */
export function placeOf(index: string, axes: readonly Axis[], operand: number): string {
  const terms = axes.flatMap(({ size, strides }, d) => {
    const inner = count(axes.slice(d + 1))
    const above = inner === 1 ? index : `${index} / ${inner}`
    const own = d === 0 ? above : `${above} % ${size}`
    return strides[operand] === 0 ? [] : [` + ${own} * ${strides[operand]}`]
  })
  return terms.join('')
}

/** Runs `body` for each point of some axes, in nested loops that advance the variables that hold addresses in each operand. */
export function loopsOver(
  axes: readonly Axis[],
  variables: readonly (readonly string[])[],
  body: readonly string[],
  level = 0,
): readonly string[] {
  if (level === axes.length) return body
  const { size, strides } = axes[level]
  const moved = (sign: string, times: number): string[] =>
    variables.flatMap((names, o) => (strides[o] === 0 ? [] : names.map(n => `${n} ${sign}= ${strides[o] * times};`)))
  const k = `k${level}`
  return [
    `for (var ${k} = 0; ${k} < ${size}; ${k}++) {`,
    ...indent([...loopsOver(axes, variables, body, level + 1), ...moved('+', 1)]),
    '}',
    ...(level === 0 ? [] : moved('-', size)),
  ]
}

export const indent = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`)
