// Products of packed operands: panels of the right one, one after the other, by blocks of rows of the left one.
import { add, apply, bind, int, load, loop, mul, perform, read, select, store, sub, when } from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { usePack, usePackLeft } from './pack.ts'
import { mostRows, useRows } from './rows.ts'
import { columnBlock, depthBlock, parameters, range, rowBlock, type Shapes, variable, zero } from './shapes.ts'

const least = (a: Expr, b: Expr): Expr => select(a, b, apply('lt', [a, b]))

/**
 * The name of `multiply(b, panel, a, am, c, cm, cn, M, N, K, adds, tile)`: rows of a, whose elements lie together, times panels that
 * lie `panel` bytes apart. A panel that does not fit into c, or does not lie together in it, goes by way of `tile`.
 */
export const useMultiply = (shapes: Shapes): string =>
  shapes.library.use('multiply', () => {
    const names = ['b', 'panel', 'a', 'am', 'c', 'cm', 'cn', 'M', 'N', 'K', 'adds', 'tile'] as const
    const { list, values: v } = parameters(names)
    const { bytes, width } = shapes
    const [n, q, to, sixes, rest] = ['n', 'q', 'to', 'sixes', 'rest'].map(name => variable(name))
    const fits = apply('and', [apply('le', [read(n), sub(v.N, int(width))]), apply('eq', [v.cn, int(bytes)])])
    const rows = (c: Expr, cm: Expr, adds: Expr): Statement[] => [
      perform(useRows(mostRows, shapes), [v.a, v.am, read(q), v.K, c, cm, read(sixes), adds]),
      ...range(mostRows - 1).map(r => {
        const done = mul(read(sixes), int(mostRows))
        const [a, at] = [add(v.a, mul(done, v.am)), add(c, mul(done, cm))]
        const args = [a, v.am, read(q), v.K, at, cm, int(1), adds]
        return when(apply('eq', [read(rest), int(r + 1)]), [perform(useRows(r + 1, shapes), args)])
      }),
    ]
    const columns = least(sub(v.N, read(n)), int(width))
    return {
      name: 'multiply',
      comment: 'rows times panels',
      params: list,
      body: [
        bind(sixes, apply('toI32', [apply('floor', [apply('div', [apply('toF64', [v.M]), sixth])])])),
        bind(rest, sub(v.M, mul(read(sixes), int(mostRows)))),
        bind(q, v.b),
        loop(
          n,
          zero,
          v.N,
          [
            bind(to, add(v.c, mul(read(n), v.cn))),
            when(fits, rows(read(to), v.cm, v.adds), [
              ...rows(v.tile, int(width * bytes), zero),
              ...fromTile(shapes, { to: read(to), columns, ...v }),
            ]),
            { kind: 'set', local: q, value: add(read(q), v.panel) },
          ],
          width,
        ),
      ],
    }
  })

const sixth: Expr = { kind: 'constant', type: 'f64', value: mostRows }

interface Tile {
  readonly tile: Expr
  readonly to: Expr
  readonly columns: Expr
  readonly cm: Expr
  readonly cn: Expr
  readonly M: Expr
  readonly adds: Expr
}

/** Moves what lies inside c. */
function fromTile({ real, width, bytes }: Shapes, { tile, to, columns, cm, cn, M, adds }: Tile): Statement[] {
  const [i, j, at, found] = ['i', 'j', 'at', 'found'].map(name => variable(name, name === 'found' ? real : 'i32'))
  const from = add(tile, add(mul(read(i), int(width * bytes)), mul(read(j), int(bytes))))
  return [
    loop(i, zero, M, [
      loop(j, zero, columns, [
        bind(at, add(to, add(mul(read(i), cm), mul(read(j), cn)))),
        bind(found, load(real, from)),
        when(adds, [store(read(at), add(load(real, read(at)), read(found)))], [store(read(at), read(found))]),
      ]),
    ]),
  ]
}

/** Bytes of the rooms that products need: a block of the right operand, one of the left, a tile. */
export const roomsOf = ({ width, bytes }: Shapes) => ({
  right: depthBlock * (columnBlock + width) * bytes,
  left: depthBlock * rowBlock * bytes,
  tile: rowBlock * width * bytes,
})

/** The name of `blocks(…)`: rows in blocks of the second cache, of one block of columns and depth; a left operand that lies apart is packed. */
export const useBlocks = (shapes: Shapes): string =>
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
