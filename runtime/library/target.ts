// Opens the backend that a program asks for, by name or as it was opened before.
import type { AnyBackend, Backend } from '../../compiler/backend/backend.ts'
import { backends, immediateBackends } from '../../compiler/backend/backends.ts'
import { webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { chooseFastest, gpuIfThere } from '../auto.ts'
import type { SampleStep } from '../sampleStep.ts'

/** A backend that answers at once, by name or as `openWasm` gives it. */
export type TargetNow = 'js' | 'wasm' | 'wasm-relaxed' | Backend

/**
 * A backend by name, or as `openGpu` and `openWasm` give it. `gpu` is the GPU of a browser; under Node it is opened by `openGpu` of
 * `rnnc/node`. `auto` measures which of js, wasm and the GPU of a browser is fastest on a step, which takes a second or two.
 */
export type Target = TargetNow | 'gpu' | 'auto' | AnyBackend

/** Chooses a backend that answers at once. RNN505 for another. */
export function backendNow(target: TargetNow = 'js'): Backend {
  if (typeof target !== 'string') return target
  const names = immediateBackends.map(b => b.name)
  return (
    immediateBackends.find(b => b.name === target) ??
    fail('RNN505', { option: 'target', value: target }, { help: didYouMean(target, names) })
  )
}

/** Opens a backend; `step` makes the step that `auto` measures. RNN505 for an unknown name, RNN513 where there is no GPU. */
export async function openTarget(
  target: Target = 'js',
  step: () => SampleStep | Promise<SampleStep>,
): Promise<AnyBackend> {
  if (typeof target !== 'string') return target
  if (target === 'auto') return (await chooseFastest(await step(), await gpuIfThere(webGpuBackend))).backend
  const names = [...backends.map(b => b.name), 'auto']
  const entry = backends.find(b => b.name === target)
  if (entry === undefined)
    return fail('RNN505', { option: 'target', value: target }, { help: didYouMean(target, names) })
  if ('backend' in entry) return entry.backend
  const [open] = Object.values(entry.devices)
  return open()
}
