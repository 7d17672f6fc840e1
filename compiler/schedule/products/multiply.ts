// Products of packed operands: panels of the right one, one after the other, by blocks of rows of the left one.
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
  perform,
  read,
  select,
  set,
  store,
  sub,
  when,
} from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { usePack, usePackLeft } from './pack.ts'
import { rowPanels, useRow } from './row.ts'
import { mostRows, useRows, type Vectors } from './rows.ts'
import { columnBlock, depthBlock, least, parameters, range, rowBlock, type Shapes, variable, zero } from './shapes.ts'

/**
 * The name of `multiply(b, panel, a, am, c, cm, cn, M, N, K, adds, tile)`: rows of a, whose elements lie together, times panels that
 * lie `panel` bytes apart. Of a last panel that is half empty, half is multiplied, where rows go by sixes and fives. What does not fit into c,
 * or does not lie together in it, goes by way of `tile`.
 */
const useMultiply = (shapes: Shapes): string =>
  shapes.library.use('multiply', () => {
    const { list, values: v } = parameters(multiplyNames)
    const { bytes, width, lanes } = shapes
    const [n, q, to, done] = ['n', 'q', 'to', 'done'].map(name => variable(name))
    const left = sub(v.N, read(n))
    const together = apply('eq', [v.cn, int(bytes)])
    const fits = apply('and', [apply('le', [int(width), left]), together])
    const fillsHalf = apply('and', [apply('eq', [left, int(lanes)]), together])
    const split = splitRows(v.M)
    const isHalf = apply('and', [apply('le', [left, int(lanes)]), apply('eq', [split.rest, zero])])
    const panel = { shapes, split, q: read(q), ...v }
    const columns = least(left, int(width))
    const toTile = { ...panel, c: v.tile, cm: int(width * bytes), adds: zero }
    const isRow = apply('and', [apply('eq', [v.M, int(1)]), together])
    const many = apply('and', [v.N, int(-rowPanels * width)])
    return {
      name: 'multiply',
      comment: 'rows times panels',
      params: list,
      body: [
        ...split.statements,
        bind(done, int(0)),
        when(isRow, [perform(useRow(shapes), [v.b, v.panel, v.a, v.c, many, v.K, v.adds]), set(done, many)]),
        bind(q, add(v.b, mul(shifted(read(done), Math.log2(width)), v.panel))),
        loop(
          n,
          read(done),
          v.N,
          [
            bind(to, add(v.c, mul(read(n), v.cn))),
            when(fits, rowsOf({ ...panel, c: read(to) }, 2), [
              when(apply('and', [isHalf, fillsHalf]), rowsOf({ ...panel, c: read(to) }, 1), [
                when(isHalf, rowsOf(toTile, 1), rowsOf(toTile, 2)),
                ...fromTile(shapes, { to: read(to), columns, ...v }),
              ]),
            ]),
            set(q, add(read(q), v.panel)),
          ],
          width,
        ),
      ],
    }
  })

const multiplyNames = ['b', 'panel', 'a', 'am', 'c', 'cm', 'cn', 'M', 'N', 'K', 'adds', 'tile'] as const

const shifted = (x: Expr, by: number): Expr => apply('shr', [x, int(by)])

interface Split {
  readonly statements: readonly Statement[]
  /** Blocks of six rows, then of five, then so many rows. */
  readonly sixes: Expr
  readonly fives: Expr
  readonly rest: Expr
}

/** Rows as blocks of six and five, if that is possible, as both use the registers well; else as sixes and a rest. */
function splitRows(M: Expr): Split {
  const [blocks, sixes, fives, rest] = ['blocks', 'sixes', 'fives', 'rest'].map(name => variable(name))
  const by6 = (x: Expr): Expr => apply('toI32', [apply('floor', [apply('div', [apply('toF64', [x]), sixth])])])
  const both = sub(M, mul(read(blocks), int(mostRows - 1)))
  const isEven = apply('le', [zero, both])
  return {
    statements: [
      bind(blocks, by6(add(M, int(mostRows - 1)))),
      bind(sixes, select(both, by6(M), isEven)),
      bind(fives, select(sub(read(blocks), read(sixes)), zero, isEven)),
      bind(rest, select(zero, sub(M, mul(read(sixes), int(mostRows))), isEven)),
    ],
    sixes: read(sixes),
    fives: read(fives),
    rest: read(rest),
  }
}

