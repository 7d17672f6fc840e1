// Products of few rows, with nothing packed: each row of the left operand times the matrix, as it lies in memory.
import {
  add,
  apply,
  bind,
  constant,
  int,
  load,
  loop,
  madd,
  mul,
  perform,
  read,
  set,
  store,
  when,
} from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { useDots } from './dots.ts'
import { parameters, range, rowNames, type Shapes, variable, zero } from './shapes.ts'

/** The name of `direct(a, am, ak, b, bk, bn, c, cm, cn, M, N, K)`. */
export const useDirect = (shapes: Shapes): string =>
  shapes.library.use('direct', () => {
    const names = ['a', 'am', 'ak', 'b', 'bk', 'bn', 'c', 'cm', 'cn', 'M', 'N', 'K'] as const
    const { list, values: v } = parameters(names)
    const { bytes } = shapes
    const [m, x, y] = ['m', 'x', 'y'].map(name => variable(name))
    const isUnit = (stride: Expr): Expr => apply('eq', [stride, int(bytes)])
    const args = [read(x), v.ak, v.b, v.bk, v.bn, read(y), v.cn, v.N, v.K]
    const columns = apply('and', [isUnit(v.bn), isUnit(v.cn)])
    return {
      name: 'direct',
      comment: 'a matrix product of few rows',
      params: list,
      body: [
        loop(m, zero, v.M, [
          bind(x, add(v.a, mul(read(m), v.am))),
          bind(y, add(v.c, mul(read(m), v.cm))),
          when(
            columns,
            [perform(useColumns(shapes), args)],
            [
              when(
                apply('and', [isUnit(v.ak), isUnit(v.bk)]),
                [perform(useDots(shapes), args)],
                [perform(useApart(shapes), args)],
              ),
            ],
          ),
        ]),
      ],
    }
  })

/** A vector times a matrix whose columns lie side by side: several vectors of results at once. */
const useColumns = (shapes: Shapes): string =>
  shapes.library.use('columns', () => {
    const { list, values: v } = parameters(rowNames)
    const { vector, real, lanes, bytes } = shapes
    const [n, p, q, k] = ['n', 'p', 'q', 'k'].map(name => variable(name))
    const block = (count: number): Statement[] => {
      const type = count === 0 ? real : vector
      const sums = range(Math.max(1, count)).map(i => variable(`s${i}`, type))
      const x = variable('x', type)
      const term = (i: number): Expr => {
        const [left, right] = [read(x), load(type, read(q), 16 * i)]
        return count === 0 ? add(mul(left, right), read(sums[i])) : madd(left, right, read(sums[i]))
      }
      return [
        bind(p, v.x),
        bind(q, add(v.b, mul(read(n), int(bytes)))),
        ...sums.map(s => bind(s, constant(type, 0))),
        loop(k, zero, v.K, [
          bind(x, load(type, read(p), 0, count === 0 ? undefined : 'splat')),
          ...sums.map((s, i) => set(s, term(i))),
          set(p, add(read(p), v.xk)),
          set(q, add(read(q), v.bk)),
        ]),
        ...sums.map((s, i) => store(add(v.y, mul(read(n), int(bytes))), read(s), 16 * i)),
      ]
    }
    const down = (by: number): Expr => apply('and', [v.N, int(-by * lanes)])
    return {
      name: 'columns',
      comment: 'a vector times a matrix, column by column',
      params: list,
      body: [
        loop(n, zero, down(8), block(8), 8 * lanes),
        loop(n, down(8), down(2), block(2), 2 * lanes),
        loop(n, down(2), down(1), block(1), lanes),
        loop(n, down(1), v.N, block(0)),
      ],
    }
  })

/** A vector times a matrix that lies anyhow. */
const useApart = (shapes: Shapes): string =>
  shapes.library.use('apart', () => {
    const { list, values: v } = parameters(rowNames)
    const { real } = shapes
    const [n, p, q, k, s] = ['n', 'p', 'q', 'k', 's'].map(name => variable(name, name === 's' ? real : 'i32'))
    return {
      name: 'apart',
      comment: 'a vector times a matrix, element by element',
      params: list,
      body: [
        loop(n, zero, v.N, [
          bind(p, v.x),
          bind(q, add(v.b, mul(read(n), v.bn))),
          bind(s, constant(real, 0)),
          loop(k, zero, v.K, [
            set(s, add(read(s), mul(load(real, read(p)), load(real, read(q))))),
            set(p, add(read(p), v.xk)),
            set(q, add(read(q), v.bk)),
          ]),
          store(add(v.y, mul(read(n), v.yn)), read(s)),
        ]),
      ],
    }
  })
