// Runs plans through gpu.js' own pipelines: on WebGL2, and on gpu.js' fallbacks, for testing.
// A pipeline keeps nothing from call to call: weights are uploaded at each, and changed values come back.
import { fail } from '../../../dsl/diagnostics.ts'
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import { storedInputs } from '../../plan/operands.ts'
import type { Plan, Buffer as PlanBuffer } from '../../plan/plan.ts'
import type { AsyncBackend, AsyncExecutable, Buffer } from '../backend.ts'
import { type Call, type Calls, callsOf } from './calls.ts'
import { devicePlan } from './devicePlan.ts'
import { refuses } from './draws.ts'
import {
  type Gpu,
  type Handle,
  isKernelOf,
  type Mode,
  type Pipeline,
  type PipelineKernel,
  type PipelineLibrary,
} from './gpuLibrary.ts'
import { checkInput, floatsOf, mostExact } from './inputs.ts'
import { declarationsOf, functionsOf } from './kernelHelpers.ts'
import { createRecent } from './recentSizes.ts'
import type { Value } from './segments.ts'

export interface PipelinedBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: { readonly name: Mode }
}

/** Opens a backend on a device of gpu.js. Throws RNN513 where there is none. */
export function pipelinedBackend(mode: Mode, library: PipelineLibrary): PipelinedBackend {
  const gpu = openGpu(library, mode)
  return {
    name: 'gpu',
    device: { name: mode },
    refuses,
    load: plan => executable(library, gpu, mode, plan),
    close: () => gpu.destroy(),
  }
}

