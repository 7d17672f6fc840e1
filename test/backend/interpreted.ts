// A backend that runs schedules by the interpreter of the loop language: far too slow for anything but small tests.
import type { Backend } from '../../compiler/backend/backend.ts'
import type { Engine } from '../../compiler/backend/wasm/engine.ts'
import { createExecutable } from '../../compiler/backend/wasm/executable.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { interpretCode } from '../../compiler/code/interpret.ts'
import { verifyCode } from '../../compiler/code/verify.ts'
import type { Schedule } from '../../compiler/schedule/schedule.ts'

function engineOf({ program, run }: Schedule, threads: number): Engine {
  verifyCode(program)
  const memory = new SharedArrayBuffer(0, { maxByteLength: 2 ** 28 })
  const machine = interpretCode(program, () => memory)
  return {
    threads,
    sleeps: true,
    buffer: () => memory,
    bufferForViews: () => memory,
    owns: array => array.buffer === memory,
    dispose: () => {},
    grow: bytes => {
      if (bytes > memory.byteLength) memory.grow(bytes)
    },
    run: ({ start, stride, threads }) => {
      if (threads === 1) machine.call(run, [start])
      else
        machine.callInThreads(
          run,
          Array.from({ length: threads }, (_, i) => [start + i * stride]),
        )
    },
  }
}

/** So many threads, which stop at the first access that is in the way of another. */
export const interpretedBy = (threads: number): Backend => ({
  name: 'interpreted',
  refuses: () => undefined,
  load: (plan, precision) => {
    const schedule = scheduleFor(plan, precision, { threads: threads > 1 })
    const engine = engineOf(schedule, threads)
    return createExecutable({ name: 'interpreted', plan, schedule, engine, precision, leastWork: 0 })
  },
})

export const interpreted: Backend = interpretedBy(1)
