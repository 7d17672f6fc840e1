// Products with strong zeros, where 0 times infinity or NaN is 0: only a sum that came out as NaN may be wrong, and is summed again.
import { add, apply, bind, constant, int, load, loop, mul, read, set, store, sub, when } from '../../code/build.ts'
import type { Expr } from '../../code/code.ts'
import { least, parameters, type Shapes, variable, zero } from './shapes.ts'

/** The name of `repair(a, am, ak, b, bk, bn, c, cm, cn, M, N, K, left, right)`. */
export const useRepair = (shapes: Shapes): string =>
  shapes.library.use('repair', () => {
    const names = ['a', 'am', 'ak', 'b', 'bk', 'bn', 'c', 'cm', 'cn', 'M', 'N', 'K', 'left', 'right'] as const
    const { list, values: v } = parameters(names)
    const { real, vector, lanes, bytes } = shapes
    const [m, n, j, k, at, p, q, bad] = ['m', 'n', 'j', 'k', 'at', 'p', 'q', 'bad'].map(name => variable(name))
    const [s, x, y] = ['s', 'x', 'y'].map(name => variable(name, real))
    const isLost = (e: Expr): Expr => apply('ne', [e, e])
    const group = variable('group', vector)
    const isWhole = apply('and', [apply('le', [read(n), sub(v.N, int(lanes))]), apply('eq', [v.cn, int(bytes)])])
    const isZero = (e: Expr): Expr => apply('eq', [e, constant(real, 0)])
    const dropped = apply('or', [apply('and', [v.left, isZero(read(x))]), apply('and', [v.right, isZero(read(y))])])
    const again = [
      bind(p, add(v.a, mul(read(m), v.am))),
      bind(q, add(v.b, mul(read(j), v.bn))),
      bind(s, constant(real, 0)),
      loop(k, zero, v.K, [
        bind(x, load(real, read(p))),
        bind(y, load(real, read(q))),
        when(dropped, [], [set(s, add(read(s), mul(read(x), read(y))))]),
        set(p, add(read(p), v.ak)),
        set(q, add(read(q), v.bk)),
      ]),
      store(read(at), read(s)),
    ]
    const row = add(v.c, mul(read(m), v.cm))
    const place = (column: Expr): Expr => add(row, mul(column, v.cn))
    return {
      name: 'repair',
      comment: 'sums again what is NaN, without the terms of a strong zero',
      params: list,
      body: [
        loop(m, zero, v.M, [
          loop(
            n,
            zero,
            v.N,
            [
              bind(bad, int(1)),
              when(isWhole, [bind(group, load(vector, place(read(n)))), set(bad, apply('any', [isLost(read(group))]))]),
              when(read(bad), [
                loop(j, read(n), least(add(read(n), int(lanes)), v.N), [
                  bind(at, place(read(j))),
                  when(isLost(load(real, read(at))), again),
                ]),
              ]),
            ],
            lanes,
          ),
        ]),
      ],
    }
  })
