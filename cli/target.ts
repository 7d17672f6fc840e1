// What runs the network: the backend that `--target` names, or with `auto` the one that a step is measured to be faster on.

import type { AnyBackend } from '../compiler/backend/backend.ts'
import type { WebGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
import { isFailure } from '../dsl/diagnostics.ts'
import { type Choice, chooseFaster } from '../runtime/auto.ts'
import { openGpu } from '../runtime/node/index.ts'
import type { SampleStep } from '../runtime/sampleStep.ts'
import { checkHasDevices, chooseTarget } from './command.ts'
import type { JsonValue, Output } from './output.ts'
import { createMeter } from './progress.ts'

export interface Target {
  /** What will run it. `step` is what `auto` measures; nothing else calls it. */
  settle(step: () => SampleStep | Promise<SampleStep>): Promise<Settled>
}

export interface Settled {
  readonly backend: AnyBackend
  /** Why, where it was chosen; for `--json`. */
  readonly auto?: JsonValue
}

/** The options that say what runs a network. */
export interface TargetOptions {
  readonly target: string
  readonly device?: string
}

/** Opens what runs the network, and for `auto` the GPU if there is one. Errors of `chooseTarget`. */
export async function openTarget({ target, device }: TargetOptions, output: Output): Promise<Target> {
  if (target !== 'auto') {
    const backend = await chooseTarget(target, device)
    return { settle: async () => ({ backend }) }
  }
  if (device !== undefined) checkHasDevices(target)
  const gpu = await openIfThere()
  return {
    settle: async step => {
      const { backend, why } = await chooseFaster(await step(), gpu, createMeter(output, 'measuring'))
      output.note(`auto: ${backend.name}, because ${why}`)
      return { backend, auto: { why } }
    },
  }
}

/** What `auto` chooses for a step, with all that was measured. */
export const measured = async (step: SampleStep, output: Output): Promise<Choice> =>
  chooseFaster(step, await openIfThere(), createMeter(output, 'measuring'))

/** The GPU, or why there is none. */
async function openIfThere(): Promise<WebGpuBackend | string> {
  try {
    return await openGpu()
  } catch (error) {
    if (isFailure(error, 'RNN513')) return error.diagnostics[0].message
    throw error
  }
}
