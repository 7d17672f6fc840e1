// Makes an executable of a schedule and an engine: the memory's layout, the inputs and the results of each run.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan, Port } from '../../plan/plan.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { workOf } from '../../schedule/threads/work.ts'
import type { Buffer, Executable, Precision, Results } from '../backend.ts'
import { recordBytes } from './barrier.ts'
import { type Arrays, arrayOf, createInputs } from './boundInputs.ts'
import type { Engine } from './engine.ts'
import { layouts, symbolsIn } from './frame.ts'
import { createFrames } from './frames.ts'
import { createPlaces, type Place } from './places.ts'

/** Address 0 is none. The frames of threads come first. */
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

/** The program's own part of the memory. */
interface Arena {
  place?: Place
  version: number
  /** The sizes and the memory that it is laid out for. */
  sizes: Sizes
  /** How many threads run it for these sizes. */
  threads: number
  frame?: ArrayBufferLike
}

export function createExecutable(options: ExecutableOptions): Executable {
  const { name, plan, schedule, engine, precision, leastWork = enough } = options
  const { slots } = schedule
  const places = createPlaces(frameStart)
  const frames = createFrames(engine, places, slots.length)
  const record = engine.threads > 1 ? places.take(recordBytes).start : 0
  const symbols = symbolsIn(schedule, plan)
  const layoutOf = layouts(plan, schedule, precision)
  const threadsFor = threadsBy(plan, engine.threads, leastWork)
  const slotOf = (buffer: Port['operand']['buffer']): number =>
    slots.findIndex(s => s.kind === 'buffer' && s.buffer === buffer)
  const inputs = createInputs({ plan, engine, places, precision, slotOf, frames })
  const given = new Set(plan.inputs.map(p => p.operand.buffer))
  const arena: Arena = { version: 0, sizes: {}, threads: 1 }
  const views = new Map<string, Buffer>()

  /** Lays the program's own buffers out anew, where sizes have changed or the memory is another; gives the layout's number. */
  function prepare(sizes: Sizes): number {
    if (arena.frame === engine.buffer() && symbols.every(s => arena.sizes[s] === sizes[s])) return arena.version
    for (const s of symbols) if (!Object.hasOwn(sizes, s)) throw new Error(`size ${s} is not known`)
    arena.threads = threadsFor(sizes)
    const layout = layoutOf(sizes, arena.threads)
    if (arena.place !== undefined) places.free(arena.place)
    arena.place = places.take(layout.bytes)
    engine.grow(places.end)
    layout.write(frames, { start: arena.place.start, record, sleeps: engine.sleeps })
    arena.frame = engine.buffer()
    arena.sizes = Object.fromEntries(symbols.map(s => [s, sizes[s]]))
    arena.version++
    views.clear()
    for (const { name: output, operand, shape } of plan.outputs) {
      const { buffer } = operand
      const start = arena.place.start + (layout.offsets.get(buffer) ?? 0)
      const length = evaluate(product(shape), sizes)
      if (!given.has(buffer)) views.set(output, arrayOf(buffer.dtype, precision, engine.buffer(), start, length))
    }
    return arena.version
  }

  const resultsOf = keptResults(plan)

  function run(sizes: Sizes, arrays: Arrays): Results {
    // Room for inputs may need another memory, in which all is laid out and bound again.
    for (let version = prepare(sizes); ; version = arena.version) {
      inputs.bind(arrays, sizes, version)
      if (prepare(sizes) === version) break
    }
    engine.run({ start: frames.start, stride: frames.stride, threads: arena.threads }, record)
    inputs.handBack(arrays)
    return resultsOf(arena.version, views, arrays)
  }

  return {
    backend: name,
    ...(engine.threads > 1 && { threads: engine.threads }),
    store: inputs.store,
    run,
    ...(engine.dispose && { dispose: engine.dispose }),
  }
}

/** How many threads run a plan for given sizes: one where there is too little to do for all. */
function threadsBy(plan: Plan, threads: number, leastWork: number): (sizes: Sizes) => number {
  if (threads === 1) return () => 1
  const work = workOf(plan)
  return sizes => (work(sizes) >= leastWork ? threads : 1)
}

/** Gives the results of runs: the same object as last time, where all lie where they lay. */
function keptResults({ inputs, outputs }: Plan) {
  const given = new Set(inputs.map(p => p.operand.buffer))
  const moved = outputs.filter(o => given.has(o.operand.buffer)).map(o => o.name)
  let last: { readonly version: number; readonly results: Record<string, Buffer> } = { version: 0, results: {} }
  return (version: number, views: ReadonlyMap<string, Buffer>, arrays: Arrays): Results => {
    if (last.version === version && moved.every(output => last.results[output] === arrays[output])) return last.results
    const results = Object.fromEntries(outputs.map(({ name }) => [name, views.get(name) ?? arrays[name]]))
    last = { version, results }
    return results
  }
}
