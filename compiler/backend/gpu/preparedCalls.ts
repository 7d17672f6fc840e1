// Puts the calls of a plan into a pipeline of gpu.js, and runs it.

import { fail } from '../../../dsl/diagnostics.ts'
import { messageOf } from '../../../dsl/messageOf.ts'
import type { Buffer } from '../../plan/plan.ts'
import type { Call } from './bufferContents.ts'
import type { Calls } from './calls.ts'
import { mostExact } from './checkInput.ts'
import { type DeviceName, traits } from './deviceNames.ts'
import {
  type Gpu,
  type Handle,
  isKernelOf,
  type Pipeline,
  type PipelineKernel,
  type PipelineLibrary,
} from './gpuLibrary.ts'
import { declarationsOf, functionsOf } from './kernelHelpers.ts'
import type { Value } from './segments.ts'

/** A device of gpu.js. */
export interface PipelineDevice {
  readonly library: PipelineLibrary
  readonly gpu: Gpu
  readonly mode: DeviceName
}

/** The calls of a plan at given sizes, ready to run. */
export interface Prepared {
  readonly calls: Calls
  /** The input buffers that it takes, in order. */
  readonly taken: readonly Buffer[]
  /** The calls whose results it returns. */
  readonly given: readonly number[]
  readonly pipeline: Pipeline
  readonly kernels: readonly PipelineKernel[]
}

/** Compiles nothing yet: gpu.js does that at the first call. RNN514 for arrays with more elements than it can count. */
export function prepare({ gpu, mode }: PipelineDevice, calls: Calls): Prepared {
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

/** Frees a pipeline and its kernels. */
export function free({ pipeline, kernels }: Prepared): void {
  pipeline.destroy().then(
    () => {
      for (const kernel of kernels) kernel.destroy()
    },
    () => {},
  )
}

/** Runs a pipeline, and gives access to the elements of its results and inputs. RNN514 where it fails, or ran elsewhere than it should. */
export async function ran(
  device: PipelineDevice,
  { pipeline, taken, given, calls }: Prepared,
  floats: ReadonlyMap<Buffer, Float32Array>,
): Promise<(value: Value) => Float32Array> {
  const input = (buffer: Buffer): Float32Array => floats.get(buffer) ?? absent(buffer)
  const arrays = given.length === 0 ? [] : await results(device, pipeline, taken.map(input))
  return value => {
    if (value.kind === 'input') return input(value.buffer)
    const array = arrays[given.indexOf(value.call)]
    if (array?.length !== calls.calls[value.call].threads) throw new Error('gpu.js gave no result that rnnc knows')
    return array instanceof Float32Array ? array : Float32Array.from(array)
  }
}

async function results(
  device: PipelineDevice,
  pipeline: Pipeline,
  args: readonly Float32Array[],
): Promise<readonly ArrayLike<number>[]> {
  const found = await pipeline(...args).catch((error: unknown) => fail('RNN514', { reason: messageOf(error) }))
  const wrong = whatWentWrong(device, pipeline)
  return wrong === undefined ? found : fail('RNN514', { reason: wrong })
}

const absent = ({ hint }: Buffer): never => {
  throw new Error(`input ${hint} is missing`)
}

/** Tells why a run was not on the device that was asked for; undefined if it was. */
function whatWentWrong({ library, gpu, mode }: PipelineDevice, pipeline: Pipeline): string | undefined {
  const { executorKind, fallbackReason, plan } = pipeline
  if (plan === null) return 'gpu.js ran nothing'
  const ran =
    executorKind === 'generic'
      ? [...plan.genericClones].flatMap(([name, clone]) => (name.startsWith('up:') ? [] : [clone.kernel]))
      : plan.kernels.map(({ clone }) => clone.kernel)
  const other = ran.find(kernel => !isKernelOf(library, mode, kernel))
  if (executorKind !== traits[mode].executor || ran.length === 0 || other !== undefined)
    return `gpu.js ran it as ${other?.constructor.name ?? executorKind}, not on ${mode}: ${fallbackReason ?? 'no reason given'}`
  if (mode !== 'webgl2') return undefined
  const { context } = gpu
  if (!(context instanceof WebGL2RenderingContext)) return 'gpu.js has no WebGL2 context'
  if (context.isContextLost()) return 'it was lost'
  const error = context.getError()
  return error === context.NO_ERROR ? undefined : `WebGL2 says error ${error}`
}
