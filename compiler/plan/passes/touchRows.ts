// Keeps the gradient of a table for the rows that a batch uses, and lets an optimizer that leaves the others alone pass them over.
import {
  add,
  asNumber,
  constant,
  type Dim,
  equal,
  isNeverNegative,
  product,
  sameShape,
  subtract,
} from '../../ir/dim.ts'
import { neededFor, pruned, writtenRefs } from '../instructions.ts'
import { leavesAlone } from '../leavesAlone.ts'
import { isApart, programReads, reachOf, readsOf, sameOperand, touched, whole, writesOf } from '../operands.ts'
import type { Buffer, Choice, MapKernel, Plan, Step } from '../plan.ts'
import { type Fresh, type Scatter, type Sums, scatterOf, sumsForAll, sumsOfUsed } from '../rowKernels.ts'
import type { PlanPass } from './planPass.ts'

export const touchRows: PlanPass = {
  name: 'touch-rows',
  contract:
    'sums of rows that one kernel reads, in a table with more rows than a batch has positions, are kept for the rows used, and only these are updated if the others stay as they are',
  inOrder: true,
  run: plan => plan.buffers.reduce((made, buffer) => touching(made, buffer) ?? made, plan),
}

/** Fewest numbers in a row for which a kernel that runs over all rows is worth looking up where their sums are. */
const leastInRow = 32

/** A table of sums of rows, and the kernel that alone reads it, point by point. */
interface Table {
  readonly buffer: Buffer
  /** The step that fills it with zeros, before the scatter; or the choice whose second way does both. */
  readonly place: number
  readonly choice: Choice | undefined
  readonly zero: MapKernel
  readonly scatter: Scatter
  readonly readAt: number
  /** What the kernel computes from the table, and what else it does. */
  readonly reader: MapKernel
  readonly rest: readonly MapKernel[]
}

/** The plan without a table; undefined if the buffer is none, or is better left as it is. */
function touching(plan: Plan, buffer: Buffer): Plan | undefined {
  const table = tableIn(plan, buffer)
  const sums = table && sumsOf(plan, table)
  if (table === undefined || sums === undefined) return undefined
  const { place, choice, zero, scatter, readAt, reader, rest } = table
  const [less, than] = [scatter.indirect.size, product(scatter.positions)]
  const chosen = ({ hint }: MapKernel, first: readonly Step[], second: readonly Step[]): readonly Step[] =>
    isNeverNegative(subtract(less, than)) ? second : [{ kind: 'choice', less, than, ways: [first, second], hint }]
  const inWay = (step: Step): readonly Step[] => (step === zero ? sums.steps : step === scatter.kernel ? [] : [step])
  const adding: readonly Step[] =
    choice === undefined
      ? chosen(scatter.kernel, [zero, scatter.kernel], sums.steps)
      : [{ ...choice, ways: [choice.ways[0], choice.ways[1].flatMap(inWay)] }]
  const steps = plan.steps.flatMap((step, i): readonly Step[] => {
    if (i === place) return adding
    if (i === readAt) return [...rest, ...chosen(reader, [reader], [sums.reader])]
    return step === scatter.kernel ? [] : [step]
  })
  const used = new Set([...portsOf(plan), ...steps.flatMap(touched)])
  return { ...plan, steps, buffers: [...new Set([...plan.buffers.filter(b => used.has(b)), ...used])] }
}

const portsOf = ({ inputs, outputs }: Plan): readonly Buffer[] => [...inputs, ...outputs].map(p => p.operand.buffer)

/** The sums of the rows used, if this pays. */
function sumsOf(plan: Plan, { buffer, choice, scatter, reader }: Table): Sums | undefined {
  const { positions, row, indirect } = scatter
  const [less, than] = [indirect.size, product(positions)]
  const isElsewhere = choice !== undefined && !(equal(choice.less, less) && equal(choice.than, than))
  if (isElsewhere || isNeverNegative(subtract(than, add(less, constant(1))))) return undefined
  let id = Math.max(...plan.buffers.map(b => b.id))
  const fresh: Fresh = (dtype, size, hint) => ({ id: ++id, dtype, size, hint })
  if (staysElsewhere(reader, buffer)) return sumsOfUsed(scatter, reader, buffer, fresh)
  return (asNumber(product(row)) ?? 0) >= leastInRow ? sumsForAll(scatter, reader, buffer, fresh) : undefined
}

