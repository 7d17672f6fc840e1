// Interprets plans in float64, element by element as spec/plan.md defines them: the reference for backends. It throws an Error for
// a read of a place never written, an access outside a buffer, and a fraction written to ints.
import { numbers } from '../ir/algebra.ts'
import { type Context, opOf } from '../ir/builder.ts'
import { type Dim, evaluate, type Sizes } from '../ir/dim.ts'
import { firstLargest } from '../ir/ops/reductions.ts'
import { parallelDims } from './parallelDims.ts'
import type {
  Buffer,
  GemmKernel,
  Indirect,
  Instruction,
  Kernel,
  Operand,
  Plan,
  Pointwise,
  ReduceKernel,
  Step,
} from './plan.ts'
import { wayTaken } from './wayTaken.ts'

export interface PlanRun {
  /** The results by output name. */
  readonly outputs: Readonly<Record<string, Float64Array>>
  /** The contents of the inputs after the run. */
  readonly inputs: Readonly<Record<string, Float64Array>>
}

/** The order in which to visit `count` points whose order the plan leaves open. */
export type Order = (count: number) => Iterable<number>

const inOrder: Order = count => Array(count).keys()

/**
 * Runs a plan on dense row-major arrays. `order` decides how the points of a kernel are visited along `parallelDims`, where a backend
 * is free to choose. Throws a plain Error for accesses that no plan may make.
 */
export function interpretPlan(
  context: Context,
  plan: Plan,
  given: Readonly<Record<string, ArrayLike<number>>>,
  sizes: Sizes,
  order: Order = inOrder,
): PlanRun {
  const memory = new Map(plan.buffers.map(buffer => [buffer, newMemory(buffer, sizes)]))
  const machine: Machine = { context, memory, order }
  for (const port of plan.inputs) {
    const array = given[port.name]
    const view = viewOf(machine, port.operand, sizes)
    places(port.shape, sizes).forEach((point, i) => {
      write(view, address(view, point), array[i])
    })
  }
  for (const step of plan.steps) runStep(machine, step, sizes)
  const read = (ports: Plan['inputs']): Record<string, Float64Array> =>
    Object.fromEntries(
      ports.map(({ name, operand, shape }) => {
        const view = viewOf(machine, operand, sizes)
        return [name, Float64Array.from(places(shape, sizes), point => element(view, address(view, point)))]
      }),
    )
  return { outputs: read(plan.outputs), inputs: read(plan.inputs) }
}

interface Memory {
  readonly buffer: Buffer
  readonly data: Float64Array
  /** 1 for each place that was ever written. */
  readonly written: Uint8Array
}

interface Machine {
  readonly context: Context
  readonly memory: ReadonlyMap<Buffer, Memory>
  readonly order: Order
}

function newMemory(buffer: Buffer, sizes: Sizes): Memory {
  const length = evaluate(buffer.size, sizes)
  return { buffer, data: new Float64Array(length), written: new Uint8Array(length) }
}

/** An operand with numbers for its sizes. */
interface View extends Memory {
  readonly offset: number
  readonly strides: readonly number[]
}

function viewOf({ memory }: Machine, { buffer, offset, strides }: Operand, sizes: Sizes): View {
  const found = memory.get(buffer)
  if (found === undefined) throw new Error(`${buffer.hint} is no buffer of the plan`)
  return { ...found, offset: evaluate(offset, sizes), strides: strides.map(s => evaluate(s, sizes)) }
}

const address = ({ offset, strides }: View, point: readonly number[]): number =>
  strides.reduce((sum, stride, d) => sum + stride * point[d], offset)

function element({ buffer, data, written }: Memory, at: number): number {
  if (!(at >= 0 && at < data.length)) throw new Error(`place ${at} of ${buffer.hint} is read, which has ${data.length}`)
  if (written[at] === 0) throw new Error(`place ${at} of ${buffer.hint} is read before it is written`)
  return data[at]
}

function write({ buffer, data, written }: Memory, at: number, value: number): void {
  if (!(at >= 0 && at < data.length))
    throw new Error(`place ${at} of ${buffer.hint} is written, which has ${data.length}`)
  if (buffer.dtype !== 'real' && !Number.isInteger(value))
    throw new Error(`${value} is written to the ints ${buffer.hint}`)
  data[at] = buffer.dtype === 'real' ? value : value | 0
  written[at] = 1
}

/** The points of a domain in row-major order. */
function places(domain: readonly Dim[], sizes: Sizes): number[][] {
  return domain
    .map(dim => evaluate(dim, sizes))
    .reduce<number[][]>(
      (points, size) => points.flatMap(point => Array.from({ length: size }, (_, i) => [...point, i])),
      [[]],
    )
}

function runStep(machine: Machine, step: Step, sizes: Sizes): void {
  switch (step.kind) {
    case 'loop': {
      const length = evaluate(step.length, sizes)
      for (let i = 0; i < length; i++) {
        const own = { ...sizes, [step.index]: step.reverse ? length - 1 - i : i }
        for (const inner of step.steps) runStep(machine, inner, own)
      }
      break
    }
    case 'choice':
      for (const inner of step.ways[wayTaken(step, sizes)]) runStep(machine, inner, sizes)
      break
    default:
      runKernel(machine, step, sizes)
  }
}

