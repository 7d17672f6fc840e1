// What we assemble is WebAssembly: by the engine, and by npm's wabt.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import wabt from 'wabt'
import { compileWorkload } from '../../bench/workers/rnnc.ts'
import { workloads } from '../../bench/workloads.ts'
import { encodeModule } from '../../compiler/backend/wasm/encodeModule.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { hasBarriers } from '../../compiler/code/barriers.ts'
import { verifyCode } from '../../compiler/code/verify.ts'
import { plan } from '../../compiler/index.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { build } from './agree.ts'
import { cases } from './cases.ts'

const tools = await wabt()
const features = { simd: true, relaxed_simd: true, threads: true }

function check(made: Plan): void {
  for (const precision of ['f32', 'f64'] as const) {
    for (const threads of [false, true]) {
      const { program, run } = scheduleFor(made, precision, { threads })
      verifyCode(program)
      for (const relaxed of [false, true])
        for (const shared of threads ? [true] : [false, true])
          checkBytes(encodeModule(program, { exports: [run], relaxed, shared }))
    }
  }
}

function checkBytes(bytes: Uint8Array<ArrayBuffer>): void {
  assert.ok(WebAssembly.validate(bytes))
  const module = tools.readWasm(bytes, features)
  // It takes features as well, which its types do not say.
  Reflect.apply(module.validate, module, [features])
  module.destroy()
}

describe('wabt accepts the code', () => {
  it('of every case', () => {
    for (const { params, body } of cases) {
      const { context, graph } = build(params, body)
      check(plan(context, graph))
    }
  })

  for (const workload of workloads) {
    it(`of ${workload.id}`, () => {
      const model = compileWorkload(workload)
      const { context, graph } =
        workload.mode === 'train' ? model.train() : { context: model.context, graph: model.predict() }
      check(plan(context, graph))
    })
  }

  it('of one thread, which waits for nobody', () => {
    for (const { params, body } of cases.slice(0, 20)) {
      const { context, graph } = build(params, body)
      const made = plan(context, graph)
      const meets = (threads: boolean): boolean =>
        scheduleFor(made, 'f32', { threads }).program.functions.some(f => hasBarriers(f.body))
      assert.deepEqual([meets(false), meets(true)], [false, true])
    }
  })

  it('and rejects what is none', () => {
    const { context, graph } = build(cases[0].params, cases[0].body)
    const { program, run } = scheduleFor(plan(context, graph), 'f32')
    const bytes = encodeModule(program, { exports: [run], relaxed: false, shared: false })
    bytes[bytes.length - 2] ^= 0xff
    assert.ok(!WebAssembly.validate(bytes))
    assert.throws(() => tools.readWasm(bytes, features))
  })
})
