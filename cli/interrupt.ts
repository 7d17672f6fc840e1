// Handles Ctrl-C and similar signals: the first asks for an end, the second ends the process.
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
export function catchInterrupt(onAsk: () => void, controller = new AbortController()): Interrupt {
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