function runKernel(machine: Machine, kernel: Kernel, sizes: Sizes): void {
  switch (kernel.kind) {
    case 'map': {
      const run = pointRunner(machine, kernel, sizes)
      for (const point of visited(machine, kernel, kernel.domain, sizes)) run(point)
      break
    }
    case 'reduce':
      runReduce(machine, kernel, sizes)
      break
    case 'gemm':
      runProduct(machine, kernel, sizes)
  }
}

/** The points of a kernel in an order that a backend may take: any along the parallel dimensions, row-major along the others. */
function* visited(
  machine: Machine,
  kernel: Kernel,
  domain: readonly Dim[],
  sizes: Sizes,
): Generator<readonly number[]> {
  const isParallel = new Set(parallelDims(kernel))
  const own = (parallel: boolean): Dim[] => domain.filter((_, d) => isParallel.has(d) === parallel)
  const [free, ordered] = [places(own(true), sizes), places(own(false), sizes)]
  for (const i of machine.order(free.length)) {
    for (const rest of ordered) {
      const [along, across] = [free[i].values(), rest.values()]
      yield domain.map((_, d) => (isParallel.has(d) ? along : across).next().value ?? 0)
    }
  }
}

/** Makes a function that runs a program at a point and then its writes. */
function pointRunner(
  machine: Machine,
  { program, writes }: Pointwise,
  sizes: Sizes,
): (point: readonly number[]) => void {
  const compute = programRunner(machine, program, sizes)
  const targets = writes.map(w => ({ ...w, view: viewOf(machine, w.to, sizes) }))
  return point => {
    const values = compute(point)
    for (const { view, value, indirect, accumulate } of targets) {
      const place = address(view, point)
      const at = indirect === undefined ? place : reached(place, indirect, values, sizes)
      if (at !== undefined) write(view, at, accumulate === true ? element(view, at) + values[value] : values[value])
    }
  }
}

/** The place of an indirect access; undefined where its index is out of range. */
function reached(
  place: number,
  { at, stride, size }: Indirect,
  values: readonly number[],
  sizes: Sizes,
): number | undefined {
  const index = values[at]
  return index >= 0 && index < evaluate(size, sizes) ? place + index * evaluate(stride, sizes) : undefined
}

/** Makes a function that computes the values of a program's instructions at a point. */
function programRunner(
  machine: Machine,
  program: readonly Instruction[],
  sizes: Sizes,
): (point: readonly number[]) => readonly number[] {
  const views = program.map(i => (i.kind === 'read' ? viewOf(machine, i.from, sizes) : undefined))
  return point => {
    const values: number[] = []
    const at = { values, point, sizes }
    program.forEach((instruction, ref) => {
      values.push(resultOf(machine, instruction, views[ref], at))
    })
    return values
  }
}

/** A point of a kernel, with the values of the instructions so far. */
interface AtPoint {
  readonly values: readonly number[]
  readonly point: readonly number[]
  readonly sizes: Sizes
}

function resultOf(
  { context }: Machine,
  i: Instruction,
  view: View | undefined,
  { values, point, sizes }: AtPoint,
): number {
  switch (i.kind) {
    case 'constant':
      return i.value
    case 'size':
      return evaluate(i.dim, sizes)
    case 'position':
      return point[i.dim]
    case 'read': {
      if (view === undefined) throw new Error('an operand has no view')
      const place = address(view, point)
      const at = i.indirect === undefined ? place : reached(place, i.indirect, values, sizes)
      return at === undefined ? 0 : element(view, at)
    }
    case 'apply': {
      const { formula } = opOf(context, i.op)
      if (formula === undefined) throw new Error(`${i.op} is not pointwise`)
      return formula(
        numbers,
        i.args.map(arg => values[arg]),
      )
    }
  }
}

function runReduce(machine: Machine, kernel: ReduceKernel, sizes: Sizes): void {
  const { domain, over, program, value, combine, to } = kernel
  const compute = programRunner(machine, program, sizes)
  const view = viewOf(machine, to, sizes)
  const inner = places(over, sizes)
  for (const point of visited(machine, kernel, domain, sizes)) {
    const terms = inner.map(rest => compute([...point, ...rest])[value])
    const result =
      combine === 'argmax' ? firstLargest(terms) : terms.reduce((x, y) => numbers[combine.op](x, y), combine.start)
    write(view, address(view, point), result)
  }
}

/** Runs the tail at each point right after its sum, as a backend may: other sums must not depend on its writes. */
function runProduct(machine: Machine, kernel: GemmKernel, sizes: Sizes): void {
  const { batch, m, n, k, strongLeft, strongRight, tail } = kernel
  const [a, b, c] = [kernel.a, kernel.b, kernel.c].map(o => viewOf(machine, o, sizes))
  const depth = evaluate(k, sizes)
  const points = places([...batch, m, n], sizes)
  const finish = tail && pointRunner(machine, tail, sizes)
  const tailPoints = tail && places(tail.domain, sizes)
  for (const i of machine.order(points.length)) {
    const lead = points[i].slice(0, batch.length)
    const [row, column] = points[i].slice(batch.length)
    let sum = 0
    for (let j = 0; j < depth; j++) {
      const x = element(a, address(a, [...lead, row, j]))
      const y = element(b, address(b, [...lead, j, column]))
      if (!(strongLeft && x === 0) && !(strongRight && y === 0)) sum += x * y
    }
    write(c, address(c, points[i]), sum)
    if (finish && tailPoints) finish(tailPoints[i])
  }
}
