// Schedules a product: chooses how its operands are read, and calls the functions that multiply.
import { add, apply, constant, int, loop, mul, perform, read, store, when } from '../../code/build.ts'
import type { Expr, Statement } from '../../code/code.ts'
import { asNumber, type Dim } from '../../ir/dim.ts'
import { type Matrix, matrixOf, packedMatrices } from '../../plan/matrices.ts'
import type { Packing } from '../../plan/packings.ts'
import type { GemmKernel, Operand } from '../../plan/plan.ts'
import { transposeProduct } from '../../plan/stationary.ts'
import { placeOf } from '../addresses.ts'
import { addTo, closePlain, createNest, inside, type Nest } from '../nest.ts'
import { scalarOf } from '../target.ts'
import { bytesIn, type Writer } from '../writer.ts'
import { useDirect } from './direct.ts'
import { roomsOf, useGemm, useGemmPacked } from './gemm.ts'
import { usePack } from './pack.ts'
import { useRepair } from './repair.ts'
import { leastRows, type Shapes, shapesOf } from './shapes.ts'

/** A product as it is computed: with its packed right operand, or transposed where that makes its results lie side by side, or more of them. */
export function orient(given: GemmKernel, packed: Packing | undefined, { lanes }: Shapes): GemmKernel {
  if (packed !== undefined) return packed.kernel
  const [rows, columns] = given.c.strides.slice(given.batch.length).map(asNumber)
  const [m, n] = [given.m, given.n].map(asNumber)
  if (rows !== 1) return given
  if (columns !== 1) return transposeProduct(given)
  return n !== undefined && n < lanes && (m === undefined || m > n) ? transposeProduct(given) : given
}

export interface OrientedProduct {
  readonly kernel: GemmKernel
  /** Its right operand, if it is packed. */
  readonly packed: Operand | undefined
  /** The number of rows that decides how it is computed: a piece of a product is computed as the whole would be. */
  readonly rows: Dim
}

/** The statements of a product, but for its tail. */
export function productStatements({ kernel, packed, rows }: OrientedProduct, writer: Writer): readonly Statement[] {
  const shapes = shapesOf(writer.shared.target, writer.shared.library)
  const { batch, m, n, k, strongLeft, strongRight } = kernel
  const some = apply('lt', [int(0), writer.size(k)])
  return overBatch(batch, writer, nest => {
    const [a, b, c] = [kernel.a, kernel.b, kernel.c].map(o => argumentsOf(matrixOf(o, batch.length), nest, writer))
    const sizes = [m, n, k].map(d => writer.size(d))
    const all = [
      ...multiplied({ a, b, c, sizes, rows, shapes, writer }, packed && place(packed, nest)),
      ...(strongLeft || strongRight
        ? [perform(useRepair(shapes), [...a, ...b, ...c, ...sizes, int(Number(strongLeft)), int(Number(strongRight))])]
        : []),
    ]
    const known = asNumber(k)
    if (known !== undefined && known > 0) return all
    return [when(some, all, emptySums(kernel, writer, c))]
  })
}

interface Product {
  /** Address, stride of a row, stride of a column. */
  readonly a: readonly Expr[]
  readonly b: readonly Expr[]
  readonly c: readonly Expr[]
  readonly sizes: readonly Expr[]
  readonly rows: Dim
  readonly shapes: Shapes
  readonly writer: Writer
}

function multiplied({ a, b, c, sizes, rows, shapes, writer }: Product, packed: Expr | undefined): Statement[] {
  const rooms = roomsOf(shapes)
  const room = (name: keyof typeof rooms): Expr => writer.room(name, rooms[name])
  if (packed !== undefined)
    return [perform(useGemmPacked(shapes), [packed, ...a, ...c, ...sizes, room('left'), room('tile')])]
  const few = perform(useDirect(shapes), [...a, ...b, ...c, ...sizes])
  const m = writer.size(rows)
  if (m.kind === 'constant' && typeof m.value === 'number' && m.value < leastRows) return [few]
  const many = perform(useGemm(shapes), [...a, ...b, ...c, ...sizes, room('right'), room('left'), room('tile')])
  return [when(apply('lt', [m, int(leastRows)]), [few], [many])]
}

/** Loops over the batch. */
function overBatch(
  batch: readonly Dim[],
  writer: Writer,
  body: (nest: Nest) => readonly Statement[],
): readonly Statement[] {
  const nest = createNest(writer, batch)
  const inner = inside(nest, false, () => {
    for (const s of body(nest)) addTo(nest, s)
  })
  return closePlain(nest, inner)
}

/** Zeros for sums of no terms. */
function emptySums({ m, n, c: { buffer } }: GemmKernel, writer: Writer, c: readonly Expr[]): readonly Statement[] {
  const [at, cm, cn] = c
  const [i, j] = ['i', 'j'].map(name => writer.fresh(name, 'i32'))
  const type = scalarOf(writer.shared.target, buffer.dtype)
  const offset = add(mul(read(i), cm), mul(read(j), cn))
  return [
    loop(i, int(0), writer.size(m), [loop(j, int(0), writer.size(n), [store(add(at, offset), constant(type, 0))])]),
  ]
}

/** A matrix as arguments: address, bytes from row to row, bytes from column to column. */
function argumentsOf({ first, rows, columns }: Matrix, nest: Nest, writer: Writer): readonly Expr[] {
  const bytes = bytesIn(writer, first.buffer)
  const start = place(first, nest)
  return [start, writer.size(rows, bytes), writer.size(columns, bytes)]
}

const place = (operand: Operand, nest: Nest): Expr => placeOf(nest, operand).address

/** The statements that pack a right operand. */
export function packStatements(packing: Packing, writer: Writer): readonly Statement[] {
  const shapes = shapesOf(writer.shared.target, writer.shared.library)
  const { n, k } = packing.kernel
  const { batch, from, to } = packedMatrices(packing)
  return overBatch(batch, writer, nest => {
    const matrix = argumentsOf(from, nest, writer)
    return [perform(usePack(shapes), [place(to, nest), ...matrix, writer.size(n), writer.size(k)])]
  })
}
