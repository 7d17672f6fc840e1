// The operands of products as matrices, one at each point of a batch.
import { asNumber, type Dim } from '../ir/dim.ts'
import type { Packing } from './packings.ts'
import type { Operand } from './plan.ts'

/** A matrix: where its first element lies over the dimensions of the batch, and its strides. */
export interface Matrix {
  readonly first: Operand
  readonly rows: Dim
  readonly columns: Dim
}

/** An operand over so many dimensions of a batch, rows and columns. */
export function matrixOf(operand: Operand, batch: number): Matrix {
  const [rows, columns] = operand.strides.slice(batch)
  return { first: { ...operand, strides: operand.strides.slice(0, batch) }, rows, columns }
}

/** What is packed, and where to, over the dimensions of the batch that do not share it: it is packed once for the others. */
export function packedMatrices({ kernel: { batch, b }, to }: Packing) {
  const own = batch.flatMap((_, d) => (asNumber(b.strides[d]) === 0 ? [] : [d]))
  const over = (operand: Operand): Operand => ({ ...operand, strides: own.map(d => operand.strides[d]) })
  const { first, ...strides } = matrixOf(b, batch.length)
  const from: Matrix = { first: over(first), ...strides }
  return { batch: own.map(d => batch[d]), from, to: over(to) }
}
