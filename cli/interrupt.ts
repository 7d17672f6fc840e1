// Ctrl-C, and the like: the first asks for an end, the second ends.
export interface Interrupt {
  readonly signal: AbortSignal
  /** Signals mean again what they meant before. */
  release(): void
}

/** What ends a process: a key, another program, a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The exit code of what was interrupted. */
export const interrupted = 130

/** From here on these signals abort; `onAsk` is called at the first of them. */
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
