// Opens a WebGPU device, and reports its failures as errors for users.
import { fail } from '../../../dsl/diagnostics.ts'

export interface Device {
  readonly name: 'webgpu'
  /** The object that the device comes from: Dawn silently stops working once this is collected. */
  readonly gpu: GPU
  readonly device: GPUDevice
  /** Model or vendor, as far as the adapter tells. */
  readonly description: string
  /** Tells why the device was lost, once it was. */
  lost(): string | undefined
}

/** The flags of a buffer's uses, which are globals only where WebGPU is available. */
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const

/** Opens a device with the buffer limits of its adapter. Throws RNN513 where there is none. */
export async function openDevice(gpu: GPU | undefined): Promise<Device> {
  if (gpu === undefined) return noDevice('WebGPU (there is no `navigator.gpu`)')
  const adapter = await gpu.requestAdapter()
  if (adapter === null) return noDevice('WebGPU (it gives no adapter)')
  const { limits, info } = adapter
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
    },
  })
  let lost: string | undefined
  device.lost.then(({ message, reason }) => {
    lost = message || reason
  })
  const names = [info.description, info.device, info.architecture, info.vendor]
  return { name: 'webgpu', gpu, device, description: names.find(n => n !== '') ?? 'unknown', lost: () => lost }
}

const noDevice = (tried: string): never => fail('RNN513', { tried })

/**
 * Runs `work` on the device, and waits for it; all calls must be made before the first `await` of `work`. Throws RNN514 with the device's
 * error message.
 */
export async function guarded<T>({ device, lost }: Device, work: () => T | Promise<T>): Promise<T> {
  for (const scope of scopes) device.pushErrorScope(scope)
  const done = (async () => work())().then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  const errors = await Promise.all(
    scopes.toReversed().map(scope =>
      device.popErrorScope().then(
        error => error && (scope === 'out-of-memory' ? `out of memory: ${error.message}` : error.message),
        () => null,
      ),
    ),
  )
  const result = await done
  // Waits a turn: a device that is lost says so a little later.
  if ('error' in result) await new Promise(resolve => setTimeout(resolve))
  const reason = lost()
  if (reason !== undefined) return fail('RNN514', { reason: `it was lost: ${reason}` })
  const wrong = errors.find(e => e !== null)
  if (wrong != null) return fail('RNN514', { reason: wrong })
  if ('error' in result) throw result.error
  return result.value
}

const scopes = ['validation', 'out-of-memory', 'internal'] as const