function openGpu(library: PipelineLibrary, mode: Mode): Gpu {
  try {
    return new library.GPU({ mode })
  } catch (error) {
    return fail('RNN513', { tried: `${mode} by the npm package \`gpu.js\` (${messageOf(error)})` })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** gpu.js' executor for pipelines on each device, and the most arrays that a kernel there can take. */
const modes: Readonly<Record<Mode, { readonly executor: string; readonly mostArrays: number }>> = {
  // Allows eight storage buffers, of which one is the result.
  webgpu: { executor: 'fused-encoder', mostArrays: 7 },
  // Allows sixteen textures, of which gpu.js needs one.
  webgl2: { executor: 'generic', mostArrays: 15 },
  webasm: { executor: 'fused-sync', mostArrays: 15 },
  cpu: { executor: 'generic', mostArrays: 15 },
}

/** Most buffers that a task touches: a kernel takes those that its task reads, at times also those that it writes. */
const mostBuffers = 7

/** Number of sizes that are kept ready to run. */
const mostPrepared = 8

/** A plan at given sizes, ready to run. */
interface Prepared {
  readonly calls: Calls
  /** The input buffers that it takes, in order. */
  readonly taken: readonly PlanBuffer[]
  /** The calls whose results it returns. */
  readonly given: readonly number[]
  readonly pipeline: Pipeline
  readonly kernels: readonly PipelineKernel[]
}

function executable(library: PipelineLibrary, gpu: Gpu, mode: Mode, whole: Plan): AsyncExecutable {
  const { plan, steps, draw } = devicePlan(whole, mostBuffers)
  const given = storedInputs(plan)
  const known = createRecent<Prepared>(mostPrepared, free)
  const preparedAt = (sizes: Sizes): Prepared =>
    known.at(sizes, () => {
      const ports = { inputs: given.keys(), outputs: plan.outputs }
      return prepare(gpu, mode, callsOf(steps, ports, sizes, modes[mode].mostArrays))
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
    const elementsOf = await results(prepared, floats)
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

  /** Runs the pipeline, and gives access to the elements of its results and inputs. */
  async function results(
    { pipeline, taken, given: numbers, calls }: Prepared,
    floats: ReadonlyMap<PlanBuffer, Float32Array>,
  ): Promise<(value: Value) => Float32Array> {
    const input = (buffer: PlanBuffer): Float32Array => floats.get(buffer) ?? absent(buffer)
    const arrays = numbers.length === 0 ? [] : await ran(pipeline, taken.map(input))
    return value => {
      if (value.kind === 'input') return input(value.buffer)
      const array = arrays[numbers.indexOf(value.call)]
      if (array?.length !== calls.calls[value.call].threads) throw new Error('gpu.js gave no result that rnnc knows')
      return array instanceof Float32Array ? array : Float32Array.from(array)
    }
  }

  /** Runs a pipeline; RNN514 where it fails, or ran elsewhere than it should. */
  async function ran(pipeline: Pipeline, args: readonly Float32Array[]): Promise<readonly ArrayLike<number>[]> {
    const found = await pipeline(...args).catch((error: unknown) => fail('RNN514', { reason: messageOf(error) }))
    const wrong = whatWentWrong(library, gpu, mode, pipeline)
    return wrong === undefined ? found : fail('RNN514', { reason: wrong })
  }

  return {
    backend: 'gpu',
    device: mode,
    store: inputs => ({ ...inputs }),
    run,
    fetch: async () => {},
    dispose: known.clear,
  }
}

const absent = ({ hint }: PlanBuffer): never => {
  throw new Error(`input ${hint} is missing`)
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

/** Compiles nothing yet: gpu.js does that at the first call. RNN514 for arrays with more elements than it can count. */
function prepare(gpu: Gpu, mode: Mode, calls: Calls): Prepared {
  const lengths = (args: Call['args']): number[] => args.flatMap(a => (typeof a === 'number' ? [] : [a.length]))
  const most = calls.calls.reduce((n, { threads, args }) => Math.max(n, threads, ...lengths(args)), 0)
  if (most > mostExact)
    fail('RNN514', { reason: `gpu.js counts places up to ${mostExact}, and an array has ${most} elements` })
  const kernels = new Map<string, PipelineKernel>()
  const kernelOf = ({ text, threads, args }: Call): PipelineKernel => {
    // Includes the lengths in the key: WebGL2 compiles the sizes of arrays in.
    const key = JSON.stringify([text, threads, lengths(args)])
    const kernel =
      kernels.get(key) ??
      gpu.createKernel(text, {
        output: [threads],
        precision: 'single',
        functions: functionsOf(text),
        returnType: 'Number',
        ...(mode === 'webgl2' && { injectedNative: declarationsOf(text) }),
      })
    kernels.set(key, kernel)
    return kernel
  }
  const used = calls.calls.flatMap(({ args }) =>
    args.flatMap(a => (typeof a === 'object' && a.kind === 'input' ? [a.buffer] : [])),
  )
  const taken = [...new Set(used)]
  const given = [
    ...new Set(calls.results.flatMap(result => (result?.value.kind === 'call' ? [result.value.call] : []))),
  ]
  const list = calls.calls.map(call => ({ ...call, kernel: kernelOf(call) }))
  const orchestrate = (...inputs: readonly Handle[]): readonly Handle[] => {
    const made: Handle[] = []
    const bound = (arg: Value | number): Handle | number => {
      if (typeof arg === 'number') return arg
      return arg.kind === 'call' ? made[arg.call] : inputs[taken.indexOf(arg.buffer)]
    }
    for (const { kernel, args } of list) made.push(kernel(...args.map(bound)))
    return given.map(call => made[call])
  }
  // Sets the number of parameters: gpu.js passes as many inputs.
  Object.defineProperty(orchestrate, 'length', { value: taken.length })
  return {
    calls,
    taken,
    given,
    pipeline: gpu.createPipeline(orchestrate, { threads: false }),
    kernels: [...kernels.values()],
  }
}

function free({ pipeline, kernels }: Prepared): void {
  pipeline.destroy().then(
    () => {
      for (const kernel of kernels) kernel.destroy()
    },
    () => {},
  )
}

/** Tells why a run was not on the device that was asked for; undefined if it was. */
function whatWentWrong(library: PipelineLibrary, gpu: Gpu, mode: Mode, pipeline: Pipeline): string | undefined {
  const { executorKind, fallbackReason, plan } = pipeline
  if (plan === null) return 'gpu.js ran nothing'
  const ran =
    executorKind === 'generic'
      ? [...plan.genericClones].flatMap(([name, clone]) => (name.startsWith('up:') ? [] : [clone.kernel]))
      : plan.kernels.map(({ clone }) => clone.kernel)
  const other = ran.find(kernel => !isKernelOf(library, mode, kernel))
  if (executorKind !== modes[mode].executor || ran.length === 0 || other !== undefined)
    return `gpu.js ran it as ${other?.constructor.name ?? executorKind}, not on ${mode}: ${fallbackReason ?? 'no reason given'}`
  if (mode !== 'webgl2') return undefined
  const { context } = gpu
  if (!(context instanceof WebGL2RenderingContext)) return 'gpu.js has no WebGL2 context'
  if (context.isContextLost()) return 'it was lost'
  const error = context.getError()
  return error === context.NO_ERROR ? undefined : `WebGL2 says error ${error}`
}
