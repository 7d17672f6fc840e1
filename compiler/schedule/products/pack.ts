// Lays a right operand out in panels of neighbouring columns, row by row, so that a product reads it in the order of memory.
import { add, apply, bind, constant, int, load, loop, mul, read, set, store, sub, when } from '../../code/build.ts'
import type { Statement } from '../../code/code.ts'
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

type Address = Parameters<typeof load>[1]

/** One row of a panel, from memory that lies together. */
const copies = ({ vector }: Shapes, from: Address, to: Address): Statement[] =>
  range(2).map(i => store(to, load(vector, from, 16 * i), 16 * i))

/** One row of a panel, from memory that lies apart. */
function gathers({ real, width, bytes }: Shapes, from: Address, stride: Address, to: Address): Statement[] {
  return range(width).map(j => store(to, load(real, add(from, mul(stride, int(j)))), bytes * j))
}

/** The name of `packLeft(to, a, am, ak, M, K)`: the matrix [M, K] row by row. */
export const usePackLeft = (shapes: Shapes): string =>
  shapes.library.use('packLeft', () => {
    const { bytes, real } = shapes
    const { list, named, values: v } = parameters(['to', 'a', 'am', 'ak', 'M', 'K'])
    const [m, k, from, at, row] = ['m', 'k', 'from', 'at', 'row'].map(name => variable(name))
    const blocks = apply('and', [v.M, int(-4)])
    const one = (count: number): Statement[] => [
      bind(from, add(v.a, mul(read(m), v.am))),
      bind(at, v.to),
      loop(k, zero, v.K, [
        ...range(count).map(i =>
          store(add(read(at), mul(read(row), int(i))), load(real, add(read(from), mul(v.am, int(i))))),
        ),
        set(from, add(read(from), v.ak)),
        set(at, add(read(at), int(bytes))),
      ]),
      set(named.to, add(v.to, mul(read(row), int(count)))),
    ]
    return {
      name: 'packLeft',
      comment: 'lays a matrix out row by row',
      params: list,
      body: [bind(row, mul(v.K, int(bytes))), loop(m, zero, blocks, one(4), 4), loop(m, blocks, v.M, one(1))],
    }
  })
