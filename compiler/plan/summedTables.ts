// Tables in which a plan adds rows up at places from data, as the gradient of an embedding, and their replacement by the rows that are used.
import { add, constant, type Dim, equal, isNeverNegative, product, sameShape, subtract } from '../ir/dim.ts'
import { type FreshBuffer, freshBuffers } from './freshBuffers.ts'
import { neededFor, programReads, pruned, writtenRefs } from './instructions.ts'
import { isApart, reachOf, sameOperand, whole } from './operands.ts'
import type { Buffer, Choice, MapKernel, Plan, Step } from './plan.ts'
import { portBuffers } from './ports.ts'
import { type Scatter, type Sums, scatterOf } from './rowKernels.ts'
import { kernelsOf, readsOf, touched, writesOf } from './steps.ts'

/** A table of sums of rows, and the kernel that alone reads it, point by point. */
export interface Table {
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

/** Makes the sums of the rows used of a table; undefined where it is better left as it is. */
export type Summing = (table: Table, fresh: FreshBuffer) => Sums | undefined

/** The plan with sums in place of its tables, where a table has more rows than the batch has positions. */
export const withoutTables = (plan: Plan, summing: Summing): Plan =>
  scattered(plan).reduce((made, buffer) => {
    const table = tableIn(made, buffer)
    const sums = table && mayBeLonger(table) ? summing(table, freshBuffers(made)) : undefined
    return table && sums ? replaced(made, table, sums) : made
  }, plan)

/** The buffers to which a kernel adds at places from data. */
const scattered = ({ steps }: Plan): readonly Buffer[] => {
  const adds = steps.flatMap(kernelsOf).flatMap(k => (k.kind === 'map' ? k.writes.filter(w => w.accumulate) : []))
  return [...new Set(adds.map(w => w.to.buffer))]
}

const rowsOf = ({ scatter }: Table): Dim => scatter.indirect.size
const countOf = ({ scatter }: Table): Dim => product(scatter.positions)

/** Whether the table may have more rows than the batch has positions where it is filled. */
function mayBeLonger(table: Table): boolean {
  const { choice } = table
  const isSame = choice === undefined || (equal(choice.less, rowsOf(table)) && equal(choice.than, countOf(table)))
  return isSame && !isNeverNegative(subtract(countOf(table), add(rowsOf(table), constant(1))))
}

function replaced(plan: Plan, table: Table, sums: Sums): Plan {
  const { place, choice, zero, scatter, readAt, reader, rest } = table
  const [less, than] = [rowsOf(table), countOf(table)]
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
  const used = new Set([...portBuffers(plan), ...steps.flatMap(touched)])
  return { ...plan, steps, buffers: [...new Set([...plan.buffers.filter(b => used.has(b)), ...used])] }
}

/** Finds a table that is filled with zeros and added up by two kernels, one after the other. */
function tableIn(plan: Plan, buffer: Buffer): Table | undefined {
  const placesOf = (list: readonly Step[], operands: typeof readsOf): readonly number[] =>
    list.flatMap((step, i) => (operands(step).some(o => o.buffer === buffer) ? [i] : []))
  const { steps } = plan
  const [[place, ...more], [readAt, ...others]] = [placesOf(steps, writesOf), placesOf(steps, readsOf)]
  const [first, last] = [steps[place], steps[readAt]]
  if (portBuffers(plan).has(buffer) || others.length > 0 || last?.kind !== 'map' || place > readAt) return undefined
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
  const ports = portBuffers(plan)
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
