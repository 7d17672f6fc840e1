// Gives fast-check random cases: by its seeds and paths, and with a way to shrink that knows the structure of a program.
import * as fc from 'fast-check'
import { random } from '../../../runtime/random.ts'
import type { FuzzCase } from '../fuzzCase.ts'
import {
  allSingles,
  type Draft,
  drawDraft,
  drawSingle,
  singleParts,
  smallerDrafts,
  type Tables,
  tablesFor,
  threeBatches,
  varied,
} from './draft.ts'
import type { Kinks } from './kinks.ts'
import { printDraft } from './printDraft.ts'
import type { Draw } from './tree.ts'

export interface GenerateOptions {
  /** How many operations with kinks and jumps, such as relu, there are. */
  readonly kinks?: Kinks
}

/** Random programs, each with sizes, lengths and a seed for its data. */
export const fuzzCases = (options: GenerateOptions = {}): fc.Arbitrary<FuzzCase> => drafts(options).map(printDraft)

/** The same before they are text. */
export function drafts({ kinks = 'some' }: GenerateOptions = {}): fc.Arbitrary<Draft> {
  const tables = tablesFor(kinks)
  return new Drafts(tables, draw => (draw(5) === 0 ? drawSingle(tables, draw) : drawDraft(tables, draw)))
}

/** A program for each operation, each with three batches. */
export const singles = (seed: number): readonly (readonly Draft[])[] => {
  const draw = random(seed, 'singles')
  return allSingles(tablesFor('some'), n => Math.floor(draw() * n)).map(threeBatches)
}

/** Draws random programs that have most of their parts from a given one. */
export function variations(of: Draft, { kinks = 'some' }: GenerateOptions = {}): fc.Arbitrary<Draft> {
  const tables = tablesFor(kinks)
  return new Drafts(tables, draw => varied(of, tables, draw))
}

class Drafts extends fc.Arbitrary<Draft> {
  readonly tables: Tables
  readonly make: (draw: Draw) => Draft

  constructor(tables: Tables, make: (draw: Draw) => Draft) {
    super()
    this.tables = tables
    this.make = make
  }

  override generate(random: fc.Random): fc.Value<Draft> {
    return new fc.Value(
      this.make(n => random.nextInt(0, n - 1)),
      undefined,
    )
  }

  override canShrinkWithoutContext(value: unknown): value is Draft {
    return typeof value === 'object' && value !== null && 'main' in value
  }

  /** Tries the single parts of a program as it was drawn, once; then takes away one part after the other. */
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
