// Binds the inputs of a run to places in the memory: those that `store` laid there stay where they are, all others are copied.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import type { Plan, Buffer as PlanBuffer, Port } from '../../plan/plan.ts'
import { overwritingOutputs } from '../../plan/ports.ts'
import { storedInputs } from '../../plan/storedInputs.ts'
import { elementBytes } from '../../schedule/target.ts'
import { arrayTypeOf, checkArray } from '../arrays.ts'
import type { Buffer, Precision } from '../backend.ts'
import type { Allocator, Place } from './allocator.ts'
import type { Engine } from './engine.ts'
import type { Frames } from './frames.ts'

export type Arrays = Readonly<Record<string, Buffer>>

/** The inputs that lie in one buffer, end to end, and where they were in the last run. */
interface Group {
  readonly buffer: PlanBuffer
  readonly ports: readonly Port[]
  /** The names of inputs that a run overwrites. */
  readonly overwritten: ReadonlySet<string>
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
  /** What `store` laid down last, where no run changes it: the same arrays go there again. */
  kept?: { readonly arrays: readonly Buffer[]; readonly views: readonly Buffer[] }
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

/** An array of a dtype over some of a memory. */
export function arrayOf(
  dtype: DType,
  precision: Precision,
  memory: ArrayBufferLike,
  start: number,
  length: number,
): Buffer {
  const type = arrayTypeOf(dtype, precision)
  return new type(memory, start, length)
}

export interface Binding {
  readonly plan: Plan
  readonly engine: Engine
  readonly allocator: Allocator
  readonly precision: Precision
  /** The place of a buffer's address in the frame, or -1. */
  readonly slotOf: (buffer: PlanBuffer) => number
  readonly frames: Frames
  /** Makes the next run pack again what stays the same from run to run. */
  readonly unpack: () => void
}

export function createInputs(binding: Binding): BoundInputs {
  const overwritten = overwritingOutputs(binding.plan)
  const groups: readonly Group[] = [...storedInputs(binding.plan)].map(([buffer, ports]) => ({
    buffer,
    ports,
    overwritten,
    slot: binding.slotOf(buffer),
    fixed: ports.every(p => binding.plan.fixed?.includes(p.name)),
    last: [],
    version: -1,
    lengths: [],
    copies: [],
  }))
  const lay = layingDown(binding)
  return {
    store: inputs => store(binding, groups, lay, inputs),
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

/** Copies arrays into the memory, end to end, and gives those over their place. */
type LayDown = (dtype: DType, arrays: readonly Buffer[]) => readonly Buffer[]

/** Takes places for arrays, and takes each back when no array is over it any more. */
function layingDown({ engine, allocator, precision }: Binding): LayDown {
  const registry = new FinalizationRegistry<{ readonly place: Place; left: number }>(stored => {
    stored.left--
    if (stored.left === 0) allocator.free(stored.place)
  })
  return (dtype, arrays) => {
    const length = arrays.reduce((sum, a) => sum + a.length, 0)
    const place = allocator.allocate(length * elementBytes({ real: precision }, dtype))
    const stored = { place, left: arrays.length }
    let { start } = place
    return arrays.map(array => {
      const made = arrayOf(dtype, precision, engine.bufferForViews(), start, array.length)
      made.set(array)
      start += made.byteLength
      registry.register(made, stored)
      return made
    })
  }
}

function store({ engine }: Binding, groups: readonly Group[], lay: LayDown, inputs: Arrays) {
  const result: Record<string, Buffer> = { ...inputs }
  for (const group of groups) {
    const { buffer, ports, overwritten, kept } = group
    if (!ports.every(p => Object.hasOwn(inputs, p.name))) continue
    const arrays = ports.map(p => inputs[p.name])
    const isThere = kept?.arrays.every((a, i) => a === arrays[i] && engine.owns(kept.views[i])) ?? false
    const views = isThere && kept ? kept.views : lay(buffer.dtype, arrays)
    if (isThere) {
      views.forEach((view, i) => {
        view.set(arrays[i])
      })
      // What was packed of them is packed again.
      group.version = -1
    }
    if (!ports.some(p => overwritten.has(p.name))) group.kept = { arrays, views }
    ports.forEach((p, i) => {
      result[p.name] = views[i]
    })
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
  const { engine, precision, frames } = binding
  const { buffer, ports, overwritten, slot, lengths } = group
  const type = arrayTypeOf(buffer.dtype, precision)
  const arrays = ports.map((p, i) => checkArray(inputs[p.name], p.name, type, lengths[i]))
  // Forgets the old binding first: where there is no room for the new one, the next run binds again.
  group.last = []
  group.copies = []
  const found = addressOf(engine, arrays)
  if (found !== undefined) {
    frames.set(slot, found)
    group.last = arrays
    return
  }
  const bytes = arrays.reduce((sum, a) => sum + a.byteLength, 0)
  let { start } = homeOf(binding, group, bytes)
  group.last = arrays
  frames.set(slot, start)
  group.copies = arrays.map((a, i) => {
    const { name } = ports[i]
    const view = arrayOf(buffer.dtype, precision, engine.buffer(), start, a.length)
    start += a.byteLength
    return { name, view, moved: overwritten.has(name) }
  })
}

/** Whether another array takes the place of one that was copied, in the same layout: it goes where that went. */
function bindCopy({ engine, precision }: Binding, group: Group, inputs: Arrays, version: number): boolean {
  if (group.version !== version || group.copies.length !== 1) return false
  const [{ name }] = group.copies
  const array = checkArray(inputs[name], name, arrayTypeOf(group.buffer.dtype, precision), group.lengths[0])
  if (engine.owns(array)) return false
  group.last[0] = array
  return true
}

function homeOf({ allocator }: Binding, group: Group, bytes: number): Place {
  const { home } = group
  if (home !== undefined && home.end - home.start >= bytes) return home
  if (home !== undefined) allocator.free(home)
  delete group.home
  group.home = allocator.allocate(bytes)
  return group.home
}
