// Binds the inputs of a run to places in the memory: those that `store` laid there stay where they are, all others are copied.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import { storedInputs } from '../../plan/operands.ts'
import type { Plan, Buffer as PlanBuffer, Port } from '../../plan/plan.ts'
import type { Buffer } from '../backend.ts'
import type { Engine } from './engine.ts'
import { bytesIn } from './frame.ts'
import type { Place, Places } from './places.ts'

export type Arrays = Readonly<Record<string, Buffer>>

/** The inputs that lie in one buffer, end to end. */
interface Group {
  readonly buffer: PlanBuffer
  readonly ports: readonly Port[]
  /** The place in the frame that holds its address; none where nothing reads it. */
  readonly slot: number
  /** Whether a run overwrites the inputs of that name. */
  readonly moved: readonly boolean[]
}

export interface BoundInputs {
  /** Lays inputs into the memory for good. */
  store(inputs: Arrays): Record<string, Buffer>
  /** Writes the addresses of inputs into the frame, and copies what does not lie in the memory. */
  bind(inputs: Arrays, sizes: Sizes): void
  /** Copies what a run has overwritten back into arrays that do not lie in the memory. */
  handBack(inputs: Arrays): void
}

export type RealArray = Float32ArrayConstructor | Float64ArrayConstructor

const arrayType = (dtype: DType, real: RealArray) => (dtype === 'real' ? real : Int32Array)

/** An array of a dtype over some of a memory. */
export function arrayOf(dtype: DType, real: RealArray, memory: ArrayBufferLike, start: number, length: number): Buffer {
  if (dtype !== 'real') return new Int32Array(memory, start, length)
  return real === Float32Array ? new Float32Array(memory, start, length) : new Float64Array(memory, start, length)
}

export interface Binding {
  readonly plan: Plan
  readonly engine: Engine
  readonly places: Places
  readonly real: RealArray
  /** The place of a buffer's address in the frame. */
  readonly slotOf: (buffer: PlanBuffer) => number
  readonly frame: () => Int32Array
}

export function createInputs({ plan, engine, places, real, slotOf, frame }: Binding): BoundInputs {
  const outputs = new Map(plan.outputs.map(o => [o.name, o.operand.buffer]))
  const groups: readonly Group[] = [...storedInputs(plan)].map(([buffer, ports]) => ({
    buffer,
    ports,
    slot: slotOf(buffer),
    moved: ports.map(p => outputs.get(p.name) === buffer),
  }))
  const elementBytes = (b: PlanBuffer): number => bytesIn(b, real.BYTES_PER_ELEMENT === 4 ? 4 : 8)
  /** Room for inputs that do not lie in the memory. */
  const homes = new Map<Group, Place>()
  const copied = new Map<Group, number>()
  const stored: { readonly place: Place; readonly arrays: readonly WeakRef<Buffer>[] }[] = []

  /** A view of the memory. */
  const view = (dtype: DType, start: number, length: number): Buffer =>
    arrayOf(dtype, real, engine.buffer(), start, length)

  function sweep(): void {
    for (const one of [...stored]) {
      if (one.arrays.some(a => a.deref() !== undefined)) continue
      places.free(one.place)
      stored.splice(stored.indexOf(one), 1)
    }
  }

  function store(inputs: Arrays): Record<string, Buffer> {
    sweep()
    const result: Record<string, Buffer> = { ...inputs }
    for (const { buffer, ports } of groups) {
      if (!ports.every(p => Object.hasOwn(inputs, p.name))) continue
      const arrays = ports.map(p => inputs[p.name])
      const place = places.take(arrays.reduce((sum, a) => sum + a.length, 0) * elementBytes(buffer))
      engine.grow(places.end)
      let start = place.start
      const views = arrays.map(array => {
        const made = view(buffer.dtype, start, array.length)
        made.set(array)
        start += made.byteLength
        return made
      })
      ports.forEach((p, i) => {
        result[p.name] = views[i]
      })
      stored.push({ place, arrays: views.map(v => new WeakRef(v)) })
    }
    return result
  }

  /** The address of arrays that lie in the memory, end to end; undefined where they do not. */
  function addressOf(arrays: readonly Buffer[]): number | undefined {
    let end = arrays[0].byteOffset
    for (const a of arrays) {
      if (!engine.owns(a) || a.byteOffset !== end) return undefined
      end += a.byteLength
    }
    return arrays[0].byteOffset
  }

  function bindGroup(group: Group, inputs: Arrays, sizes: Sizes): void {
    const { buffer, ports, slot } = group
    const arrays = ports.map(p => checked(inputs, p, sizes, arrayType(buffer.dtype, real)))
    const found = addressOf(arrays)
    copied.delete(group)
    if (found !== undefined) {
      frame()[slot] = found
      return
    }
    const bytes = arrays.reduce((sum, a) => sum + a.byteLength, 0)
    const home = homeOf(group, bytes)
    let start = home.start
    for (const a of arrays) {
      view(buffer.dtype, start, a.length).set(a)
      start += a.byteLength
    }
    copied.set(group, home.start)
    frame()[slot] = home.start
  }

  function homeOf(group: Group, bytes: number): Place {
    const before = homes.get(group)
    if (before !== undefined && before.end - before.start >= bytes) return before
    if (before !== undefined) places.free(before)
    const place = places.take(bytes)
    engine.grow(places.end)
    homes.set(group, place)
    return place
  }

  return {
    store,
    bind: (inputs, sizes) => {
      for (const group of groups) bindGroup(group, inputs, sizes)
    },
    handBack: inputs => {
      for (const [{ buffer, ports, moved }, start] of copied) {
        let at = start
        ports.forEach(({ name }, i) => {
          const array = inputs[name]
          if (moved[i]) array.set(view(buffer.dtype, at, array.length))
          at += array.byteLength
        })
      }
    },
  }
}

/** An input, of the right type and length. */
function checked(inputs: Arrays, { name, shape }: Port, sizes: Sizes, type: RealArray | Int32ArrayConstructor): Buffer {
  const array = inputs[name]
  if (!(array instanceof type)) throw new Error(`input ${name} should be a ${type.name}`)
  const length = evaluate(product(shape), sizes)
  if (array.length !== length) {
    throw new Error(`input ${name} should have ${length} elements and has ${array.length}`)
  }
  return array
}
