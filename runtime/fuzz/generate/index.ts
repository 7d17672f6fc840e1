// Random cases for fast-check: its seeds and paths, and a way to shrink that knows what a program is.
import fc from 'fast-check'
import type { FuzzCase } from '../case.ts'
import {
  type Draft,
  drawDraft,
  type Kinks,
  mixed,
  singleParts,
  smallerDrafts,
  type Tables,
  tablesFor,
} from './draft.ts'
import { printDraft } from './print.ts'

export const kinkChoices = ['none', 'some', 'many'] as const satisfies readonly Kinks[]

export interface GenerateOptions {
  /** How many operations with kinks and jumps, such as relu, there are. */
  readonly kinks?: Kinks
}

/** Random programs, each with sizes, lengths and a seed for its data. */
export const fuzzCases = (options: GenerateOptions = {}): fc.Arbitrary<FuzzCase> => drafts(options).map(printDraft)

/** The same before they are text. */
export const drafts = ({ kinks = 'some' }: GenerateOptions = {}): fc.Arbitrary<Draft> => new Drafts(tablesFor(kinks))

/** Random programs that have most of their parts of a given one. */
export const variations = (of: Draft, options: GenerateOptions = {}): fc.Arbitrary<Draft> =>
  fc.tuple(drafts(options), fc.infiniteStream(fc.nat(3))).map(([other, draws]) => mixed(of, other, draws))

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

  /** A program as it was drawn is tried by its single parts, once; then it loses one part after the other. */
  override shrink(draft: Draft, isSmaller: unknown): fc.Stream<fc.Value<Draft>> {
    const text = (of: Draft): string => JSON.stringify({ ...printDraft(of), data: 0 })
    const own = text(draft)
    const tables = this.tables
    return fc
      .stream(
        (function* () {
          if (isSmaller !== true) yield* singleParts(draft, tables)
          yield* smallerDrafts(draft)
        })(),
      )
      .filter(smaller => text(smaller) !== own)
      .map(smaller => new fc.Value(smaller, true))
  }
}
