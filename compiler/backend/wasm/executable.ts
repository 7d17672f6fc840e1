// Makes an executable of a schedule and an engine: the memory's layout, the inputs and the results of each run.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan, Port } from '../../plan/plan.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Buffer, Executable, Results } from '../backend.ts'
import { type Arrays, arrayOf, createInputs, type RealArray } from './boundInputs.ts'
import type { Engine } from './engine.ts'
import { type Layout, layouts, symbolsIn } from './frame.ts'
import { createPlaces, type Place } from './places.ts'

/** Address 0 is none. */
const frameStart = 64

export interface ExecutableOptions {
  readonly name: string
  readonly plan: Plan
  readonly schedule: Schedule
  readonly engine: Engine
  readonly real: RealArray
}

export function createExecutable({ name, plan, schedule, engine, real }: ExecutableOptions): Executable {
  const { slots } = schedule
  const places = createPlaces(frameStart)
  places.take(4 * slots.length)
  engine.grow(places.end)
  const symbols = symbolsIn(schedule, plan)
  const layoutOf = layouts(plan, schedule, real.BYTES_PER_ELEMENT === 4 ? 4 : 8)
  const known = { frame: new Int32Array(engine.buffer(), frameStart, slots.length) }
  const frame = (): Int32Array => {
    if (known.frame.buffer !== engine.buffer()) known.frame = new Int32Array(engine.buffer(), frameStart, slots.length)
    return known.frame
  }
  const slotOf = (buffer: Port['operand']['buffer']): number =>
    slots.findIndex(s => s.kind === 'buffer' && s.buffer === buffer)
  const inputs = createInputs({ plan, engine, places, real, slotOf, frame })
  const given = new Set(plan.inputs.map(p => p.operand.buffer))
  const arena: { place?: Place; layout?: Layout; sizes: Sizes; frame?: Int32Array } = { sizes: {} }
  const views = new Map<string, Buffer>()

  /** Lays the program's own buffers out, where sizes have changed. */
  function prepare(sizes: Sizes): Layout {
    const same = arena.layout !== undefined && symbols.every(s => arena.sizes[s] === sizes[s])
    if (same && arena.layout !== undefined && arena.frame === frame()) return arena.layout
    for (const s of symbols) if (!Object.hasOwn(sizes, s)) throw new Error(`size ${s} is not known`)
    const layout = layoutOf(sizes)
    if (arena.place !== undefined) places.free(arena.place)
    arena.place = places.take(layout.bytes)
    engine.grow(places.end)
    layout.write(frame(), arena.place.start)
    Object.assign(arena, { layout, frame: frame(), sizes: Object.fromEntries(symbols.map(s => [s, sizes[s]])) })
    views.clear()
    return layout
  }

  function resultOf({ name: output, operand, shape }: Port, layout: Layout, sizes: Sizes): Buffer {
    const found = views.get(output)
    if (found !== undefined) return found
    const start = (arena.place?.start ?? 0) + (layout.offsets.get(operand.buffer) ?? 0)
    const length = evaluate(product(shape), sizes)
    const made = arrayOf(operand.buffer.dtype, real, engine.buffer(), start, length)
    views.set(output, made)
    return made
  }

  function run(sizes: Sizes, arrays: Arrays): Results {
    const layout = prepare(sizes)
    inputs.bind(arrays, sizes)
    // Room for inputs may have moved the memory.
    prepare(sizes)
    engine.run(frameStart)
    inputs.handBack(arrays)
    const results: Record<string, Buffer> = {}
    for (const port of plan.outputs) {
      results[port.name] = given.has(port.operand.buffer) ? arrays[port.name] : resultOf(port, layout, sizes)
    }
    return results
  }

  return { backend: name, store: inputs.store, run }
}
