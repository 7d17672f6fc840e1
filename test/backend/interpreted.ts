// A backend that runs schedules by the interpreter of the loop language: far too slow for anything but small tests.
import type { Backend } from '../../compiler/backend/backend.ts'
import type { Engine } from '../../compiler/backend/wasm/engine.ts'
import { createExecutable } from '../../compiler/backend/wasm/executable.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { interpretCode } from '../../compiler/code/interpret.ts'
import { verifyCode } from '../../compiler/code/verify.ts'
import type { Schedule } from '../../compiler/schedule/schedule.ts'

function engineOf({ program, run }: Schedule): Engine {
  verifyCode(program)
  const memory = { bytes: new SharedArrayBuffer(0) }
  const machine = interpretCode(program, () => memory.bytes)
  const owned = new WeakSet<ArrayBufferLike>()
  return {
    buffer: () => memory.bytes,
    owns: array => owned.has(array.buffer),
    grow: bytes => {
      if (bytes <= memory.bytes.byteLength) return
      const before = new Uint8Array(memory.bytes)
      memory.bytes = new SharedArrayBuffer(bytes)
      new Uint8Array(memory.bytes).set(before)
      owned.add(memory.bytes)
    },
    run: frame => {
      machine.call(run, [frame])
    },
  }
}

export const interpreted: Backend = {
  name: 'interpreted',
  refuses: () => undefined,
  load: (plan, precision) => {
    const schedule = scheduleFor(plan, precision)
    return createExecutable({ name: 'interpreted', plan, schedule, engine: engineOf(schedule), precision })
  },
}