/** Tells whether a kernel may run on the rows that have sums alone. */
function staysElsewhere(reader: MapKernel, buffer: Buffer): boolean {
  const isDirect = reader.program.every(i => i.kind !== 'read' || i.indirect === undefined)
  return isDirect && reader.writes.every(w => asNumber(w.to.strides[0]) !== 0) && leavesAlone(reader, buffer)
}

/** Finds a table that is filled with zeros and added up by two kernels, one after the other. */
function tableIn(plan: Plan, buffer: Buffer): Table | undefined {
  const placesOf = (list: readonly Step[], operands: typeof readsOf): readonly number[] =>
    list.flatMap((step, i) => (operands(step).some(o => o.buffer === buffer) ? [i] : []))
  const { steps } = plan
  const [[place, ...more], [readAt, ...others]] = [placesOf(steps, writesOf), placesOf(steps, readsOf)]
  const [first, last] = [steps[place], steps[readAt]]
  if (portsOf(plan).includes(buffer) || others.length > 0 || last?.kind !== 'map' || place > readAt) return undefined
  const choice = first?.kind === 'choice' ? first : undefined
  const list = choice?.ways[1] ?? steps
  const own = placesOf(list, writesOf)
  const [zero, adding] = own.map(i => list[i])
  if (own.length !== 2 || own[1] !== own[0] + 1 || more.length !== (choice === undefined ? 1 : 0)) return undefined
  if (zero.kind !== 'map' || adding.kind !== 'map' || !fills(zero, buffer, last.domain)) return undefined
  const scatter = scatterOf(adding, buffer, last.domain.slice(1))
  const parts = partsOf(plan, last, buffer)
  if (scatter === undefined || parts === undefined || !equal(scatter.indirect.size, last.domain[0])) return undefined
  return { buffer, place, choice, zero, scatter, readAt, ...parts }
}

/** Tells whether a kernel fills all of a buffer, as an array of a shape, with zeros. */
function fills({ domain, program: [i, ...more], writes }: MapKernel, buffer: Buffer, shape: readonly Dim[]): boolean {
  const isZero = i.kind === 'constant' && Object.is(i.value, 0) && more.length === 0
  const isPlain = writes.every(w => w.indirect === undefined && w.accumulate !== true)
  const isWhole = sameShape(domain, shape) && equal(product(shape), buffer.size)
  return isZero && isPlain && isWhole && writes.length === 1 && sameOperand(writes[0].to, whole(buffer, shape))
}

/**
 * Divides a kernel into what it computes from a table and the rest, to run before it; undefined if it reads the table at other points, or
 * another array of its size beside it, so that the rows that are not used have a gradient too.
 */
function partsOf(plan: Plan, kernel: MapKernel, buffer: Buffer): Pick<Table, 'reader' | 'rest'> | undefined {
  const { domain, program, writes } = kernel
  const isFrom = (ref: number): boolean => {
    const i = program[ref]
    return i.kind === 'read' && i.from.buffer === buffer
  }
  const { own = [], rest = [] } = Object.groupBy(writes, w =>
    [...neededFor(program, writtenRefs([w]))].some(isFrom) ? 'own' : 'rest',
  )
  const part = (of: typeof writes): MapKernel => ({ ...kernel, ...pruned(program, of) })
  const reader = part(own)
  const ports = new Set(portsOf(plan))
  const fits = reader.program.every(i => {
    if (i.kind !== 'read') return true
    if (i.from.buffer === buffer) return i.indirect === undefined && sameOperand(i.from, whole(buffer, domain))
    return ports.has(i.from.buffer) || !equal(i.from.buffer.size, buffer.size)
  })
  const isFree = rest.every(({ to, indirect }) =>
    programReads(reader.program).every(o => isApart(reachOf(o, domain), reachOf(to, domain, indirect))),
  )
  return fits && isFree ? { reader, rest: rest.length === 0 ? [] : [part(rest)] } : undefined
}
