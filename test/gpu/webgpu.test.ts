// Kernels as WGSL on a device in Node against the interpreter: single ops, whole models, fixtures, traps.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import { build } from '../backend/agree.ts'
import { cases } from '../backend/cases.ts'
import * as keras from '../keras/files.ts'
import { needs } from '../support/needs.ts'
import { fixtureCheck, graphChecks, modelChecks, wholeOps } from './checks.ts'
import { openBackend, skipped } from './support.ts'
import { trapChecks } from './traps.ts'

describe('WGSL in Node', needs(skipped), () => {
  let backend: WebGpuBackend
  beforeAll(async () => {
    backend = await openBackend()
  })
  afterAll(() => backend.close())

  for (const { name, run } of [...graphChecks, ...modelChecks, ...trapChecks]) it(name, () => run(backend))

  describe('the fixtures of Keras', () => {
    for (const { name, run } of keras.kerasCases().map(fixtureCheck)) it(name, () => run(backend))
  })

  it('refuses hashes as results', () => {
    for (const { name, params, body } of cases.filter(c => wholeOps.includes(c.name))) {
      const { context, graph } = build(params, body)
      assert.match(backend.refuses(plan(context, graph), 'f32') ?? '', /used as whole numbers/, name)
    }
  })
})
