// A vector times a matrix whose rows lie side by side in memory: sums of lanes, several results at once.
import { add, apply, bind, constant, int, lane, load, loop, madd, mul, read, set, store } from '../../code/build.ts'
import type { Expr, Local, Statement } from '../../code/code.ts'
import { parameters, range, rowNames, type Shapes, variable, zero } from './shapes.ts'

/** Results at once: enough that no sum waits for itself. */
const most = 8

/** The name of `dots(x, xk, b, bk, bn, y, yn, N, K)`, where the elements of x and those of a column of b lie together. */
export const useDots = (shapes: Shapes): string =>
  shapes.library.use('dots', () => {
    const { list, values } = parameters(rowNames)
    const n = variable('n')
    const many = apply('and', [values.N, int(-most)])
    const block = (count: number): Statement[] => dots(shapes, values, read(n), count)
    return {
      name: 'dots',
      comment: 'a vector times a matrix, row by row',
      params: list,
      body: [loop(n, zero, many, block(most), most), loop(n, many, values.N, block(1))],
    }
  })

/** So many results from the n-th on. */
function dots(
  { vector, real, lanes, bytes }: Shapes,
  v: Readonly<Record<(typeof rowNames)[number], Expr>>,
  n: Expr,
  count: number,
): Statement[] {
  const [p, k] = ['p', 'k'].map(name => variable(name))
  const [x, single] = [variable('x', vector), variable('x1', real)]
  const rows = range(count).map(i => variable(`q${i}`))
  const sums = range(count).map(i => variable(`s${i}`, vector))
  const totals = range(count).map(i => variable(`t${i}`, real))
  const whole = apply('and', [v.K, int(-lanes)])
  const at = (offset: Expr): Expr => mul(offset, int(bytes))
  return [
    ...rows.map((q, i) => bind(q, i === 0 ? add(v.b, mul(n, v.bn)) : add(read(rows[i - 1]), v.bn))),
    ...sums.map(s => bind(s, constant(vector, 0))),
    loop(
      k,
      zero,
      whole,
      [
        bind(p, at(read(k))),
        bind(x, load(vector, add(v.x, read(p)))),
        ...sums.map((s, i) => set(s, madd(read(x), load(vector, add(read(rows[i]), read(p))), read(s)))),
      ],
      lanes,
    ),
    ...totalsOf(sums, totals, lanes),
    loop(k, whole, v.K, [
      bind(single, load(real, add(v.x, at(read(k))))),
      ...totals.map((t, i) => set(t, add(read(t), mul(read(single), load(real, add(read(rows[i]), at(read(k)))))))),
    ]),
    ...totals.map((t, i) => store(add(v.y, mul(add(n, int(i)), v.yn)), read(t))),
  ]
}

/** Adds up the lanes of each sum; of four vectors of four at once. */
function totalsOf(sums: readonly Local[], totals: readonly Local[], lanes: number): Statement[] {
  if (lanes !== 4 || sums.length < 4)
    return totals.map((t, i) =>
      bind(
        t,
        range(lanes)
          .map(l => lane(read(sums[i]), l))
          .reduce(add),
      ),
    )
  return range(sums.length / 4).flatMap(g => {
    const [s0, s1, s2, s3] = sums.slice(4 * g, 4 * g + 4).map(read)
    const [a, b, all] = ['a', 'b', 'all'].map(name => variable(`${name}${g}`, 'f32x4'))
    const halves = (x: Expr, y: Expr): Expr =>
      add(apply('shuffle', [x, y], [0, 4, 1, 5]), apply('shuffle', [x, y], [2, 6, 3, 7]))
    const low = apply('shuffle', [read(a), read(b)], [0, 1, 4, 5])
    const high = apply('shuffle', [read(a), read(b)], [2, 3, 6, 7])
    return [
      bind(a, halves(s0, s1)),
      bind(b, halves(s2, s3)),
      bind(all, add(low, high)),
      ...range(4).map(i => bind(totals[4 * g + i], lane(read(all), i))),
    ]
  })
}
