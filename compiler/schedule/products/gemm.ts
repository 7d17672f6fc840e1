// Products of packed operands, in blocks of the sizes that stay in the caches.
import { add, apply, bind, int, loop, mul, perform, read, sub, when } from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { useMultiply } from './multiply.ts'
import { usePack, usePackLeft } from './pack.ts'
import { columnBlock, depthBlock, least, parameters, rowBlock, type Shapes, variable, zero } from './shapes.ts'

/** Bytes of the rooms that products need: a block of the right operand, one of the left, a tile. */
export const roomsOf = ({ width, bytes }: Shapes) => ({
  right: depthBlock * (columnBlock + width) * bytes,
  left: depthBlock * rowBlock * bytes,
  tile: rowBlock * width * bytes,
})

/** The name of `blocks(…)`: rows in blocks of the second cache, of one block of columns and depth; a left operand that lies apart is packed. */
const useBlocks = (shapes: Shapes): string =>
  shapes.library.use('blocks', () => {
    const names = ['b', 'panel', 'a', 'am', 'ak', 'c', 'cm', 'cn', 'M', 'N', 'K', 'adds', 'left', 'tile'] as const
    const { list, values: v } = parameters(names)
    const [m, count, from, to] = ['m', 'count', 'from', 'to'].map(name => variable(name))
    const go = (a: Expr, am: Expr): Statement =>
      perform(useMultiply(shapes), [v.b, v.panel, a, am, read(to), v.cm, v.cn, read(count), v.N, v.K, v.adds, v.tile])
    return {
      name: 'blocks',
      comment: 'blocks of rows times panels',
      params: list,
      body: [
        loop(
          m,
          zero,
          v.M,
          [
            bind(count, least(sub(v.M, read(m)), int(rowBlock))),
            bind(from, add(v.a, mul(read(m), v.am))),
            bind(to, add(v.c, mul(read(m), v.cm))),
            when(
              apply('eq', [v.ak, int(shapes.bytes)]),
              [go(read(from), v.am)],
              [
                perform(usePackLeft(shapes), [v.left, read(from), v.am, v.ak, read(count), v.K]),
                go(v.left, mul(v.K, int(shapes.bytes))),
              ],
            ),
          ],
          rowBlock,
        ),
      ],
    }
  })

/** The name of `gemm(a, am, ak, b, bk, bn, c, cm, cn, M, N, K, right, left, tile)`: packs the right operand block by block. */
export const useGemm = (shapes: Shapes): string =>
  shapes.library.use('gemm', () => {
    const names = ['a', 'am', 'ak', 'b', 'bk', 'bn', 'c', 'cm', 'cn', 'M', 'N', 'K', 'right', 'left', 'tile'] as const
    const { list, values: v } = parameters(names)
    const { width, bytes } = shapes
    const [k, n, depth, columns] = ['k', 'n', 'depth', 'columns'].map(name => variable(name))
    const from = add(v.b, add(mul(read(k), v.bk), mul(read(n), v.bn)))
    const block = [
      bind(columns, least(sub(v.N, read(n)), int(columnBlock))),
      perform(usePack(shapes), [v.right, from, v.bk, v.bn, read(columns), read(depth)]),
      perform(useBlocks(shapes), [
        v.right,
        mul(read(depth), int(width * bytes)),
        add(v.a, mul(read(k), v.ak)),
        v.am,
        v.ak,
        add(v.c, mul(read(n), v.cn)),
        v.cm,
        v.cn,
        v.M,
        read(columns),
        read(depth),
        apply('lt', [zero, read(k)]),
        v.left,
        v.tile,
      ]),
    ]
    return {
      name: 'gemm',
      comment: 'a matrix product',
      params: list,
      body: [
        loop(
          k,
          zero,
          v.K,
          [bind(depth, least(sub(v.K, read(k)), int(depthBlock))), loop(n, zero, v.N, block, columnBlock)],
          depthBlock,
        ),
      ],
    }
  })

/** The name of `gemmPacked(packed, a, am, ak, c, cm, cn, M, N, K, left, tile)`, whose right operand `pack` has laid out as a whole. */
export const useGemmPacked = (shapes: Shapes): string =>
  shapes.library.use('gemmPacked', () => {
    const names = ['packed', 'a', 'am', 'ak', 'c', 'cm', 'cn', 'M', 'N', 'K', 'left', 'tile'] as const
    const { list, values: v } = parameters(names)
    const { width, bytes } = shapes
    const [k, depth] = ['k', 'depth'].map(name => variable(name))
    return {
      name: 'gemmPacked',
      comment: 'a matrix product whose right operand is packed',
      params: list,
      body: [
        loop(
          k,
          zero,
          v.K,
          [
            bind(depth, least(sub(v.K, read(k)), int(depthBlock))),
            perform(useBlocks(shapes), [
              add(v.packed, mul(read(k), int(width * bytes))),
              mul(v.K, int(width * bytes)),
              add(v.a, mul(read(k), v.ak)),
              v.am,
              v.ak,
              v.c,
              v.cm,
              v.cn,
              v.M,
              v.N,
              read(depth),
              apply('lt', [zero, read(k)]),
              v.left,
              v.tile,
            ]),
          ],
          depthBlock,
        ),
      ],
    }
  })
