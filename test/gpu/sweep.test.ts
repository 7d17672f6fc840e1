// Every pointwise op and every function of the library over all of 32 bits, on SwiftShader.
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { plan } from '../../compiler/index.ts'
import { needs } from '../support/needs.ts'
import { exactOf, graphsOf, places, type Sweep, swept } from '../support/sweep.ts'
import { checkColumn } from '../support/sweepTable.ts'
import { driver, openBackend, skipped } from './support.ts'

/** The numbers of the table are those of one device. */
const other = (process.env.VK_ICD_FILENAMES ?? driver) === driver ? false : 'the device is not SwiftShader'

describe('functions over all of 32 bits', needs(skipped || other), () => {
  let backend: WebGpuBackend
  beforeAll(async () => {
    backend = await openBackend()
  })
  afterAll(() => backend.close())

  it('by the gpu backend', async () => {
    const sweeps: Sweep[] = []
    for (const of of swept) {
      const { context, ...graphs } = graphsOf(of)
      const [values, slopes] = [graphs.values, graphs.slopes].map(graph => backend.load(plan(context, graph)))
      const inputs = { w: places, y: new Float32Array(1) }
      const { v } = await values.run({ B: 1 }, inputs)
      const { 'd:w': d } = await slopes.run({ B: 1 }, inputs)
      sweeps.push({ of, exact: exactOf(of), values: v, slopes: d })
      values.dispose()
      slopes.dispose()
    }
    checkColumn('gpu', sweeps, { format: 'f32', margin: 128 })
  })
})