interface Panel extends Record<(typeof multiplyNames)[number], Expr> {
  readonly shapes: Shapes
  readonly split: Split
  /** The panel's address. */
  readonly q: Expr
}

/** All rows times one panel, or all but the rest times the first half of it. */
function rowsOf({ shapes, split, q, a, am, c, cm, K, adds }: Panel, vectors: Vectors): Statement[] {
  const { sixes, fives, rest } = split
  const block = (rows: number, count: Expr, done: Expr): Statement =>
    perform(useRows(rows, vectors, shapes), [add(a, mul(done, am)), am, q, K, add(c, mul(done, cm)), cm, count, adds])
  const afterSixes = mul(sixes, int(mostRows))
  const few = vectors === 1 ? [] : range(mostRows - 1)
  return [
    when(sixes, [block(mostRows, sixes, zero)]),
    when(fives, [block(mostRows - 1, fives, afterSixes)]),
    ...few.map(r => when(apply('eq', [rest, int(r + 1)]), [block(r + 1, int(1), afterSixes)])),
  ]
}

const sixth = constant('f64', mostRows)

interface Tile {
  readonly tile: Expr
  readonly to: Expr
  readonly columns: Expr
  readonly cm: Expr
  readonly cn: Expr
  readonly M: Expr
  readonly adds: Expr
}

/** Moves what lies inside c, row by row. */
function fromTile(shapes: Shapes, { tile, to, columns, cm, cn, M, adds }: Tile): Statement[] {
  const { width, bytes } = shapes
  const [i, from, at] = ['i', 'from', 'at'].map(name => variable(name))
  const row = { from: read(from), to: read(at), columns, adds }
  return [
    loop(i, zero, M, [
      bind(from, add(tile, mul(read(i), int(width * bytes)))),
      bind(at, add(to, mul(read(i), cm))),
      when(apply('eq', [cn, int(bytes)]), rowTogether(shapes, row), [rowApart(shapes, row, cn)]),
    ]),
  ]
}

interface Row {
  readonly from: Expr
  readonly to: Expr
  readonly columns: Expr
  /** Whether it is added to what is there. */
  readonly adds: Expr
}

/** Moves a row to columns that lie together: a vector, if it is full, and the elements of the vector that is not. */
function rowTogether({ vector, real, lanes, bytes }: Shapes, { from, to, columns, adds }: Row): Statement[] {
  const [found, first, rest] = [variable('found', vector), variable('first'), variable('rest')]
  const before = select(load(vector, to), constant(vector, 0), adds)
  const element = (i: number): Statement =>
    store(
      read(first),
      add(select(load(real, read(first), i * bytes), constant(real, 0), adds), lane(read(found), i)),
      i * bytes,
    )
  const isFull = apply('le', [int(lanes), columns])
  return [
    bind(found, load(vector, from)),
    bind(first, to),
    bind(rest, columns),
    when(isFull, [
      store(to, add(before, read(found))),
      set(found, load(vector, from, 16)),
      set(first, add(to, int(16))),
      set(rest, sub(columns, int(lanes))),
    ]),
    ...range(lanes - 1).map(i => when(apply('lt', [int(i), read(rest)]), [element(i)])),
  ]
}

/** Moves a row element by element. */
function rowApart({ real, bytes }: Shapes, { from, to, columns, adds }: Row, cn: Expr): Statement {
  const [j, at] = ['j', 'at'].map(name => variable(name))
  const before = select(load(real, read(at)), constant(real, 0), adds)
  return loop(j, zero, columns, [
    bind(at, add(to, mul(read(j), cn))),
    store(read(at), add(before, load(real, add(from, mul(read(j), int(bytes)))))),
  ])
}

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
