// A GPU device in Node: Dawn over whatever Vulkan driver there is. On machines without a GPU that is SwiftShader, which Debian's
// chromium brings along.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { AsyncBackend } from '../../compiler/backend/backend.ts'
import { type WebGpuBackend, webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import { trial } from '../backend/agree.ts'

export const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

/** Why the tests on a device are left out; false where they run. Where `CI` is set a missing device is a failure. */
export const skipped: string | false =
  existsSync(driver) || process.env.VK_ICD_FILENAMES !== undefined || process.env.CI
    ? false
    : `there is no Vulkan driver: install Debian's chromium (${driver}) and libvulkan1`

/** The backend on the first device that Dawn finds. */
export async function openBackend(): Promise<WebGpuBackend> {
  if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver
  const { create } = await import('webgpu')
  return webGpuBackend(create([]))
}

/** The relative error that is allowed against the interpreter. */
export const bound = 2e-5

/** Asserts that a backend gives what the interpreter gives, for each of several sizes one after the other. */
export async function agreeAsync(
  backend: AsyncBackend,
  context: Context,
  graph: Graph,
  list: readonly Sizes[],
): Promise<void> {
  const made = plan(context, graph)
  assert.equal(backend.refuses(made, 'f32'), undefined)
  const executable = backend.load(made, 'f32')
  for (const sizes of list) {
    const { inputs, others, check } = trial(context, graph, sizes, 'f32')
    await executable.run(sizes, others)
    check(await executable.run(sizes, inputs), bound)
  }
  executable.dispose()
}
