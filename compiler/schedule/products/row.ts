// One row times several panels: a product of a vector, whose sums would wait for each other in one panel.
import { add, apply, bind, constant, int, load, loop, madd, mul, read, set, store, when } from '../../code/build.ts'
import type { Expr, Local, Statement } from '../../code/code.ts'
import { parameters, range, type Shapes, variable, zero } from './shapes.ts'

/** Panels side by side. */
export const rowPanels = 4

/** The name of `row(b, panel, a, c, N, K, adds)`: N is a multiple of the columns of so many panels; elements of a and c lie together. */
export const useRow = (shapes: Shapes): string =>
  shapes.library.use('row', () => {
    const { bytes, width, vector } = shapes
    const { list, named, values: v } = parameters(['b', 'panel', 'a', 'c', 'N', 'K', 'adds'])
    const [n, k, p] = ['n', 'k', 'p'].map(name => variable(name))
    const q = range(rowPanels).map(i => variable(`q${i}`))
    const even = variable('even')
    const sums = q.flatMap((from, i) => range(2).map(j => ({ from, j, sum: variable(`s${i}${j}`, vector) })))
    const stores = (adds: boolean): Statement[] =>
      sums.map(({ sum }, i) => store(v.c, adds ? add(load(vector, v.c, 16 * i), read(sum)) : read(sum), 16 * i))
    /** Adds the term `u` further on to every sum. */
    const terms = (u: number): Statement[] => {
      const x = variable(`x${u}`, vector)
      const right = (from: Local, j: number): Expr => load(vector, read(from), u * width * bytes + 16 * j)
      return [
        bind(x, load(vector, read(p), u * bytes, 'splat')),
        ...sums.map(({ from, j, sum }) => set(sum, madd(read(x), right(from, j), read(sum)))),
      ]
    }
    const moved = (by: number): Statement[] => [
      ...q.map(l => set(l, add(read(l), int(by * width * bytes)))),
      set(p, add(read(p), int(by * bytes))),
    ]
    return {
      name: 'row',
      comment: 'one row times panels',
      params: list,
      body: [
        bind(even, apply('and', [v.K, int(-2)])),
        loop(
          n,
          zero,
          v.N,
          [
            ...q.map((l, i) => bind(l, i === 0 ? v.b : add(read(q[i - 1]), v.panel))),
            ...sums.map(({ sum }) => bind(sum, constant(vector, 0))),
            bind(p, v.a),
            loop(k, zero, read(even), [...terms(0), ...terms(1), ...moved(2)], 2),
            loop(k, read(even), v.K, [...terms(0), ...moved(1)]),
            when(v.adds, stores(true), stores(false)),
            set(named.b, add(v.b, mul(v.panel, int(rowPanels)))),
            set(named.c, add(v.c, int(rowPanels * width * bytes))),
          ],
          rowPanels * width,
        ),
      ],
    }
  })
