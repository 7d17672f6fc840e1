// Writes the lines of one block of a product that is not packed: they add up its results, two terms an iteration, and store them.
import { asNumber, constant, type Dim, multiply } from '../../ir/dim.ts'
import type { Writer } from './writer.ts'

/** The name of a loop's index, or a position that is known. */
export type Index = string | number

/** An operand or the result at one place of the batch. */
export interface Matrix {
  readonly buffer: string
  /** The address of the first element. */
  readonly start: string
  /** Strides of a row and of a column. */
  readonly rows: Dim
  readonly columns: Dim
  /** The distance between an element and the one so many rows and columns further on. */
  readonly shift: (row: number, column: number) => string | number
}

/** A product c = a b on its way to code. */
export interface Direct {
  readonly writer: Writer
  /** The number of terms of each sum. */
  readonly k: Dim
  readonly a: Matrix
  readonly b: Matrix
  readonly c: Matrix
  /** What is added to each result. */
  readonly addend?: Matrix
  /** Gives the name of a variable, the same for the same wish. */
  readonly local: (wish: string) => string
  /** A known number, or the name of a constant that holds the size. */
  readonly known: (dim: Dim, wish: string) => string | number
  /** Whether all results are added up as well. */
  readonly total: boolean
}

/** Some rows and columns of the result. */
export interface Tile {
  readonly row: Index
  readonly column: Index
  readonly height: number
  readonly width: number
}

/** Gives the lines that sum and store one block of results. */
export function tileLines(direct: Direct, tile: Tile): string[] {
  const { row, column, height, width } = tile
  const { a, b, c, local } = direct
  const [p, q, r] = ['p', 'q', 'r'].map(local)
  const sums = range(height).map(i => range(width).map(j => local(`s${i}${j}`)))
  const from = `${p} = ${sum(a.start, along(direct, a.rows, row))}, ${q} = ${sum(b.start, along(direct, b.columns, column))}`
  const { reads, plus } = addends(direct, tile)
  const stores = [
    `const ${r} = ${sum(c.start, along(direct, c.rows, row), along(direct, c.columns, column))}`,
    ...reads,
    ...sums.map((line, i) =>
      line.map((s, j) => `${c.buffer}[${sum(r, c.shift(i, j))}] = ${s}${plus(i, j)}`).join(', '),
    ),
    ...(direct.total ? [`${local('all')} += ${sums.flat().join(' + ')}`] : []),
  ]
  return [...sumLines(direct, sums, from), ...stores]
}

/** The lines that read what is added to a block of results, all before the first is stored, and what then stands behind each sum. */
function addends(
  direct: Direct,
  { row, column, height, width }: Tile,
): { readonly reads: readonly string[]; readonly plus: (i: number, j: number) => string } {
  const { addend, local } = direct
  if (addend === undefined) return { reads: [], plus: () => '' }
  const from = local('e')
  const names = new Map<string | number, string>()
  const plus = (i: number, j: number): string => {
    const shift = addend.shift(i, j)
    const name = names.get(shift) ?? local(`e${i}${j}`)
    names.set(shift, name)
    return ` + ${name}`
  }
  for (const i of range(height)) for (const j of range(width)) plus(i, j)
  const start = sum(addend.start, along(direct, addend.rows, row), along(direct, addend.columns, column))
  const elements = [...names].map(([shift, name]) => `${name} = ${addend.buffer}[${sum(from, shift)}]`)
  return { reads: [`const ${from} = ${start}`, `const ${elements.join(', ')}`], plus }
}

/** The lines that compute the sums of a block; `from` sets the addresses `p` and `q` of the first terms. */
function sumLines(direct: Direct, sums: readonly (readonly string[])[], from: string): string[] {
  const { a, b, local } = direct
  const [p, q] = ['p', 'q'].map(local)
  const zeros = sums.map(line => `let ${line.map(s => `${s} = 0`).join(', ')}`)
  const depth = direct.known(direct.k, 'depth')
  if (depth === 0) return zeros
  if (depth === 1 || depth === 2) return [`const ${from}`, ...termLines(direct, sums, depth, '=')]
  const one = termLines(direct, sums, 1, '+=')
  const i = local('k')
  const round = [...termLines(direct, sums, 2, '+='), `${p} += ${a.shift(0, 2)}, ${q} += ${b.shift(2, 0)}`]
  if (typeof depth === 'string') {
    const rounds = loop(`for (; ${i} + 2 <= ${depth}; ${i} += 2)`, round)
    return [...zeros, `let ${i} = 0, ${from}`, ...rounds, ...loop(`if (${i} < ${depth})`, one)]
  }
  const whole = depth - (depth % 2)
  const rounds = loop(`for (let ${i} = 0; ${i} < ${whole}; ${i} += 2)`, round)
  return [...zeros, `let ${from}`, ...rounds, ...(depth > whole ? block(one) : [])]
}

/** Adds the next one or two terms of every sum; two are added to each other first, so that they need not wait for the sum. */
function termLines(
  { a, b, local }: Direct,
  sums: readonly (readonly string[])[],
  count: 1 | 2,
  assign: '=' | '+=',
): string[] {
  const [p, q] = ['p', 'q'].map(local)
  const ahead = range(count)
  const x = (i: number, k: number): string => local(`${'xu'[k]}${i}`)
  const y = (j: number, k: number): string => local(`${'yv'[k]}${j}`)
  const rows = sums.map((_, i) => ahead.map(k => `${x(i, k)} = ${a.buffer}[${sum(p, a.shift(i, k))}]`))
  const columns = sums[0].map((_, j) => ahead.map(k => `${y(j, k)} = ${b.buffer}[${sum(q, b.shift(k, j))}]`))
  const line = (i: number): string =>
    sums[i].map((s, j) => `${s} ${assign} ${ahead.map(k => `${x(i, k)} * ${y(j, k)}`).join(' + ')}`).join(', ')
  const lines = sums.map((_, i) => (assign === '=' ? `const ${line(i)}` : line(i)))
  return [...[...rows, ...columns].map(reads => `const ${reads.join(', ')}`), ...lines]
}

/** The offset of `index` rows or columns. */
function along({ writer, known }: Direct, stride: Dim, index: Index): string | number {
  if (index === 0 || asNumber(stride) === 0) return 0
  if (typeof index === 'number') return known(multiply(stride, constant(index)), 'shift')
  return asNumber(stride) === 1 ? index : `${index} * ${writer.factor(stride)}`
}

/** Joins terms by `+`; leaves out those that are 0. */
const sum = (...terms: readonly (string | number)[]): string =>
  terms.filter(term => term !== 0 && term !== '0').join(' + ') || '0'

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

export const loop = (head: string, lines: readonly string[]): string[] => [
  `${head} {`,
  ...lines.map(l => `  ${l}`),
  '}',
]

export const block = (lines: readonly string[]): string[] => ['{', ...lines.map(l => `  ${l}`), '}']
