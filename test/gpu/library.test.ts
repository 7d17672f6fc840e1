// What is relied on of gpu.js: the exact version, and fields that it does not document.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import {
  checkedLibrary,
  checkedPipelines,
  isKernelOf,
  loadLibrary,
  loadPipelines,
} from '../../compiler/backend/gpu/gpuLibrary.ts'
import { kernelSource } from '../../compiler/backend/gpu/kernelSource.ts'
import { taskSteps } from '../../compiler/backend/gpu/tasks.ts'
import { shaderOf } from '../../compiler/backend/gpu/wgsl.ts'
import { plan } from '../../compiler/index.ts'
import { build, type } from '../backend/agree.ts'

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

/** The source of the first kernel of x / 2 + tanh(x), which is one. */
function source() {
  const { context, graph } = build([type('B, H')], (b, [x]) => [b.emit('add', [x, b.emit('tanh', [x])])])
  const [task] = taskSteps(plan(context, graph), t => [t])
  assert.ok(task.kind === 'each')
  return kernelSource(task, { B: 3, H: 4 }) ?? assert.fail()
}

const bindings = { arrays: [0], written: [1], isWritten: [false, true] }

describe('gpu.js', () => {
  it('is pinned exactly, and is what is installed', () => {
    const { devDependencies, peerDependencies, peerDependenciesMeta } = read('../../package.json')
    const { version } = read('../../node_modules/gpu.js/package.json')
    assert.equal(devDependencies['gpu.js'], version)
    assert.equal(peerDependencies['gpu.js'], version)
    assert.equal(peerDependenciesMeta['gpu.js'].optional, true)
  })

  it('translates a kernel to WGSL without a device', async () => {
    const { code, groups } = shaderOf(await loadLibrary(), source(), bindings, 65535)
    assert.deepEqual(groups, [1, 1])
    assert.match(code, /fn fn_put0\(user_place : i32, user_value : f32\) -> f32 \{\nb1\[user_place\] = user_value;/)
    assert.match(code, /var<storage, read> b0/)
    assert.match(code, /var<storage, read_write> b1/)
    assert.doesNotMatch(code, /LOOP_MAX|result\[/)
  })

  it('says where a pipeline ran', async () => {
    const library = await loadPipelines('webasm')
    for (const [mode, executor] of [['webasm', 'fused-sync'] as const, ['cpu', 'generic'] as const]) {
      const gpu = new library.GPU({ mode })
      const kernel = gpu.createKernel('function(a) { return a[this.thread.x] * 2; }', {
        output: [3],
        precision: 'single',
        functions: [],
        returnType: 'Number',
      })
      const pipeline = gpu.createPipeline(x => [kernel(kernel(x))], { threads: false })
      const [found] = await pipeline(Float32Array.of(1, 2, 3))
      assert.deepEqual([...Array.from(found)], [4, 8, 12])
      assert.equal(pipeline.executorKind, executor)
      assert.equal(pipeline.fallbackReason === null, mode === 'webasm')
      const { kernels, genericClones } = pipeline.plan ?? assert.fail()
      const ran = mode === 'cpu' ? [...genericClones.values()] : kernels.map(k => k.clone)
      assert.ok(ran.length > 0)
      for (const { kernel } of ran) {
        assert.ok(isKernelOf(library, mode, kernel))
        assert.ok(!isKernelOf(library, mode === 'cpu' ? 'webasm' : 'cpu', kernel))
      }
      await pipeline.destroy()
      kernel.destroy()
      await gpu.destroy()
    }
  })

  it('is named where it has changed', async () => {
    assert.throws(() => checkedPipelines({}), /not the gpu\.js that rnnc knows, 2\.24\.1.*createPipeline/)
    const { GPU } = await loadPipelines('cpu')
    assert.throws(() => checkedPipelines({ GPU }), /not the gpu\.js that rnnc knows, 2\.24\.1: a class is missing/)
    assert.throws(() => checkedLibrary({}), /not the gpu\.js that rnnc knows, 2\.24\.1.*translateSource/)
    const { WebGPUKernel } = await loadLibrary()
    class Without extends WebGPUKernel {
      override translateSource(): void {}
    }
    assert.throws(() => shaderOf({ WebGPUKernel: Without }, source(), bindings, 65535), /no WGSL that rnnc knows/)
  })
})
