// Kernels as WGSL on a device in Node against the interpreter.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import { build } from '../backend/agree.ts'
import { cases, sizesList } from '../backend/cases.ts'
import { recurrentGradient } from '../backend/recurrent.ts'
import { agreeAsync, openBackend, skipped } from './support.ts'

/** Three, colliding, and empty. */
const few = [0, 3, 4, 5].map(i => sizesList[i])

/** Hashes of 32 bits, which a plan may use only to draw real numbers. */
const whole = ['imul', 'xor', 'shr', 'mix']

describe('WGSL in Node', { skip: skipped }, () => {
  let backend: WebGpuBackend
  before(async () => {
    backend = await openBackend()
  })
  after(() => backend.device.device.destroy())

  for (const { name, params, body } of cases) {
    if (whole.includes(name)) continue
    it(name, async () => {
      const { context, graph } = build(params, body)
      await agreeAsync(backend, context, graph, few)
    })
  }

  it('refuses hashes as results', () => {
    for (const { name, params, body } of cases.filter(c => whole.includes(c.name))) {
      const { context, graph } = build(params, body)
      assert.match(backend.refuses(plan(context, graph), 'f32') ?? '', /used as whole numbers/, name)
    }
  })

  it('the gradients of a recurrent network', async () => {
    const { context, graph } = recurrentGradient()
    await agreeAsync(backend, context, graph, sizesList)
  })
})
