// The kernels that add up the rows of a scatter in as many rows as it has positions, and those that read the sums there.
import { add, asNumber, constant, type Dim, multiply, product, rowMajor, sameShape } from '../ir/dim.ts'
import type { FreshBuffer } from './freshBuffers.ts'
import { createProgram, pruned, read, renamed, renamedWrite, zero } from './instructions.ts'
import { addressIn } from './lazySources.ts'
import type { Buffer, Indirect, Instruction, MapKernel, Operand, Pointwise, Ref, Write } from './plan.ts'

/** A kernel that adds rows up in a table, at places from data. */
export interface Scatter {
  readonly kernel: MapKernel
  readonly value: Ref
  /** Computes, for each position, the place `at` of its row. */
  readonly index: { readonly program: readonly Instruction[]; readonly at: Ref }
  readonly indirect: Indirect
  /** The dimensions of its positions, and those of a row. */
  readonly positions: readonly Dim[]
  readonly row: readonly Dim[]
}

/** A kernel as a scatter of rows of this shape into a buffer; undefined if it is none. */
export function scatterOf(kernel: MapKernel, buffer: Buffer, row: readonly Dim[]): Scatter | undefined {
  const { domain, program, writes } = kernel
  const [{ to, value, indirect, accumulate }, ...more] = writes
  const count = domain.length - row.length
  if (more.length > 0 || to.buffer !== buffer || indirect === undefined || accumulate !== true) return undefined
  const positions = domain.slice(0, Math.max(0, count))
  const steps = [...positions.map(() => none), ...rowMajor(row)]
  const isWhole = sameShape([to.offset, ...to.strides, indirect.stride], [none, ...steps, product(row)])
  const fits = sameShape(domain.slice(positions.length), row) && isWhole
  const index = indexOf(program, indirect.at, positions.length, to)
  return fits && count > 0 && index !== undefined ? { kernel, value, index, indirect, positions, row } : undefined
}

const none = constant(0)
const one = constant(1)

/** The program of a place, over the positions alone; undefined if the place differs within a row. */
function indexOf(program: readonly Instruction[], at: Ref, count: number, to: Operand): Scatter['index'] | undefined {
  const { program: own, writes } = pruned(program, [{ value: at, to }])
  const isFixed = (i: Instruction): boolean =>
    i.kind === 'read'
      ? i.from.strides.slice(count).every(s => asNumber(s) === 0)
      : i.kind !== 'position' || i.dim < count
  if (!own.every(isFixed)) return undefined
  const cut = (i: Instruction): Instruction =>
    i.kind === 'read' ? { ...i, from: { ...i.from, strides: i.from.strides.slice(0, count) } } : i
  return { program: own.map(cut), at: writes[0].value }
}

/** The sums of the rows that are used. */
export interface Sums {
  /** Computes them. */
  readonly steps: readonly MapKernel[]
  /** The kernel that read the table of sums, as it reads these. */
  readonly reader: MapKernel
}

/**
 * Adds up the scattered rows, with one place for each row that is used, in the order of the scatter. The reader then runs over these places
 * alone, as it leaves all other rows unchanged.
 */
export function sumsOfUsed(scatter: Scatter, reader: MapKernel, table: Buffer, fresh: FreshBuffer): Sums {
  const { positions, row, kernel } = scatter
  const count = product(positions)
  const slot = fresh(scatter.indirect.size, 'slot', 'int')
  const rows = fresh(count, 'row', 'int')
  const sums = { buffer: fresh(multiply(count, product(row)), table.hint), offset: none }
  const labels = labelsOf(kernel)
  return {
    steps: [
      { ...labels, ...numbering(scatter, slot) },
      { ...labels, ...representing(scatter, slot, rows) },
      { ...labels, ...filling({ ...sums, strides: rowMajor([count, ...row]) }, [count, ...row]) },
      { ...labels, ...adding(scatter, slot, sums) },
    ],
    reader: { ...reader, ...updatingUsed(scatter, reader, table, { rows, sums: sums.buffer }) },
  }
}

/** The same for a kernel that runs over all rows: one of zeros comes before the sums, and stands for the rows that are not used. */
export function sumsForAll(scatter: Scatter, reader: MapKernel, table: Buffer, fresh: FreshBuffer): Sums {
  const { positions, row, kernel, indirect } = scatter
  const count = add(product(positions), one)
  const slot = fresh(indirect.size, 'slot', 'int')
  const buffer = fresh(multiply(count, product(row)), table.hint)
  const labels = labelsOf(kernel)
  const slots: Operand = { buffer: slot, offset: none, strides: [one] }
  return {
    steps: [
      { ...labels, ...filling(slots, [indirect.size]) },
      { ...labels, ...numbering(scatter, slot) },
      { ...labels, ...filling({ buffer, offset: none, strides: rowMajor([count, ...row]) }, [count, ...row]) },
      { ...labels, ...adding(scatter, slot, { buffer, offset: product(row) }) },
    ],
    reader: { ...reader, ...readingAll(scatter, reader, table, { slot, sums: buffer, count }) },
  }
}

