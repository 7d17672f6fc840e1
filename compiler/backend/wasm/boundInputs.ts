// Binds the inputs of a run to places in the memory: those that `store` laid there stay where they are, all others are copied.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import { storedInputs } from '../../plan/operands.ts'
import type { Plan, Buffer as PlanBuffer, Port } from '../../plan/plan.ts'
import { elementBytes } from '../../schedule/target.ts'
import type { Buffer, Precision } from '../backend.ts'
import type { Engine } from './engine.ts'
import type { Frames } from './frames.ts'
import type { Place, Places } from './places.ts'

export type Arrays = Readonly<Record<string, Buffer>>

/** The inputs that lie in one buffer, end to end, and where they were in the last run. */
interface Group {
  readonly buffer: PlanBuffer
  readonly ports: readonly Port[]
  /** The place in the frame that holds its address; -1, where nothing is written, if nothing reads it. */
  readonly slot: number
  /** Whether the program may have packed it, and must do so again where it is another. */
  readonly fixed: boolean
  /** The arrays of the last run, the version of the layout that they were bound in, and how long they are in it. */
  last: Buffer[]
  version: number
  lengths: readonly number[]
  /** Room for arrays that do not lie in the memory. */
  home?: Place
  /** Arrays over that room, where arrays are copied; with each whether a run overwrites it. */
  copies: readonly { readonly name: string; readonly view: Buffer; readonly moved: boolean }[]
}

export interface BoundInputs {
  /** Lays inputs into the memory for good. */
  store(inputs: Arrays): Record<string, Buffer>
  /** Writes the addresses of inputs into the frame, with room for those that do not lie in the memory; a layout's number is its version. */
  bind(inputs: Arrays, sizes: Sizes, version: number): void
  /** Copies what does not lie in the memory into its room. */
  copyIn(inputs: Arrays): void
  /** Copies what a run has overwritten back into arrays that do not lie in the memory. */
  handBack(inputs: Arrays): void
}

const arrayType = (dtype: DType, precision: Precision) =>
  dtype !== 'real' ? Int32Array : precision === 'f32' ? Float32Array : Float64Array

/** An array of a dtype over some of a memory. */
export function arrayOf(
  dtype: DType,
  precision: Precision,
  memory: ArrayBufferLike,
  start: number,
  length: number,
): Buffer {
  if (dtype !== 'real') return new Int32Array(memory, start, length)
  return precision === 'f32' ? new Float32Array(memory, start, length) : new Float64Array(memory, start, length)
}

export interface Binding {
  readonly plan: Plan
  readonly engine: Engine
  readonly places: Places
  readonly precision: Precision
  /** The place of a buffer's address in the frame, or -1. */
  readonly slotOf: (buffer: PlanBuffer) => number
  readonly frames: Frames
  /** Makes the next run pack again what stays the same from run to run. */
  readonly unpack: () => void
}

export function createInputs(binding: Binding): BoundInputs {
  const groups: readonly Group[] = [...storedInputs(binding.plan)].map(([buffer, ports]) => ({
    buffer,
    ports,
    slot: binding.slotOf(buffer),
    fixed: ports.every(p => binding.plan.fixed?.includes(p.name)),
    last: [],
    version: -1,
    lengths: [],
    copies: [],
  }))
  const stored: Stored[] = []
  return {
    store: inputs => store(binding, groups, stored, inputs),
    bind: (inputs, sizes, version) => {
      for (const group of groups) {
        const { ports, last } = group
        let same = group.version === version
        if (!same) group.lengths = ports.map(p => evaluate(product(p.shape), sizes))
        for (let i = 0; i < ports.length && same; i++) same = inputs[ports[i].name] === last[i]
        if (!same && !bindCopy(binding, group, inputs, version)) bindGroup(binding, group, inputs)
        if (!same && group.fixed) binding.unpack()
        group.version = version
      }
    },
    copyIn: inputs => {
      for (const { copies } of groups) for (const { name, view } of copies) view.set(inputs[name])
    },
    handBack: inputs => {
      for (const { copies } of groups) for (const { name, view, moved } of copies) if (moved) inputs[name].set(view)
    },
  }
}

/** A place that `store` has given out, and the arrays over it. */
interface Stored {
  readonly place: Place
  readonly arrays: readonly WeakRef<Buffer>[]
}

function store({ engine, places, precision }: Binding, groups: readonly Group[], stored: Stored[], inputs: Arrays) {
  // Takes back places that no array is over any more.
  for (const one of [...stored]) {
    if (one.arrays.some(a => a.deref() !== undefined)) continue
    places.free(one.place)
    stored.splice(stored.indexOf(one), 1)
  }
  const result: Record<string, Buffer> = { ...inputs }
  for (const { buffer, ports } of groups) {
    if (!ports.every(p => Object.hasOwn(inputs, p.name))) continue
    const arrays = ports.map(p => inputs[p.name])
    const length = arrays.reduce((sum, a) => sum + a.length, 0)
    const place = places.take(length * elementBytes({ real: precision }, buffer.dtype))
    engine.grow(places.end)
    let start = place.start
    const views = arrays.map(array => {
      const made = arrayOf(buffer.dtype, precision, engine.buffer(), start, array.length)
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
function addressOf(engine: Engine, arrays: readonly Buffer[]): number | undefined {
  let end = arrays[0].byteOffset
  for (const a of arrays) {
    if (!engine.owns(a) || a.byteOffset !== end) return undefined
    end += a.byteLength
  }
  return arrays[0].byteOffset
}

/** Finds the place of a group's arrays, which are others than in the last run. */
function bindGroup(binding: Binding, group: Group, inputs: Arrays): void {
  const { plan, engine, precision, frames } = binding
  const { buffer, ports, slot, lengths } = group
  const arrays = ports.map((p, i) => checked(inputs[p.name], p.name, lengths[i], arrayType(buffer.dtype, precision)))
  group.last = arrays
  group.copies = []
  const found = addressOf(engine, arrays)
  if (found !== undefined) {
    frames.set(slot, found)
    return
  }
  const bytes = arrays.reduce((sum, a) => sum + a.byteLength, 0)
  let { start } = homeOf(binding, group, bytes)
  frames.set(slot, start)
  group.copies = arrays.map((a, i) => {
    const { name } = ports[i]
    const view = arrayOf(buffer.dtype, precision, engine.buffer(), start, a.length)
    start += a.byteLength
    return { name, view, moved: plan.outputs.some(o => o.name === name && o.operand.buffer === buffer) }
  })
}

/** Whether another array takes the place of one that was copied, in the same layout: it goes where that went. */
function bindCopy({ engine, precision }: Binding, group: Group, inputs: Arrays, version: number): boolean {
  if (group.version !== version || group.copies.length !== 1) return false
  const [{ name }] = group.copies
  const array = checked(inputs[name], name, group.lengths[0], arrayType(group.buffer.dtype, precision))
  if (engine.owns(array)) return false
  group.last[0] = array
  return true
}

function homeOf({ places, engine }: Binding, group: Group, bytes: number): Place {
  const { home } = group
  if (home !== undefined && home.end - home.start >= bytes) return home
  if (home !== undefined) places.free(home)
  group.home = places.take(bytes)
  engine.grow(places.end)
  return group.home
}

/** An input, of the right type and length. */
function checked(array: Buffer | undefined, name: string, length: number, type: ReturnType<typeof arrayType>): Buffer {
  if (!(array instanceof type)) throw new Error(`input ${name} should be a ${type.name}`)
  if (array.length === length) return array
  throw new Error(`input ${name} should have ${length} elements and has ${array.length}`)
}
