// Random cases for fast-check: its seeds and paths, and a way to shrink that knows what a program is.
import fc from 'fast-check'
import type { FuzzCase } from '../case.ts'
import { type Draft, drawDraft, type Kinks, smallerDrafts, type Tables, tablesFor } from './draft.ts'
import { printDraft } from './print.ts'

export const kinkChoices = ['none', 'some', 'many'] as const satisfies readonly Kinks[]

export interface GenerateOptions {
  /** How many operations with kinks and jumps, such as relu, there are. */
  readonly kinks?: Kinks
}

/** Random programs, each with sizes, lengths and a seed for its data. */
export const fuzzCases = ({ kinks = 'some' }: GenerateOptions = {}): fc.Arbitrary<FuzzCase> =>
  new Drafts(tablesFor(kinks)).map(printDraft)

class Drafts extends fc.Arbitrary<Draft> {
  readonly tables: Tables

  constructor(tables: Tables) {
    super()
    this.tables = tables
  }

  override generate(random: fc.Random): fc.Value<Draft> {
    return new fc.Value(
      drawDraft(this.tables, n => random.nextInt(0, n - 1)),
      undefined,
    )
  }

  override canShrinkWithoutContext(value: unknown): value is Draft {
    return typeof value === 'object' && value !== null && 'main' in value
  }

  override shrink(draft: Draft): fc.Stream<fc.Value<Draft>> {
    return fc.stream(smallerDrafts(draft)).map(smaller => new fc.Value(smaller, undefined))
  }
}
