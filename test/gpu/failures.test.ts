// What goes wrong with a GPU is an error that says what.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { openGpu } from '../../compiler/backend/gpu/devices.ts'
import { loadPipelines } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import { webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { build, dim, type } from '../backend/agree.ts'
import { needs } from '../support/needs.ts'
import { openBackend, skipped } from './support.ts'

const gives = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RnnError, String(error))
  assert.equal(error.diagnostics[0].code, code)
  assert.match(error.message, text)
  return true
}

const doubled = () => build([type('N')], (b, [x]) => [b.emit('add', [x, x])])

it('RNN513 where nothing gives a GPU', async () => {
  await assert.rejects(webGpuBackend(undefined), gives('RNN513', /navigator\.gpu/))
  const empty = { requestAdapter: async () => null } as unknown as GPU
  await assert.rejects(webGpuBackend(empty), gives('RNN513', /no adapter/))
})

it('RNN513 names all that were tried', async () => {
  await assert.rejects(
    openGpu(),
    gives('RNN513', /tried WebGPU \(.*`navigator\.gpu`\)\n.*RNN513: .* tried webgl2 by .*gpu\.js/),
  )
})

describe('a pipeline', () => {
  it('RNN514 where gpu.js runs it elsewhere than it was asked to', async () => {
    const library = await loadPipelines('webasm')
    class Elsewhere extends library.GPU {
      constructor() {
        super({ mode: 'cpu' })
      }
    }
    const backend = pipelinedBackend('webasm', { ...library, GPU: Elsewhere })
    const { context, graph } = doubled()
    const executable = backend.load(plan(context, graph), 'f32')
    await assert.rejects(
      executable.run({ N: 3 }, { x0: Float32Array.of(1, 2, 3) }),
      gives('RNN514', /gpu\.js ran it as CPUKernel, not on webasm: pipeline backend is cpu/),
    )
    await backend.close()
  })

  it('RNN514 for more elements than gpu.js can count', async () => {
    const backend = pipelinedBackend('cpu', await loadPipelines('cpu'))
    const { context, graph } = build([], b => [b.emit('iota', [], { size: dim('N') })])
    const executable = backend.load(plan(context, graph), 'f32')
    await assert.rejects(
      executable.run({ N: 2 ** 24 + 1 }, {}),
      gives('RNN514', /up to 16777216, .* 16777217 elements/),
    )
    await backend.close()
  })

  it('changes the arrays that it is given in place, and those alone', async () => {
    const backend = pipelinedBackend('cpu', await loadPipelines('cpu'))
    const { context, graph } = doubled()
    const executable = backend.load(plan(context, { ...graph, outputs: ['x0'], inPlace: true }), 'f32')
    const x0 = Float32Array.of(1, 2, 3)
    const { x0: found } = await executable.run({ N: 3 }, executable.store({ x0 }))
    assert.equal(found, x0)
    assert.deepEqual([...x0], [2, 4, 6])
    await backend.close()
  })
})

describe('a device that fails', needs(skipped), () => {
  it('RNN514 where it is lost, and the arrays that were given are as they were', async () => {
    const backend = await openBackend()
    const { context, graph } = doubled()
    const executable = backend.load(plan(context, graph))
    const x0 = Float32Array.of(1, 2, 3)
    const stored = executable.store({ x0 })
    assert.deepEqual([...(await executable.run({ N: 3 }, stored)).y0], [2, 4, 6])
    backend.device.device.destroy()
    await assert.rejects(executable.run({ N: 3 }, stored), gives('RNN514', /it was lost/))
    assert.deepEqual([...x0], [1, 2, 3])
  })

  it('RNN514 for whole numbers that its floats do not hold', async () => {
    const backend = await openBackend()
    const { context, graph } = build([type('N', 'int')], (b, [i]) => [b.emit('add', [i, i])])
    const executable = backend.load(plan(context, graph))
    assert.deepEqual([...(await executable.run({ N: 2 }, { x0: Int32Array.of(3, 2 ** 23) })).y0], [6, 2 ** 24])
    await assert.rejects(
      executable.run({ N: 2 }, { x0: Int32Array.of(3, 2 ** 24 + 1) }),
      gives('RNN514', /exact up to 16777216, and one of x0 is 16777217/),
    )
    executable.dispose()
    await backend.close()
  })

  it('RNN514 where a buffer is larger than the device allows', async () => {
    const backend = await openBackend()
    const { context, graph } = build([], b => [
      b.emit('broadcast', [b.emit('iota', [], { size: type('N').shape[0] })], { at: [-2], sizes: type('N').shape }),
    ])
    const { limits } = backend.device.device
    const side = Math.ceil(Math.sqrt(limits.maxStorageBufferBindingSize / 4)) + 1
    const executable = backend.load(plan(context, graph))
    await assert.rejects(executable.run({ N: side }, {}), gives('RNN514', /./))
    executable.dispose()
    await backend.close()
  })
})
