// Long work in small parts, done at once, or with pauses in which interrupts and other tasks run.

/** Yields now and then the amount done since the last time, in units whose total is known beforehand. */
export type Work<T> = Generator<number, T>

/** Longest time that the thread may be held, in ms. */
const slice = 50

/** Finishes the work at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** Finishes the work with pauses; calls `onPart` with the amount of each part, which may throw to end it. */
export async function finishAsync<T>(work: Work<T>, onPart: (units: number) => void = () => {}): Promise<T> {
  const rest = createRests()
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    onPart(value)
    await rest()
  }
}

/** Makes a pause that lets others run (signals, timers, a page) if the thread has been held for long; call it again and again. */
export function createRests(): () => Promise<void> {
  let rested = performance.now()
  return async () => {
    if (performance.now() - rested <= slice) return
    await new Promise(resolve => setTimeout(resolve))
    rested = performance.now()
  }
}
