// The WebAssembly backends: plans as code for vectors of 128 bits, assembled here.
import type { Plan } from '../plan/plan.ts'
import { schedule, scheduleAll } from '../schedule/schedule.ts'
import type { Target } from '../schedule/target.ts'
import type { Backend, Executable, Precision } from './backend.ts'
import { canRelax } from './wasm/canRelax.ts'
import { encodeModule } from './wasm/encodeModule.ts'
import { createExecutable } from './wasm/executable.ts'
import type { ThreadPool } from './wasm/threadPool.ts'
import { wasmEngine } from './wasm/wasmEngine.ts'

interface WasmOptions {
  /** Whether a product and a sum are rounded once where the processor can. */
  readonly relaxed: boolean
  /** The threads that run plans together; one if left out. */
  readonly pool?: ThreadPool
  /** Operations of a run from which on all of them take part. */
  readonly leastWork?: number
}

function wasmBackend({ relaxed, pool, leastWork }: WasmOptions): Backend {
  const name = relaxed ? 'wasm-relaxed' : 'wasm'
  return {
    name,
    ...(pool && { threads: pool.threads }),
    refuses: () => (relaxed && !canRelax() ? 'this engine has no relaxed SIMD: use `wasm`' : undefined),
    load: (plan, precision): Executable => {
      const scheduled = scheduleFor(plan, precision, { threads: pool !== undefined })
      const engine = wasmEngine(scheduled, { relaxed, ...(pool && { pool }) })
      return createExecutable({
        name,
        plan,
        schedule: scheduled,
        engine,
        precision,
        ...(leastWork !== undefined && { leastWork }),
      })
    },
  }
}

const targetOf = (precision: Precision, threads: boolean): Target => ({ real: precision, threads })

/** The code for a plan, for one thread or for several. */
export const scheduleFor = (plan: Plan, precision: Precision, { threads = false } = {}) =>
  schedule(plan, targetOf(precision, threads))

/** The bytes that run several plans, each in a memory of its own, and what stands in the frames of each. */
export function assemble(plans: readonly Plan[], precision: Precision, { relaxed }: { readonly relaxed: boolean }) {
  const { program, schedules } = scheduleAll(plans, targetOf(precision, false))
  return { bytes: encodeModule(program, { exports: schedules.map(s => s.run), relaxed, shared: false }), schedules }
}

/** A product and a sum are rounded one after the other: the same bits on every machine. */
export const wasm: Backend = wasmBackend({ relaxed: false })

/** Faster, with other last bits on other processors. */
export const wasmRelaxed: Backend = wasmBackend({ relaxed: true })

/** The same on the threads of a pool, with the same bits for any number of them. */
export const wasmTogether = (pool: ThreadPool, options: Omit<WasmOptions, 'pool'>): Backend =>
  wasmBackend({ ...options, pool })
