// Work that is done bit by bit, so that others may run between: at once, or with rests in which interrupts are heard.

/** Yields now and then how much has been done since, in units that its maker knows the whole of. */
export type Work<T> = Generator<number, T>

/** How long the thread may be held, in ms. */
const slice = 50

/** Does it at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Does it with rests; `onPart` hears what is done between them, and may throw to end it. */
export async function finishAsync<T>(work: Work<T>, onPart: (units: number) => void = () => {}): Promise<T> {
  const rest = createRests()
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    onPart(value)
    await rest()
  }
}

/** Lets others run (signals, timers, a page) if the thread has been held for long; to be called again and again. */
export function createRests(): () => Promise<void> {
  let rested = performance.now()
  return async () => {
    if (performance.now() - rested <= slice) return
    await new Promise(resolve => setTimeout(resolve))
    rested = performance.now()
  }
}
