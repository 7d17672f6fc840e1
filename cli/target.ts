// Chooses the backend that runs the network: by `--target`, or with `auto` the one that is measured to be fastest on a step.

import type { AnyBackend, Backend } from '../compiler/backend/backend.ts'
import { wasm } from '../compiler/backend/wasm.ts'
import { fail } from '../dsl/diagnostics.ts'
import { type Choice, chooseFastest, gpuIfThere } from '../runtime/auto.ts'
import { openGpu } from '../runtime/node/index.ts'
import type { SampleStep } from '../runtime/sampleStep.ts'
import { checkHasDevices, chooseBackend, chooseTarget, openThreads } from './command.ts'
import type { JsonValue, Output } from './output.ts'
import { createMeter } from './progress.ts'

export interface Target {
  /**
   * Chooses the backend. `step` makes the step that `auto` measures, undefined for one that only the CPU takes; other targets do not use it.
   */
  settle(step: (() => SampleStep | Promise<SampleStep>) | undefined): Promise<Settled>
}

export interface Settled {
  readonly backend: AnyBackend
  /** Reason for the choice of `auto`, for `--json`. */
  readonly auto?: JsonValue
}

/** Options that choose the backend and its device. */
export interface TargetOptions {
  readonly target: string
  readonly device?: string
  readonly threads?: string
}

/** Opens the backend of a target, or for `auto` the GPU if there is one. Errors of `chooseTarget` and `openThreads`. */
export async function openTarget({ target, device, threads }: TargetOptions, output: Output): Promise<Target> {
  if (threads !== undefined) {
    if (device !== undefined) checkHasDevices(target)
    const backend = await openThreads(target, threads)
    return { settle: async () => ({ backend }) }
  }
  if (target !== 'auto') {
    const backend = await chooseTarget(target, device)
    return { settle: async () => ({ backend }) }
  }
  if (device !== undefined) checkHasDevices(target)
  const gpu = await gpuIfThere(openGpu)
  return {
    settle: async step => {
      const { backend, why } =
        step === undefined
          ? { backend: wasm, why: stepwise }
          : await chooseFastest(await step(), gpu, createMeter(output, 'measuring'))
      output.note(`auto: ${backend.name}, because ${why}`)
      return { backend, auto: { why } }
    },
  }
}

/**
 * Chooses the backend of what only the CPU runs: streams, and models that generate their answers. `auto` is wasm. RNN505 for another target,
 * RNN509 for a device, and for threads: a step of a stream is too small for several.
 */
export function openCpu({ target, device, threads }: TargetOptions, output: Output): Backend {
  if (device !== undefined) checkHasDevices(target)
  if (threads !== undefined)
    fail('RNN509', { what: '--threads', expected: 'whole sequences', found: 'a network that answers step by step' })
  if (target !== 'auto') return chooseBackend(target, ['auto'])
  output.note(`auto: ${wasm.name}, because ${stepwise}`)
  return wasm
}

/** A step of GRU(2) takes 0.3 µs on wasm, 0.2 on js; one of GRU(10) the same on both; one of GRU(128) 5 and 39. */
const stepwise = 'a network that answers step by step runs on the CPU, and takes less time there than on js'

/** Chooses as `auto` does for a step, and gives all measurements. */
export const measured = async (step: SampleStep, output: Output): Promise<Choice> =>
  chooseFastest(step, await gpuIfThere(openGpu), createMeter(output, 'measuring'))
