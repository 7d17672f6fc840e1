// The WebAssembly backends: plans as code for vectors of 128 bits, assembled here.
import type { Plan } from '../plan/plan.ts'
import { schedule, scheduleAll } from '../schedule/schedule.ts'
import type { Target } from '../schedule/target.ts'
import type { Backend, Executable, Precision } from './backend.ts'
import { encodeModule } from './wasm/encodeModule.ts'
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
      return createExecutable({ name, plan, schedule: scheduled, engine, precision })
    },
  }
}

/** V8 leaves 15 registers for vectors. */
const targetOf = (precision: Precision, threads = false): Target => ({ real: precision, registers: 15, threads })

/** The code for a plan, for one thread or for several. */
export const scheduleFor = (plan: Plan, precision: Precision, { threads = false } = {}) =>
  schedule(plan, targetOf(precision, threads))

/** The bytes that run several plans, each in a memory of its own, and what stands in the frames of each. */
export function assemble(plans: readonly Plan[], precision: Precision, { relaxed }: { readonly relaxed: boolean }) {
  const { program, schedules } = scheduleAll(plans, targetOf(precision))
  return { bytes: encodeModule(program, { exports: schedules.map(s => s.run), relaxed, shared: false }), schedules }
}

/** A product and a sum are rounded one after the other: the same bits on every machine. */
export const wasm: Backend = wasmBackend('wasm', false)

/** Faster, with other last bits on other processors. */
export const wasmRelaxed: Backend = wasmBackend('wasm-relaxed', true)
