// From a plan to a program of the loop language: a function for each kernel, and one that runs them all.
import { apply, int, load, loop, perform, read, store, sub, when } from '../code/build.ts'
import type { Func, Program, Statement } from '../code/code.ts'
import type { Dim } from '../ir/dim.ts'
import type { Packing, Packings } from '../plan/packings.ts'
import type { Buffer, Choice, GemmKernel, Kernel, Loop, Plan, Pointwise, ReduceKernel, Step } from '../plan/plan.ts'
import { createLibrary } from './library.ts'
import { mapStatements } from './maps.ts'
import { panelPackings } from './products/panelPackings.ts'
import { orient, packStatements, productStatements } from './products/products.ts'
import { shapesOf } from './products/shapes.ts'
import { withMaps } from './products/singleTerms.ts'
import { reduceStatements } from './reductions.ts'
import { createSlots, type Slot } from './slots.ts'
import type { Target } from './target.ts'
import type { Partition } from './threads/pieces.ts'
import { pieceOfMap, pieceOfPacked, pieceOfPacking, pieceOfProduct, pieceOfReduction } from './threads/pieces.ts'
import { countOf, type Share } from './threads/shares.ts'
import { createTeam, type Site, type Team } from './threads/team.ts'
import { createWriter, type Shared, type Writer } from './writer.ts'

/** What runs one plan, in a program. */
export interface PlanSchedule {
  /** The name of the function that runs the plan; it takes the address of the frame. */
  readonly run: string
  /** What stands in the frame. */
  readonly slots: readonly Slot[]
  /** How dimensions are shared out, where several threads run the plan. */
  readonly shares: readonly Share[]
  /** The buffers of the plan, and those of packed operands. */
  readonly buffers: readonly Buffer[]
}

export interface Schedule extends PlanSchedule {
  readonly program: Program
}

/** Schedules a plan for a target. */
export function schedule(plan: Plan, target: Target): Schedule {
  const { program, schedules } = scheduleAll([plan], target)
  return { program, ...schedules[0] }
}

/** Schedules several plans as one program: they share the functions that do not depend on a plan. */
export function scheduleAll(
  plans: readonly Plan[],
  target: Target,
): { readonly program: Program; readonly schedules: readonly PlanSchedule[] } {
  const library = createLibrary()
  const functions: Func[] = []
  const names = new Map<string, number>()
  const schedules = plans.map(withMaps).map((plan): PlanSchedule => {
    const slots = createSlots()
    const indices = new Set(plan.steps.flatMap(indicesOf))
    const shared: Shared = { target, slots, library, indices }
    const packings = panelPackings(plan, shapesOf(target, library).width)
    const oriented = (kernel: GemmKernel): GemmKernel =>
      orient(kernel, packings.products.get(kernel), shapesOf(target, library))
    const team = target.threads ? createTeam(plan, { packings, indices, orient: oriented }) : undefined
    const module: Module = { shared, packings, orient: oriented, team, functions, names }
    const writer = createWriter(shared)
    // No thread goes away before all have done what is theirs.
    const end = team === undefined ? [] : [writer.barrier()]
    const steps = plan.steps.flatMap(s => stepStatements(s, module, writer))
    const body = [...packedOnce(plan, module, writer), ...steps, ...end]
    const run = freshName('run', names)
    functions.push(writer.close(run, plan.name, body))
    return { run, slots: slots.all, shares: team?.shares ?? [], buffers: [...plan.buffers, ...packings.buffers] }
  })
  return { program: { functions: [...library.functions, ...functions] }, schedules }
}

interface Module {
  readonly shared: Shared
  readonly packings: Packings
  /** Gives a product as it is computed. */
  readonly orient: (product: GemmKernel) => GemmKernel
  /** How threads run the plan together; undefined where there is one. */
  readonly team: Team | undefined
  /** The functions made so far that are no library's. */
  readonly functions: Func[]
  readonly names: Map<string, number>
}

function freshName(wish: string, names: Map<string, number>): string {
  const count = names.get(wish) ?? 0
  names.set(wish, count + 1)
  return count === 0 ? wish : `${wish}.${count + 1}`
}

const indicesOf = (step: Step): string[] =>
  step.kind === 'loop'
    ? [step.index, ...step.steps.flatMap(indicesOf)]
    : step.kind === 'choice'
      ? step.ways.flat().flatMap(indicesOf)
      : []

/** The statements that run a step: calls of kernels, and the loops and choices around them. */
function stepStatements(step: Step, module: Module, caller: Writer): Statement[] {
  switch (step.kind) {
    // Functions of their own, which read anew what depends on the index of a loop around them.
    case 'loop': {
      const [first] = step.hint.split(', ')
      const comment = `${step.hint}: ${step.reverse ? 'backwards in time' : 'step by step'}`
      return define(`scan_${first}`, comment, module, caller, writer => loopStatements(step, module, writer))
    }
    case 'choice':
      return define('choice', step.hint, module, caller, writer => [choiceStatement(step, module, writer)])
    default:
      return kernelCall(step, module, caller)
  }
}

function choiceStatement({ less, than, ways }: Choice, module: Module, caller: Writer): Statement {
  const [first, second] = ways.map(steps => steps.flatMap(s => stepStatements(s, module, caller)))
  const size = (d: Dim) => caller.size(d)
  return { kind: 'if', test: apply('lt', [size(less), size(than)]), yes: first, no: second }
}

