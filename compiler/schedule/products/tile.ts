// A tile holds a block of results beside the matrix c: a product of whole panels may have more columns than c. From there they go to c.
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
import { range, type Shapes, variable, zero } from './shapes.ts'

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
export function fromTile(shapes: Shapes, { tile, to, columns, cm, cn, M, adds }: Tile): Statement[] {
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
