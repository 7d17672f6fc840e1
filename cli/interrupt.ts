// Ctrl-C: the first asks for an end, the second ends.
export interface Interrupt {
  readonly signal: AbortSignal
  /** Signals mean again what they meant before. */
  release(): void
}

/** From here on SIGINT and SIGTERM abort; `onAsk` is called at the first of them. */
export function catchInterrupt(onAsk: () => void): Interrupt {
  const controller = new AbortController()
  const ask = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
    onAsk()
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, ask)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, ask)
    },
  }
}