const labelsOf = ({ hint, span }: MapKernel) => ({ kind: 'map', hint, ...(span && { span }) }) as const

const filling = (to: Operand, domain: readonly Dim[]): Pointwise => ({
  domain,
  program: [zero(to)],
  writes: [{ value: 0, to }],
})

/** The strides of what is the same at all points of some dimensions. */
const still = (dims: readonly Dim[]): Dim[] => dims.map(() => none)

/** Writes the number of each position, from 1 on, to the slot of its row: the last one stays. */
function numbering({ index, positions, indirect }: Scatter, slot: Buffer): Pointwise {
  const p = createProgram(index.program)
  const value = addressIn(p, { offset: one, strides: rowMajor(positions) })
  const to: Operand = { buffer: slot, offset: none, strides: still(positions) }
  const write: Write = { value, to, indirect: { at: index.at, stride: one, size: indirect.size } }
  return { domain: positions, program: p.instructions, writes: [write] }
}

/** Writes for each position the row that it stands for; -1 if another position does, or there is no such row. */
function representing({ index, positions, indirect }: Scatter, slot: Buffer, rows: Buffer): Pointwise {
  const p = createProgram(index.program)
  const { algebra: a } = p
  const from: Operand = { buffer: slot, offset: none, strides: still(positions) }
  const last = p.read(from, { at: index.at, stride: one, size: indirect.size })
  const own = addressIn(p, { offset: one, strides: rowMajor(positions) })
  const value = a.where(a.eq(last, own), index.at, a.integer(-1))
  const to: Operand = { buffer: rows, offset: none, strides: rowMajor(positions) }
  return { domain: positions, program: p.instructions, writes: [{ value, to }] }
}

/** Adds each row up where the slot of its place says. */
function adding(
  { kernel, value, indirect, positions, row }: Scatter,
  slot: Buffer,
  sums: Pick<Operand, 'buffer' | 'offset'>,
): Pointwise {
  const p = createProgram(kernel.program)
  const { algebra: a } = p
  const from: Operand = { buffer: slot, offset: none, strides: still(kernel.domain) }
  const found = p.read(from, { at: indirect.at, stride: one, size: indirect.size })
  const at = a.sub(found, a.integer(1))
  const to: Operand = { ...sums, strides: [...still(positions), ...rowMajor(row)] }
  const write: Write = {
    value,
    to,
    indirect: { at, stride: product(row), size: product(positions) },
    accumulate: true,
  }
  return { domain: kernel.domain, program: p.instructions, writes: [write] }
}

/** The kernel over the positions that stand for rows. */
function updatingUsed(
  { positions, row, indirect }: Scatter,
  { program, writes }: MapKernel,
  table: Buffer,
  { rows, sums }: { readonly rows: Buffer; readonly sums: Buffer },
): Pointwise {
  const p = createProgram()
  const at = p.read({ buffer: rows, offset: none, strides: [...rowMajor(positions), ...still(row)] })
  /** The same element of the row at which a position is; what is the same in all rows needs no row. */
  const inRow = (of: Operand): readonly [Operand, Indirect?] => {
    const [stride, ...rest] = of.strides
    const within = { ...of, strides: [...still(positions), ...rest] }
    return asNumber(stride) === 0 ? [within] : [within, { at, stride, size: indirect.size }]
  }
  const refs: Ref[] = []
  for (const i of program) {
    if (i.kind === 'read' && i.from.buffer === table)
      refs.push(p.read({ buffer: sums, offset: none, strides: rowMajor([...positions, ...row]) }))
    else if (i.kind === 'read') refs.push(p.read(...inRow(i.from)))
    else if (i.kind === 'position') refs.push(i.dim === 0 ? at : p.position(positions.length + i.dim - 1))
    else refs.push(p.add(renamed(i, ref => refs[ref])))
  }
  const made = writes.map(({ value, to }): Write => {
    const [place, by] = inRow(to)
    return { value: refs[value], to: place, ...(by && { indirect: by }) }
  })
  return { domain: [...positions, ...row], program: p.instructions, writes: made }
}

/** The kernel over all rows, which reads the sums where the slots say. */
function readingAll(
  { row }: Scatter,
  { domain, program, writes }: MapKernel,
  table: Buffer,
  { slot, sums, count }: { readonly slot: Buffer; readonly sums: Buffer; readonly count: Dim },
): Pointwise {
  const p = createProgram()
  const at = p.read({ buffer: slot, offset: none, strides: [one, ...still(row)] })
  const refs: Ref[] = []
  for (const i of program) {
    const found = (): Instruction =>
      read({ buffer: sums, offset: none, strides: [none, ...rowMajor(row)] }, { at, stride: product(row), size: count })
    refs.push(p.add(i.kind === 'read' && i.from.buffer === table ? found() : renamed(i, ref => refs[ref])))
  }
  return { domain, program: p.instructions, writes: writes.map(w => renamedWrite(w, ref => refs[ref])) }
}
