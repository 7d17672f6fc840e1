// The inputs of a plan on a device: some stay there from run to run, others are uploaded for one run.
import { evaluate, type Sizes } from '../../ir/dim.ts'
import type { Plan, Buffer as PlanBuffer, Port } from '../../plan/plan.ts'
import { overwritingOutputs } from '../../plan/ports.ts'
import { storedInputs } from '../../plan/storedInputs.ts'
import type { Buffer, Results } from '../backend.ts'
import { checkInput, floatsOf } from './checkInput.ts'
import type { Device } from './device.ts'
import type { Memory } from './deviceMemory.ts'
import type { ReadPlace } from './readBack.ts'

export interface DeviceInputs {
  /** `moved` are the outputs that overwrite inputs, `results` the others. */
  readonly moved: readonly Port[]
  readonly results: readonly Port[]
  /** Uploads arrays that stay on the device; the returned arrays stand for them. */
  store(inputs: Results): Record<string, Buffer>
  /** Tells whether the device holds this array for an input. */
  has(name: string, array: Buffer): boolean
  /** Checks the inputs of a run that touches these buffers, and uploads those that the device does not hold. */
  bring(touched: ReadonlySet<PlanBuffer>, sizes: Sizes, inputs: Results): void
  /** The places of values that runs have changed, and the arrays to read them into. */
  changedPlaces(): readonly ReadPlace[]
}

export function createDeviceInputs({ device }: Device, memory: Memory, plan: Plan): DeviceInputs {
  const given = storedInputs(plan)
  const overwriting = overwritingOutputs(plan)
  const moved = plan.outputs.filter(o => overwriting.has(o.name))
  /** The arrays that the device holds, by name, and their places. */
  const stored = new Map<string, { readonly array: Buffer; readonly buffer: PlanBuffer; readonly start: number }>()

  /** Copies an array to its place in the buffer of an input. */
  function upload(buffer: PlanBuffer, start: number, array: Buffer): void {
    const floats = floatsOf(buffer.hint, array)
    device.queue.writeBuffer(memory.at(buffer), start * 4, floats.buffer, floats.byteOffset, floats.byteLength)
  }

  function store(inputs: Results): Record<string, Buffer> {
    for (const [buffer, ports] of given) {
      const arrays = ports.flatMap(p => inputs[p.name] ?? [])
      if (arrays.length < ports.length) continue
      memory.reserve(
        buffer,
        arrays.reduce((n, a) => n + a.length, 0),
      )
      let start = 0
      ports.forEach(({ name }, i) => {
        upload(buffer, start, arrays[i])
        stored.set(name, { array: arrays[i], buffer, start })
        start += arrays[i].length
      })
    }
    return { ...inputs }
  }

  function bring(touched: ReadonlySet<PlanBuffer>, sizes: Sizes, inputs: Results): void {
    const needed = new Set([...touched, ...plan.outputs.map(o => o.operand.buffer)])
    for (const buffer of needed) memory.reserve(buffer, evaluate(buffer.size, sizes))
    for (const [buffer, ports] of given) {
      for (const port of ports) {
        const { name, operand } = port
        const array = checkInput(port, inputs[name], sizes)
        if (!needed.has(buffer) || stored.get(name)?.array === array) continue
        stored.delete(name)
        upload(buffer, evaluate(operand.offset, sizes), array)
      }
    }
  }

  return {
    moved,
    results: plan.outputs.filter(o => !overwriting.has(o.name)),
    store,
    has: (name, array) => stored.get(name)?.array === array,
    bring,
    changedPlaces: () =>
      moved.flatMap(({ name }) => {
        const place = stored.get(name)
        return place === undefined ? [] : [{ buffer: place.buffer, start: place.start, into: place.array }]
      }),
  }
}
