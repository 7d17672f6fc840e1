// Writes the lines of a product that is not packed.
// It computes blocks of two rows by four columns, two terms of the sums an iteration, with known sizes and strides written out:
// while the known operand stays in the cache, that is as fast as packed blocks.
import { add, asNumber, constant, type Dim, multiply } from '../../ir/dim.ts'
import { matrixOf } from '../../plan/matrices.ts'
import type { GemmKernel, Operand } from '../../plan/plan.ts'
import { block, type Direct, type Index, loop, type Matrix, tileLines } from './directTile.ts'
import { createNest, type Nest } from './nest.ts'
import type { Writer } from './writer.ts'

/**
 * Gives the lines of a product whose number of columns is known. With strong zeros the results are added up as well, which costs less than
 * to test each: if the total is NaN, the lines `repair` are run. An `addend`, over the points of the results, is added to each.
 */
export function directLines(kernel: GemmKernel, writer: Writer, repair: readonly string[], addend?: Operand): string[] {
  const { m, n, batch } = kernel
  const nest = createNest(writer, batch)
  const direct = directOf(kernel, writer, nest, { total: repair.length > 0, addend })
  // Makes the block four wide where at least four columns are known, else four high.
  const wide = (asNumber(n) ?? 0) >= 4
  const [height, width] = wide ? [2, 4] : [4, Math.max(1, asNumber(n) ?? 1)]
  const tiles = blocks(direct, n, width, 'n', (column, w) =>
    blocks(direct, m, height, 'm', (row, h) => tileLines(direct, { row, column, height: h, width: w })),
  )
  nest.before[nest.depth].push(...tiles)
  if (repair.length === 0) return nest.lines()
  const all = direct.local('all')
  return [`let ${all} = 0`, ...nest.lines(), ...loop(`if (${all} !== ${all})`, repair)]
}

/** Names the operands of a product, inside loops over its batch. */
function directOf(
  kernel: GemmKernel,
  writer: Writer,
  nest: Nest,
  { total, addend }: { readonly total: boolean; readonly addend: Operand | undefined },
): Direct {
  const { k, batch } = kernel
  const locals = new Map<string, string>()
  const local = (wish: string): string => {
    const name = locals.get(wish) ?? writer.local(wish)
    locals.set(wish, name)
    return name
  }
  const known = (dim: Dim, wish: string): string | number => {
    const number = asNumber(dim)
    if (number !== undefined) return number
    const text = writer.size(dim)
    if (/^[\w$]+$/.test(text)) return text
    const name = locals.get(text) ?? writer.local(wish)
    if (!locals.has(text)) nest.before[0].push(`const ${name} = ${text}`)
    locals.set(text, name)
    return name
  }
  const matrix = (operand: Operand): Matrix => {
    const { first, rows, columns } = matrixOf(operand, batch.length)
    const start = nest.address(first).text
    const shift = (row: number, column: number): string | number =>
      known(add(multiply(rows, constant(row)), multiply(columns, constant(column))), 'shift')
    return { buffer: writer.buffer(operand.buffer), start, rows, columns, shift }
  }
  const [a, b, c] = [kernel.a, kernel.b, kernel.c].map(matrix)
  return { writer, k, a, b, c, ...(addend && { addend: matrix(addend) }), local, known, total }
}

/** Loops over a size in steps of `width`. The remainder is one block where the size is known, else steps of one. */
function blocks(
  { known, local }: Direct,
  size: Dim,
  width: number,
  wish: string,
  body: (at: Index, width: number) => string[],
): string[] {
  const end = known(size, 'end')
  if (typeof end === 'number') {
    const whole = end - (end % width)
    if (end <= width) return end === 0 ? [] : body(0, end)
    const left = end > whole ? block(body(whole, end - whole)) : []
    if (whole === width) return [...block(body(0, width)), ...left]
    const i = local(wish)
    return [...loop(`for (let ${i} = 0; ${i} < ${whole}; ${i} += ${width})`, body(i, width)), ...left]
  }
  const i = local(wish)
  return [
    `let ${i} = 0`,
    ...loop(`for (; ${i} + ${width} <= ${end}; ${i} += ${width})`, body(i, width)),
    ...loop(`for (; ${i} < ${end}; ${i}++)`, body(i, 1)),
  ]
}
