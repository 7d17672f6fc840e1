// Makes an executable of a schedule and an engine: the memory's layout, the inputs and the results of each run.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Buffer, Executable, Precision, Results } from '../backend.ts'
import { type Arrays, arrayOf, createInputs } from './boundInputs.ts'
import type { Engine } from './engine.ts'
import { layouts, symbolsIn } from './frame.ts'
import { createPlaces, type Place, type Places } from './places.ts'

/** Address 0 is none. */
const frameStart = 64

export interface ExecutableOptions {
  readonly name: string
  readonly plan: Plan
  readonly schedule: Schedule
  readonly engine: Engine
  readonly precision: Precision
}

export function createExecutable({ name, plan, schedule, engine, precision }: ExecutableOptions): Executable {
  const { slots } = schedule
  const places = createPlaces(frameStart)
  places.take(4 * slots.length)
  engine.grow(places.end)
  const known = { frame: new Int32Array(engine.buffer(), frameStart, slots.length) }
  const frame = (): Int32Array => {
    if (known.frame.buffer !== engine.buffer()) known.frame = new Int32Array(engine.buffer(), frameStart, slots.length)
    return known.frame
  }
  const packed = slots.findIndex(s => s.kind === 'unpacked')
  const inputs = createInputs({
    plan,
    engine,
    places,
    precision,
    frame,
    slotOf: buffer => slots.findIndex(s => s.kind === 'buffer' && s.buffer === buffer),
    unpack: () => {
      if (packed >= 0) frame()[packed] = 1
    },
  })
  const arena = createArena({ plan, schedule, engine, precision, places, frame })
  const resultsOf = keptResults(plan)

  function place(sizes: Sizes, arrays: Arrays): void {
    // Room for inputs may need another memory, in which all is laid out and bound again.
    for (let version = arena.layOut(sizes); ; version = arena.version()) {
      inputs.bind(arrays, sizes, version)
      if (arena.layOut(sizes) === version) break
    }
  }

  const runPlaced = (arrays: Arrays): Results => {
    inputs.copyIn(arrays)
    engine.run(frameStart)
    inputs.handBack(arrays)
    return resultsOf(arena.version(), arena.views, arrays)
  }

  return {
    backend: name,
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
  readonly places: Places
  readonly frame: () => Int32Array
}

/** Keeps the program's own buffers in the memory. */
function createArena({ plan, schedule, engine, precision, places, frame }: ArenaOptions) {
  const symbols = symbolsIn(schedule, plan)
  const layoutOf = layouts(plan, schedule, precision)
  const given = new Set(plan.inputs.map(p => p.operand.buffer))
  const views = new Map<string, Buffer>()
  let place: Place | undefined
  let version = 0
  /** The sizes and the memory that it is laid out for. */
  let known: Sizes = {}
  let memory: ArrayBufferLike | undefined

  return {
    /** The outputs in it, by name. */
    views,
    version: () => version,
    /** Whether the memory is the one in which it was laid out. */
    isThere: () => memory === engine.buffer(),
    /** Lays the buffers out anew, where sizes have changed or the memory is another; gives the layout's number. */
    layOut: (sizes: Sizes): number => {
      if (memory === engine.buffer() && symbols.every(s => known[s] === sizes[s])) return version
      for (const s of symbols) if (!Object.hasOwn(sizes, s)) throw new Error(`size ${s} is not known`)
      const layout = layoutOf(sizes)
      if (place !== undefined) places.free(place)
      place = places.take(layout.bytes)
      engine.grow(places.end)
      layout.write(frame(), place.start)
      memory = engine.buffer()
      known = Object.fromEntries(symbols.map(s => [s, sizes[s]]))
      version++
      views.clear()
      for (const { name, operand, shape } of plan.outputs) {
        const { buffer } = operand
        const start = place.start + (layout.offsets.get(buffer) ?? 0)
        const length = evaluate(product(shape), sizes)
        if (!given.has(buffer)) views.set(name, arrayOf(buffer.dtype, precision, engine.buffer(), start, length))
      }
      return version
    },
  }
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
