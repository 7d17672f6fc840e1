// A GPU device in Node: Dawn over whatever Vulkan driver there is. On machines without a GPU that is SwiftShader, which Debian's
// chromium brings along.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { KernelsOf } from '../../compiler/backend/gpu/ownKernels.ts'
import { type WebGpuBackend, webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'

export const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

const page = readFileSync(new URL('../../spec/gpu.md', import.meta.url), 'utf8')

/** The block of spec/gpu.md in that language which begins with some text. */
export function blockOf(language: string, start: string): string {
  const blocks = [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  const found = blocks.find(([, own, text]) => own === language && text.startsWith(start))
  return found?.[2] ?? assert.fail(`spec/gpu.md has no block that begins with ${start}`)
}

/** Why the tests on a device are left out; false where they run. Where `CI` is set a missing device is a failure. */
export const skipped: string | false =
  existsSync(driver) || process.env.VK_ICD_FILENAMES !== undefined || process.env.CI
    ? false
    : `there is no Vulkan driver: install Debian's chromium (${driver}) and libvulkan1`

/** The backend on the first device that Dawn finds. */
export async function openBackend(kernelsOf?: KernelsOf): Promise<WebGpuBackend> {
  if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver
  Object.assign(globalThis, { setImmediate: aMillisecondLater })
  const { create } = await import('webgpu')
  return webGpuBackend(create([]), kernelsOf)
}

/**
 * What Dawn asks a device by, again and again, whether it is done: on a processor that is the device itself, six million times in one
 * training. Here it lets it work for a millisecond between.
 */
const aMillisecondLater = (ask: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Timeout =>
  setTimeout(ask, 1, ...args)
