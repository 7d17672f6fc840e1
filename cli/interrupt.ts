// Handles Ctrl-C and similar signals: the first asks for an end, the second ends the process.
import { fail } from '../dsl/diagnostics.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Gives the signals their earlier meaning back. */
  release(): void
}

/** Signals that end a process: by a key, another program, a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Exit code of an interrupted command. */
export const interrupted = 130

/** Makes these signals abort from here on; `onAsk` is called at the first of them. */
export function catchInterrupt(onAsk: () => void = () => {}): Interrupt {
  const controller = new AbortController()
  const ask = (): void => {
    if (controller.signal.aborted) process.exit(interrupted)
    controller.abort()
    onAsk()
  }
  for (const name of signals) process.on(name, ask)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, ask)
    },
  }
}

/** Waits for what comes before the first step, but no longer than until a signal comes. RNN516 for one that comes before its end. */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const asked = Promise.withResolvers<'asked'>()
  const settle = (): void => asked.resolve('asked')
  signal.addEventListener('abort', settle, { once: true })
  try {
    const first = await Promise.race([work.then(value => ({ value })), asked.promise])
    // Lets a signal in that came while the thread was held.
    await new Promise(resolve => setImmediate(resolve))
    return first === 'asked' || signal.aborted ? fail('RNN516', {}) : first.value
  } finally {
    signal.removeEventListener('abort', settle)
  }
}
