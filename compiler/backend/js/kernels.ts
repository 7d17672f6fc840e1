// Writes the lines of each kernel's function.
import { type Dim, formatLabel } from '../../ir/dim.ts'
import { type Matrix, matrixOf, packedMatrices } from '../../plan/matrices.ts'
import type { Packing } from '../../plan/packings.ts'
import type { GemmKernel, Kernel, Operand, Pointwise, ReduceKernel, Ref } from '../../plan/plan.ts'
import { reductionName } from '../../plan/reductions.ts'
import { transposeProduct } from '../../plan/stationary.ts'
import { collapseMap, collapseReduce } from '../../schedule/collapse.ts'
import { leaf, print } from '../expression.ts'
import { addendOf } from './addend.ts'
import { columnSumLines, sumsColumns } from './columnSums.ts'
import { directLines } from './directLines.ts'
import { directProduct } from './directProduct.ts'
import { createNest, type Nest } from './nest.ts'
import type { Writer } from './writer.ts'

/** Gives the lines that run a kernel; `packed` is set where the right operand of a product is packed. */
export function kernelLines(kernel: Kernel, writer: Writer, packed?: Packing): string[] {
  switch (kernel.kind) {
    case 'map':
      return mapLines(collapseMap(kernel), writer)
    case 'reduce':
      return reduceLines(collapseReduce(kernel), writer)
    case 'gemm':
      return (
        directSumLines(kernel, writer) ?? [
          ...productLines(packed?.kernel ?? kernel, writer, packed?.to),
          ...(kernel.tail === undefined ? [] : mapLines(collapseMap(kernel.tail), writer)),
        ]
      )
  }
}

/** Describes a kernel, for the comment above its function. */
export function describe(kernel: Kernel): string {
  const list = (dims: readonly Dim[]): string => `[${dims.map(formatLabel).join(', ')}]`
  const names = kernel.hint === '' ? '' : `${kernel.hint}: `
  switch (kernel.kind) {
    case 'map':
      return `${names}elementwise over ${list(kernel.domain)}`
    case 'reduce':
      return `${names}${reductionName(kernel)} over ${list(kernel.over)} for each of ${list(kernel.domain)}`
    case 'gemm': {
      const batch = kernel.batch.length === 0 ? '' : ` for each of ${list(kernel.batch)}`
      const tail = kernel.tail === undefined ? '' : `, then elementwise over ${list(kernel.tail.domain)}`
      return `${names}product ${list([kernel.m, kernel.k])} x ${list([kernel.k, kernel.n])}${batch}${tail}`
    }
  }
}

function mapLines(kernel: Pointwise, writer: Writer): string[] {
  const nest = createNest(writer, kernel.domain)
  const wishes = new Map<Ref, string>(
    [...kernel.writes]
      .reverse()
      .map(w => [w.value, `${writer.buffer(w.to.buffer)}_${kernel.domain.length > 0 ? 'new' : 0}`]),
  )
  const values = nest.compute(kernel.program, wishes)
  const inside = nest.before[nest.depth]
  for (const { value, to, indirect, accumulate } of kernel.writes) {
    const place = nest.address(to)
    const operator = accumulate === true ? '+=' : '='
    const assign = (at: string): string => `${writer.buffer(to.buffer)}[${at}] ${operator} ${values[value].text}`
    if (indirect === undefined) inside.push(assign(place.text))
    else {
      const { exists, there } = nest.indirect(indirect, values[indirect.at], place)
      inside.push(`if (${exists}) ${assign(there)}`)
    }
  }
  return nest.lines()
}

/** Rejects a repeated subexpression: a combining op uses neither of its operands twice. */
const twice = (text: string): never => {
  throw new Error(`${text} is used twice`)
}

