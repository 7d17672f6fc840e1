// Lays a right operand out in panels of neighbouring columns, row by row, so that a product reads it in the order of memory.
import {
  add,
  apply,
  bind,
  constant,
  int,
  lane,
  load,
  loop,
  mul,
  read,
  select,
  set,
  store,
  sub,
  when,
} from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { parameters, range, type Shapes, variable, zero } from './shapes.ts'

/** The name of `pack(to, b, bk, bn, N, K)`: the matrix [K, N] as panels, columns that the last one lacks as zeros. Strides are in bytes. */
export const usePack = (shapes: Shapes): string =>
  shapes.library.use('pack', () => {
    const { width, bytes } = shapes
    const { list, named, values: v } = parameters(['to', 'b', 'bk', 'bn', 'N', 'K'])
    const [n, from, j, k] = ['n', 'from', 'j', 'k'].map(name => variable(name))
    const isWhole = apply('le', [read(n), sub(v.N, int(width))])
    const together = apply('and', [isWhole, apply('eq', [v.bn, int(bytes)])])
    const next = [set(from, add(read(from), v.bk)), set(named.to, add(v.to, int(width * bytes)))]
    const element = add(read(from), mul(read(j), v.bn))
    const at = add(v.to, mul(read(j), int(bytes)))
    const rest: Statement[] = [
      loop(j, zero, int(width), [
        when(
          apply('lt', [add(read(n), read(j)), v.N]),
          [store(at, load(shapes.real, element))],
          [store(at, constant(shapes.real, 0))],
        ),
      ]),
    ]
    const lines = (row: readonly Statement[]): Statement[] => [loop(k, zero, v.K, [...row, ...next])]
    return {
      name: 'pack',
      comment: 'lays a matrix out in panels of columns',
      params: list,
      body: [
        loop(
          n,
          zero,
          v.N,
          [
            bind(from, add(v.b, mul(read(n), v.bn))),
            when(together, lines(copies(shapes, read(from), v.to)), [
              when(isWhole, lines(gathers(shapes, read(from), v.bn, v.to)), lines(rest)),
            ]),
          ],
          width,
        ),
      ],
    }
  })

/** One row of a panel, from memory that lies together. */
const copies = ({ vector }: Shapes, from: Expr, to: Expr): Statement[] =>
  range(2).map(i => store(to, load(vector, from, 16 * i), 16 * i))

/** One row of a panel, from memory that lies apart. */
function gathers({ real, width, bytes }: Shapes, from: Expr, stride: Expr, to: Expr): Statement[] {
  return range(width).map(j => store(to, load(real, add(from, mul(stride, int(j)))), bytes * j))
}

/** The name of `packLeft(to, a, am, ak, M, K)`: the matrix [M, K] row by row. Columns that lie together are turned in squares. */
export const usePackLeft = (shapes: Shapes): string =>
  shapes.library.use('packLeft', () => {
    const { bytes, lanes } = shapes
    const { list, values: v } = parameters(['to', 'a', 'am', 'ak', 'M', 'K'])
    const [m, k, row, from, to] = ['m', 'k', 'row', 'from', 'to'].map(name => variable(name))
    const together = apply('eq', [v.am, int(bytes)])
    const rows = (by: number): Expr => select(apply('and', [v.M, int(-by)]), zero, together)
    const whole = apply('and', [v.K, int(-lanes)])
    const start = (): Statement[] => [
      bind(from, add(v.a, mul(read(m), v.am))),
      bind(to, add(v.to, mul(read(m), read(row)))),
    ]
    const move = (columns: number): Statement[] => [
      set(from, add(read(from), mul(v.ak, int(columns)))),
      set(to, add(read(to), int(columns * bytes))),
    ]
    const place: Square = { from: read(from), ak: v.ak, to: read(to), row: read(row) }
    return {
      name: 'packLeft',
      comment: 'lays a matrix out row by row',
      params: list,
      body: [
        bind(row, mul(v.K, int(bytes))),
        loop(
          m,
          zero,
          rows(lanes),
          [
            ...start(),
            loop(k, zero, whole, [...square(shapes, place), ...move(lanes)], lanes),
            loop(k, whole, v.K, [...column(shapes, place), ...move(1)]),
          ],
          lanes,
        ),
        loop(m, rows(lanes), v.M, [...start(), loop(k, zero, v.K, [single(shapes, place), ...move(1)])]),
      ],
    }
  })

/** Where a square lies, and where it goes: strides of a column there, and of a row here. */
interface Square {
  readonly from: Expr
  readonly ak: Expr
  readonly to: Expr
  readonly row: Expr
}

/** Turns as many columns as a vector has lanes. */
function square({ vector, lanes }: Shapes, { from, ak, to, row }: Square): Statement[] {
  const columns = range(lanes).map(i => variable(`c${i}`, vector))
  const [c0, c1, c2, c3] = columns.map(read)
  const loads = columns.map((c, i) => bind(c, load(vector, add(from, mul(ak, int(i))))))
  const store1 = (v: Expr, i: number): Statement => store(add(to, mul(row, int(i))), v)
  const mix = (a: Expr, b: Expr, of: readonly number[]): Expr => apply('shuffle', [a, b], of)
  if (lanes === 2) return [...loads, store1(mix(c0, c1, [0, 2]), 0), store1(mix(c0, c1, [1, 3]), 1)]
  const halves = ['a', 'b', 'c', 'd'].map(n => variable(n, vector))
  const pairs = [
    mix(c0, c1, [0, 4, 1, 5]),
    mix(c0, c1, [2, 6, 3, 7]),
    mix(c2, c3, [0, 4, 1, 5]),
    mix(c2, c3, [2, 6, 3, 7]),
  ]
  const [a, b, c, d] = halves.map(read)
  return [
    ...loads,
    ...halves.map((h, i) => bind(h, pairs[i])),
    store1(mix(a, c, [0, 1, 4, 5]), 0),
    store1(mix(a, c, [2, 3, 6, 7]), 1),
    store1(mix(b, d, [0, 1, 4, 5]), 2),
    store1(mix(b, d, [2, 3, 6, 7]), 3),
  ]
}

/** Moves one column of a square. */
function column({ vector, lanes }: Shapes, { from, to, row }: Square): Statement[] {
  const whole = variable('whole', vector)
  return [
    bind(whole, load(vector, from)),
    ...range(lanes).map(i => store(add(to, mul(row, int(i))), lane(read(whole), i))),
  ]
}

const single = ({ real }: Shapes, { from, to }: Square): Statement => store(to, load(real, from))
