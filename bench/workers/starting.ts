// Times what happens before a training step is as fast as it becomes: the preparation, the engine's part of it, and the first step.
import type { Backend } from '../../compiler/backend/backend.ts'
import { encodeModule, memoryImport } from '../../compiler/backend/wasm/encodeModule.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { loadPlan, type Plan, plan } from '../../compiler/index.ts'
import type { Checks } from '../checksText.ts'
import type { Workload } from '../workloads.ts'
import { compileWorkload, rnncCase } from './rnnc.ts'
import { median, quick } from './serve.ts'

/** The start of a workload's training step in a process that has run nothing on the target yet. */
export function starting(backend: Backend, workload: Workload): Checks['starting'] {
  const { context, graph } = compileWorkload(workload).train()
  const made = plan(context, graph)
  const prepared = backend.name.startsWith('wasm') ? preparedWasm(made, backend.name) : preparedJs(made, backend)
  const { step } = rnncCase(backend, workload)
  const first = timed(step)
  const later = Array.from({ length: quick ? 10 : 200 }, () => timed(step))
  return { ...prepared, first, later: median(later.slice(later.length / 2)) }
}

/** JavaScript is compiled as it runs. */
const preparedJs = (made: Plan, backend: Backend) => ({ ready: timed(() => loadPlan(made, backend, 'f32')) })

/** The code, and apart from it what the engine does: it compiles each function as it is first called, and knows what it has compiled before. */
function preparedWasm(made: Plan, name: string) {
  const start = performance.now()
  const { program, run } = scheduleFor(made, 'f32')
  const bytes = encodeModule(program, { exports: [run], relaxed: name === 'wasm-relaxed', shared: false })
  const coding = performance.now() - start
  const imports = { [memoryImport.module]: { [memoryImport.name]: new WebAssembly.Memory({ initial: 1 }) } }
  const engine = timed(() => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports))
  return { ready: coding + engine, engine }
}

function timed(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}
