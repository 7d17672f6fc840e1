// Makes an executable of a schedule and an engine: the memory's layout, the inputs and the results of each run.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan } from '../../plan/plan.ts'
import { inputBuffers, overwritingOutputs } from '../../plan/ports.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { workOf } from '../../schedule/threads/work.ts'
import type { Buffer, Executable, Precision, Results } from '../backend.ts'
import { type Allocator, createAllocator, type Place } from './allocator.ts'
import { recordBytes } from './barrier.ts'
import { type Arrays, arrayOf, createInputs } from './boundInputs.ts'
import type { Engine } from './engine.ts'
import { createFrames, type Frames } from './frames.ts'
import { layouts, symbolsIn } from './layout.ts'

/** Nothing lies at address 0, so that it can stand for no address. The frames of threads come first. */
const frameStart = 64

export interface ExecutableOptions {
  readonly name: string
  readonly plan: Plan
  readonly schedule: Schedule
  readonly engine: Engine
  readonly precision: Precision
  /** Operations of a run from which on all threads take part. */
  readonly leastWork?: number
}

/** Operations of a run from which on threads gain more than they lose by waiting for each other: what one does in some 50 microseconds. */
const enough = 500_000

export function createExecutable(options: ExecutableOptions): Executable {
  const { name, plan, schedule, engine, precision } = options
  const { slots } = schedule
  const allocator = createAllocator(frameStart, engine.grow)
  const frames = createFrames(engine, allocator, slots.length)
  const packed = slots.findIndex(s => s.kind === 'unpacked')
  const inputs = createInputs({
    plan,
    engine,
    allocator,
    precision,
    frames,
    slotOf: buffer => slots.findIndex(s => s.kind === 'buffer' && s.buffer === buffer),
    unpack: () => frames.set(packed, 1),
  })
  const arena = createArena({ ...options, allocator, frames })
  const resultsOf = keptResults(plan)

  function place(sizes: Sizes, arrays: Arrays): void {
    // Room for inputs may need another memory, in which all is laid out and bound again: a second time all room is there.
    for (let version = arena.layOut(sizes); ; version = arena.version()) {
      inputs.bind(arrays, sizes, version)
      if (arena.layOut(sizes) === version) break
    }
  }

  const runPlaced = (arrays: Arrays): Results => {
    inputs.copyIn(arrays)
    arena.run()
    inputs.handBack(arrays)
    return resultsOf(arena.version(), arena.views, arrays)
  }

  return {
    backend: name,
    get threads() {
      return arena.threads()
    },
    dispose: () => {
      engine.dispose()
      arena.views.clear()
    },
    store: inputs.store,
    run: (sizes, arrays) => {
      place(sizes, arrays)
      return runPlaced(arrays)
    },
    bind: (sizes, arrays) => {
      place(sizes, arrays)
      return () => {
        if (!arena.isThere()) place(sizes, arrays)
        return runPlaced(arrays)
      }
    },
  }
}

interface ArenaOptions extends Omit<ExecutableOptions, 'name'> {
  readonly allocator: Allocator
  readonly frames: Frames
}

/** Keeps the program's own buffers in the memory, and runs it on them. */
function createArena({ plan, schedule, engine, precision, allocator, frames, leastWork = enough }: ArenaOptions) {
  const record = engine.threads > 1 ? allocator.allocate(recordBytes).start : 0
  const threadsFor = threadsBy(plan, engine.threads, leastWork)
  const symbols = symbolsIn(schedule, plan)
  const layoutOf = layouts(plan, schedule, precision)
  const given = inputBuffers(plan)
  const views = new Map<string, Buffer>()
  let place: Place | undefined
  let version = 0
  let threads = 1
  let most = 1
  /** The sizes and the memory that it is laid out for. */
  let known: Sizes = {}
  let memory: ArrayBufferLike | undefined

  return {
    /** The outputs in it, by name. */
    views,
    version: () => version,
    /** The most threads that have run the program together. */
    threads: () => most,
    /** Whether the memory is the one in which it was laid out. */
    isThere: () => memory === engine.buffer(),
    run: () => {
      engine.run({ start: frames.start, stride: frames.stride, threads }, record)
      most = Math.max(most, threads)
    },
    /** Lays the buffers out anew, where sizes have changed or the memory is another; gives the layout's number. */
    layOut: (sizes: Sizes): number => {
      if (memory === engine.buffer() && symbols.every(s => known[s] === sizes[s])) return version
      for (const s of symbols) if (!Object.hasOwn(sizes, s)) throw new Error(`size ${s} is not known`)
      threads = threadsFor(sizes)
      const layout = layoutOf(sizes, threads)
      if (place !== undefined) allocator.free(place)
      // Until there is another place, also where the memory cannot grow for one, nothing is laid out.
      place = undefined
      memory = undefined
      place = allocator.allocate(layout.bytes)
      layout.write(frames, { start: place.start, record, sleeps: engine.sleeps })
      memory = engine.buffer()
      known = Object.fromEntries(symbols.map(s => [s, sizes[s]]))
      version++
      views.clear()
      for (const { name, operand, shape } of plan.outputs) {
        const { buffer } = operand
        const start = place.start + (layout.offsets.get(buffer) ?? 0)
        const length = evaluate(product(shape), sizes)
        if (!given.has(buffer))
          views.set(name, arrayOf(buffer.dtype, precision, engine.bufferForViews(), start, length))
      }
      return version
    },
  }
}

/** How many threads run a plan for given sizes: one where there is too little to do for all. */
function threadsBy(plan: Plan, threads: number, leastWork: number): (sizes: Sizes) => number {
  if (threads === 1) return () => 1
  const work = workOf(plan)
  return sizes => (work(sizes) >= leastWork ? threads : 1)
}

/** Gives the results of runs: the same object as last time, where all lie where they lay. */
function keptResults(plan: Plan) {
  const moved = [...overwritingOutputs(plan)]
  let last: { readonly version: number; readonly results: Record<string, Buffer> } = { version: 0, results: {} }
  return (version: number, views: ReadonlyMap<string, Buffer>, arrays: Arrays): Results => {
    if (last.version === version && moved.every(output => last.results[output] === arrays[output])) return last.results
    const results = Object.fromEntries(plan.outputs.map(({ name }) => [name, views.get(name) ?? arrays[name]]))
    last = { version, results }
    return results
  }
}
