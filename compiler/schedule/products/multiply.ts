// Rows of the left operand, whose elements lie together, times a packed block of the right one, panel by panel.
import { add, apply, bind, constant, int, loop, mul, perform, read, select, set, sub, when } from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { rowPanels, useRow } from './row.ts'
import { mostRows, useRows, type Vectors } from './rows.ts'
import { least, parameters, range, type Shapes, variable, zero } from './shapes.ts'
import { fromTile } from './tile.ts'

/**
 * The name of `multiply(b, panel, a, am, c, cm, cn, M, N, K, adds, tile)`: rows of a, whose elements lie together, times panels that
 * lie `panel` bytes apart. Of a last panel that is half empty, half is multiplied, where rows go by sixes and fives. What does not fit into c,
 * or does not lie together in it, goes by way of `tile`.
 */
export const useMultiply = (shapes: Shapes): string =>
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

const rowsPerBlock = constant('f64', mostRows)

/** Rows as blocks of six and five, if that is possible, as both use the registers well; else as sixes and a rest. */
function splitRows(M: Expr): Split {
  const [blocks, sixes, fives, rest] = ['blocks', 'sixes', 'fives', 'rest'].map(name => variable(name))
  const wholeBlocks = (x: Expr): Expr =>
    apply('toI32', [apply('floor', [apply('div', [apply('toF64', [x]), rowsPerBlock])])])
  const both = sub(M, mul(read(blocks), int(mostRows - 1)))
  const isEven = apply('le', [zero, both])
  return {
    statements: [
      bind(blocks, wholeBlocks(add(M, int(mostRows - 1)))),
      bind(sixes, select(both, wholeBlocks(M), isEven)),
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