function reduceLines(kernel: ReduceKernel, writer: Writer): string[] {
  if (sumsColumns(kernel)) return columnSumLines(kernel, writer)
  const nest = createNest(writer, [...kernel.domain, ...kernel.over])
  const outer = kernel.domain.length
  const values = nest.compute(kernel.program, new Map())
  const { text } = values[kernel.value]
  const result = writer.local('result')
  const inside = nest.before[nest.depth]
  const start = nest.before[outer]
  if (kernel.combine === 'argmax') {
    const best = writer.local('best')
    const i = nest.indices[outer]
    start.push(`let ${result} = 0`, `let ${best} = 0`)
    inside.push(`if (${i} === 0 || ${text} > ${best}) {`, `  ${best} = ${text}`, `  ${result} = ${i}`, '}')
  } else {
    const { op, start: from } = kernel.combine
    const next = print(writer.algebra[op](leaf(result), leaf(text)), twice)
    start.push(`let ${result} = ${from}`)
    inside.push(op === 'add' ? `${result} += ${text}` : `${result} = ${next}`)
  }
  nest.after[outer].push(`${writer.buffer(kernel.to.buffer)}[${nest.address(kernel.to).text}] = ${result}`)
  return nest.lines()
}

/** Computes a product and what its tail adds to it, both at once; undefined where the product may be packed, or the tail does more. */
function directSumLines(kernel: GemmKernel, writer: Writer): string[] | undefined {
  const addend = kernel.strongLeft || kernel.strongRight ? undefined : addendOf(kernel)
  const direct = directProduct(kernel)
  if (addend === undefined || direct === undefined || direct.below !== undefined) return undefined
  const turned = direct.kernel !== kernel
  return directLines(direct.kernel, writer, [], turned ? transposeProduct({ ...kernel, c: addend }).c : addend)
}

/** Computes a product in place or in packed blocks, or chooses between both by the number of rows. */
function productLines(kernel: GemmKernel, writer: Writer, packed?: Operand): string[] {
  const repair = kernel.strongLeft || kernel.strongRight ? repairLines(kernel, writer) : []
  const whole = (): string[] => [...gemmLines(kernel, writer, packed), ...repair]
  const direct = directProduct(kernel)
  if (direct === undefined) return whole()
  const lines = directLines(direct.kernel, writer, repair)
  if (direct.below === undefined) return lines
  const inside = (list: readonly string[]): string[] => list.map(line => `  ${line}`)
  const few = `${writer.size(direct.kernel.m)} < ${direct.below}`
  return [`if (${few}) {`, ...inside(lines), '} else {', ...inside(whole()), '}']
}

function gemmLines(kernel: GemmKernel, writer: Writer, packed?: Operand): string[] {
  const { batch, m, n, k } = kernel
  const nest = createNest(writer, batch)
  const lead = packed === undefined ? [] : [writer.buffer(packed.buffer), nest.address(packed).text]
  const operands = [kernel.a, kernel.b, kernel.c].flatMap(o => argumentsOf(matrixOf(o, batch.length), nest, writer))
  const args = [...lead, ...operands, ...[m, n, k].map(writer.size)]
  nest.before[nest.depth].push(`${packed === undefined ? 'gemm' : 'gemmPacked'}(${args.join(', ')})`)
  return nest.lines()
}

/** Gives the lines that sum again, with strong zeros, the results that came out as NaN. */
function repairLines(kernel: GemmKernel, writer: Writer): string[] {
  const { batch, m, n, k, strongLeft, strongRight } = kernel
  const nest = createNest(writer, batch)
  const operands = [kernel.a, kernel.b, kernel.c].flatMap(o => argumentsOf(matrixOf(o, batch.length), nest, writer))
  const args = [...operands, ...[m, n, k].map(writer.size), strongLeft, strongRight]
  nest.before[nest.depth].push(`repair(${args.join(', ')})`)
  return nest.lines()
}

/** The lines that pack the right operand of a product. */
export function packLines(packing: Packing, writer: Writer): string[] {
  const { m, n, k } = packing.kernel
  const { batch, from, to } = packedMatrices(packing)
  const nest = createNest(writer, batch)
  const matrix = argumentsOf(from, nest, writer)
  const place = [writer.buffer(to.buffer), nest.address(to).text]
  nest.before[nest.depth].push(`packRight(${[...place, ...matrix, ...[m, n, k].map(writer.size)].join(', ')})`)
  return nest.lines()
}

/** A matrix as arguments: buffer, start, stride of a row, stride of a column. */
const argumentsOf = ({ first, rows, columns }: Matrix, nest: Nest, writer: Writer): string[] => [
  writer.buffer(first.buffer),
  nest.address(first).text,
  writer.size(rows),
  writer.size(columns),
]
