// Prints at the end of a run the tests that were left out, and the remedies; after a failure, how to run the same properties again.
import type { Reporter, TestModule } from 'vitest/node'

export class Summary implements Reporter {
  constructor(seed: string) {
    this.#seed = seed
  }

  readonly #seed: string

  onTestRunEnd(modules: readonly TestModule[], _: unknown, reason: string): void {
    const left = new Map<string, number>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result()
        const missing = test.meta().missing ?? ('note' in result ? result.note : undefined)
        if (missing !== undefined) left.set(missing, (left.get(missing) ?? 0) + 1)
      }
    }
    if (left.size > 0) console.log('\nLeft out:')
    for (const [missing, count] of left) console.log(`  ${count} test${count === 1 ? '' : 's'}: ${missing}`)
    if (reason === 'failed') console.log(`\nThe seed of this run: SEED=${this.#seed} npm test`)
  }
}
