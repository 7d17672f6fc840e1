// The innermost part of a product: some rows times one panel, all sums in registers.
import { add, apply, bind, constant, int, load, loop, madd, mul, read, set, store, when } from '../../code/build.ts'
import type { Expr, Local, Statement } from '../../code/code.ts'
import { parameters, range, type Shapes, variable, zero } from './shapes.ts'

/** Rows of a block: with two vectors of columns 12 sums, which with two of the panel and one of the left operand fill 15 registers. */
export const mostRows = 6

/** Vectors of a panel that are multiplied: both, or the first, where the last panel has no more columns. */
export type Vectors = 1 | 2

/**
 * The name of `rowsR(a, am, b, K, c, cm, count, adds)`: `count` blocks of R rows of a, whose elements lie together, times a panel, to c or
 * added to it. `halfR` takes the first half of the panel.
 */
export const useRows = (rows: number, vectors: Vectors, shapes: Shapes): string => {
  const name = `${vectors === 2 ? 'rows' : 'half'}${rows}`
  return shapes.library.use(name, () => {
    const { bytes, width, vector } = shapes
    const { list, named, values: v } = parameters(['a', 'am', 'b', 'K', 'c', 'cm', 'count', 'adds'])
    const [i, q, even] = ['i', 'q', 'even'].map(name => variable(name))
    const p = range(rows).map(r => variable(`p${r}`))
    const sums = range(rows).map(r => range(vectors).map(j => variable(`s${r}${j}`, vector)))
    const step = width * bytes
    const terms = (at: Expr, u: number): Statement[] => multiplied(shapes, { at, u, p, sums })
    const moved = (by: number): Statement[] => p.map(l => set(l, add(read(l), int(by * bytes))))
    const stores = (adds: boolean): Statement[] =>
      sums.flatMap((row, r) =>
        row.map((s, j) => {
          const to = add(v.c, mul(v.cm, int(r)))
          return store(to, adds ? add(load(vector, to, 16 * j), read(s)) : read(s), 16 * j)
        }),
      )
    return {
      name,
      comment: `blocks of ${rows} rows times ${vectors === 2 ? 'a panel' : 'half a panel'}`,
      params: list,
      body: [
        bind(even, add(v.b, mul(apply('and', [v.K, int(-2)]), int(step)))),
        loop(i, zero, v.count, [
          ...p.map((l, r) => bind(l, r === 0 ? v.a : add(read(p[r - 1]), v.am))),
          ...sums.flat().map(s => bind(s, constant(vector, 0))),
          loop(q, v.b, read(even), [...terms(read(q), 0), ...terms(read(q), 1), ...moved(2)], 2 * step),
          when(apply('and', [v.K, int(1)]), terms(read(even), 0)),
          when(v.adds, stores(true), stores(false)),
          set(named.a, add(v.a, mul(v.am, int(rows)))),
          set(named.c, add(v.c, mul(v.cm, int(rows)))),
        ]),
      ],
    }
  })
}

interface RowBlock {
  /** The place in the panel. */
  readonly at: Expr
  /** How many terms further on. */
  readonly u: number
  /** The places in the rows. */
  readonly p: readonly Local[]
  readonly sums: readonly (readonly Local[])[]
}

/** Adds a term to every sum. */
function multiplied({ vector, bytes, width }: Shapes, { at, u, p, sums }: RowBlock): Statement[] {
  const right = range(sums[0].length).map(j => variable(`b${j}_${u}`, vector))
  const left = p.map((_, r) => variable(`x${r}_${u}`, vector))
  return [
    ...right.map((l, j) => bind(l, load(vector, at, u * width * bytes + 16 * j))),
    ...p.flatMap((from, r) => [
      bind(left[r], load(vector, read(from), u * bytes, 'splat')),
      ...right.map((l, j) => set(sums[r][j], madd(read(left[r]), read(l), read(sums[r][j])))),
    ]),
  ]
}