/** Writes the index of each round into the frame, where the kernels read it. */
function loopStatements(step: Loop, module: Module, caller: Writer): Statement[] {
  const { index, length, reverse, steps } = step
  const i = caller.fresh(index, 'i32')
  const end = caller.size(length)
  const now = reverse ? sub(sub(end, int(1)), read(i)) : read(i)
  const place = module.shared.slots.place({ kind: 'index', name: index })
  const packs = packed(step, 'the products of a loop', module, caller)
  const inner = steps.flatMap(s => stepStatements(s, module, caller))
  const all = loop(i, int(0), end, [store(read(caller.frame), now, place), ...inner])
  return [...packs, ...barrierBefore(step, module, caller), all]
}

/** Waits for the other threads, where what follows may touch what they have touched. */
const barrierBefore = (before: Site, { team }: Module, writer: Writer): readonly Statement[] =>
  team?.needsBarrierBefore(before) ? [writer.barrier()] : []

/** What is done by the threads that have a piece of something. */
const whereShared = ({ share }: Partition, writer: Writer, statements: readonly Statement[]): readonly Statement[] => [
  when(apply('lt', [int(0), writer.size(countOf(share))]), statements),
]

/** Calls that pack the operands which stay the same in a loop, or in all runs. */
function packed(place: Loop | Plan, products: string, module: Module, caller: Writer): Statement[] {
  return (module.packings.before.get(place) ?? []).flatMap(packing => {
    const { hint } = packing.kernel.b.buffer
    const comment = `lays out ${hint === '' ? 'what stays the same' : hint} for ${products}`
    const pack = define(`pack_${hint}`, comment, module, caller, writer => packingStatements(packing, module, writer))
    return [...barrierBefore(packing, module, caller), ...pack]
  })
}

/** Packs what stays the same from run to run, in the first run alone. */
function packedOnce(plan: Plan, module: Module, caller: Writer): Statement[] {
  const packs = packed(plan, 'the products of all runs', module, caller)
  if (packs.length === 0) return []
  const place = module.shared.slots.place({ kind: 'unpacked' })
  const frame = read(caller.frame)
  return [when(load('i32', frame, place), [...packs, store(frame, int(0), place)])]
}

function kernelCall(kernel: Kernel, module: Module, caller: Writer): Statement[] {
  const [first] = kernel.hint.split(', ')
  const kind = { map: 'map', reduce: 'reduce', gemm: 'product' }[kernel.kind]
  const statements = (writer: Writer): readonly Statement[] => {
    switch (kernel.kind) {
      case 'map':
        return mappedStatements(kernel, module, writer)
      case 'reduce':
        return reducedStatements(kernel, module, writer)
      case 'gemm': {
        const { tail } = kernel
        const product = multipliedStatements(kernel, module, writer)
        if (tail === undefined) return product
        return [...product, ...barrierBefore(tail, module, writer), ...mappedStatements(tail, module, writer)]
      }
    }
  }
  const call = define(`${kind}_${first}`, kernel.hint, module, caller, statements)
  return [...barrierBefore(kernel, module, caller), ...call]
}

/** A map, or a thread's piece of it; so for the other kinds below. */
function mappedStatements(map: Pointwise, { team }: Module, writer: Writer): readonly Statement[] {
  if (team === undefined) return mapStatements(map, writer)
  const partition = team.partitionOf(map)
  const piece = mapStatements(pieceOfMap(map, partition), writer)
  return partition.dim === undefined ? whereShared(partition, writer, piece) : piece
}

function reducedStatements(reduction: ReduceKernel, { team }: Module, writer: Writer): readonly Statement[] {
  if (team === undefined) return reduceStatements(reduction, writer)
  const partition = team.partitionOf(reduction)
  const piece = reduceStatements(pieceOfReduction(reduction, partition), writer)
  return partition.dim === undefined ? whereShared(partition, writer, piece) : piece
}

function multipliedStatements(given: GemmKernel, module: Module, writer: Writer): readonly Statement[] {
  const { team, packings } = module
  const kernel = module.orient(given)
  const packing = packings.products.get(given)
  const rows = kernel.m
  if (team === undefined) return productStatements({ kernel, packed: packing?.to, rows }, writer)
  const partition = team.partitionOf(given)
  const packed = packing && pieceOfPacked(packing, partition)
  return whereShared(
    partition,
    writer,
    productStatements({ kernel: pieceOfProduct(kernel, partition), packed, rows }, writer),
  )
}

function packingStatements(packing: Packing, { team }: Module, writer: Writer): readonly Statement[] {
  if (team === undefined) return packStatements(packing, writer)
  const partition = team.partitionOfPacking(packing)
  return whereShared(partition, writer, packStatements(pieceOfPacking(packing, partition), writer))
}

/** Writes a function, and gives its call. */
function define(
  wish: string,
  comment: string,
  { shared, functions, names }: Module,
  caller: Writer,
  body: (writer: Writer) => readonly Statement[],
): Statement[] {
  const writer = createWriter(shared)
  const name = freshName(wish, names)
  const statements = body(writer)
  functions.push(writer.close(name, comment, statements))
  return [perform(name, [read(caller.frame)])]
}
