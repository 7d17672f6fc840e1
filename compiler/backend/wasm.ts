// The WebAssembly backends: plans as code for vectors of 128 bits, assembled here.
import type { Plan } from '../plan/plan.ts'
import { schedule } from '../schedule/schedule.ts'
import type { Backend, Executable, Precision } from './backend.ts'
import { createExecutable } from './wasm/executable.ts'
import { wasmEngine } from './wasm/wasmEngine.ts'

/** `relaxed` rounds a product and a sum once where the processor can. */
function wasmBackend(name: string, relaxed: boolean): Backend {
  return {
    name,
    refuses: () => undefined,
    load: (plan, precision): Executable => {
      const scheduled = scheduleFor(plan, precision)
      const engine = wasmEngine(scheduled, { relaxed })
      const real = precision === 'f32' ? Float32Array : Float64Array
      return createExecutable({ name, plan, schedule: scheduled, engine, real })
    },
  }
}

/** The code for a plan. V8 leaves 15 registers for vectors. */
export const scheduleFor = (plan: Plan, precision: Precision) => schedule(plan, { real: precision, registers: 15 })

/** A product and a sum are rounded one after the other: the same bits on every machine. */
export const wasm: Backend = wasmBackend('wasm', false)

/** Faster, with other last bits on other processors. */
export const wasmRelaxed: Backend = wasmBackend('wasm-relaxed', true)
