// Runs plans through gpu.js' own pipelines: on WebGL2, and on gpu.js' fallbacks, for testing.
// A pipeline keeps nothing from call to call: weights are uploaded at each, and changed values come back.

import { fail } from '../../../dsl/diagnostics.ts'
import { messageOf } from '../../../dsl/messageOf.ts'
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan } from '../../plan/plan.ts'
import { storedInputs } from '../../plan/storedInputs.ts'
import type { AsyncBackend, AsyncExecutable, Buffer } from '../backend.ts'
import { callsOf } from './calls.ts'
import { checkInput, floatsOf } from './checkInput.ts'
import { type DeviceName, traits } from './deviceNames.ts'
import { devicePlan } from './devicePlan.ts'
import type { Gpu, PipelineLibrary } from './gpuLibrary.ts'
import { lacks, refuses } from './limits.ts'
import { free, type PipelineDevice, type Prepared, prepare, ran } from './preparedCalls.ts'
import { createRecent } from './recentSizes.ts'

export interface PipelinedBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: { readonly name: DeviceName }
}

/** Opens a backend on a device of gpu.js. Throws RNN513 where there is none. */
export function pipelinedBackend(mode: DeviceName, library: PipelineLibrary): PipelinedBackend {
  const gpu = openGpu(library, mode)
  return {
    name: 'gpu',
    device: { name: mode },
    lacks,
    refuses,
    load: plan => executable({ library, gpu, mode }, plan),
    close: () => gpu.destroy(),
  }
}

function openGpu(library: PipelineLibrary, mode: DeviceName): Gpu {
  try {
    return new library.GPU({ mode })
  } catch (error) {
    return fail('RNN513', { tried: `${mode} by the npm package \`gpu.js\` (${messageOf(error)})` })
  }
}

/** Most buffers that a task touches: a kernel takes those that its task reads, at times also those that it writes. */
const mostBuffers = 7

/** Number of sizes that are kept ready to run. */
const mostPrepared = 8

function executable(device: PipelineDevice, whole: Plan): AsyncExecutable {
  const { plan, steps, draw } = devicePlan(whole, mostBuffers)
  const given = storedInputs(plan)
  const known = createRecent<Prepared>(mostPrepared, free)
  const preparedAt = (sizes: Sizes): Prepared =>
    known.at(sizes, () => {
      const ports = { inputs: given.keys(), outputs: plan.outputs }
      return prepare(device, callsOf(steps, ports, sizes, traits[device.mode].mostArrays))
    })

  async function run(sizes: Sizes, own: Readonly<Record<string, Buffer>>): Promise<Record<string, Buffer>> {
    const inputs = draw(sizes, own)
    const floats = new Map(
      [...given].map(([buffer, ports]) => [
        buffer,
        joined(ports.map(port => floatsOf(buffer.hint, checkInput(port, inputs[port.name], sizes)))),
      ]),
    )
    const prepared = preparedAt(sizes)
    const elementsOf = await ran(device, prepared, floats)
    // Reads all results before an input is overwritten.
    const found = plan.outputs.map((port, i) => {
      const result = prepared.calls.results[i]
      const length = evaluate(product(port.shape), sizes)
      return result === undefined
        ? new Float32Array(length)
        : elementsOf(result.value).slice(result.place, result.place + length)
    })
    const outputs = plan.outputs.map(({ name, operand: { buffer } }, i): readonly [string, Buffer] => {
      if (!given.has(buffer)) return [name, buffer.dtype === 'real' ? found[i] : Int32Array.from(found[i])]
      inputs[name].set(found[i])
      return [name, inputs[name]]
    })
    return Object.fromEntries(outputs)
  }

  return {
    backend: 'gpu',
    device: device.mode,
    store: inputs => ({ ...inputs }),
    run,
    fetch: async () => {},
    dispose: known.clear,
  }
}

/** Joins arrays end to end; returns a single one as it is. */
function joined(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0]
  const whole = new Float32Array(arrays.reduce((n, a) => n + a.length, 0))
  let at = 0
  for (const array of arrays) {
    whole.set(array, at)
    at += array.length
  }
  return whole
}
