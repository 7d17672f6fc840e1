// Lists the names that `--set` may give a value for a model.
import type { Unit } from '../../../dsl/ast.ts'
import { sizesIn } from '../../../dsl/children.ts'
import { namesIn } from '../expand/typeExpressions.ts'
import { wholeSettings } from './settings.ts'

export interface Settable {
  readonly hypers: readonly string[]
  /** The free names in the types of inputs and targets. */
  readonly sizes: readonly string[]
  /** Settings of `train`, each with the least whole number that it takes. */
  readonly settings: Readonly<Record<string, number>>
}

/** Lists the names of a model whose values the command line may set. */
export function settable(unit: Unit): Settable {
  const hypers = unit.params.map(p => p.name.text)
  const sizes = unit.body.flatMap(s =>
    s.kind === 'input' || s.kind === 'target' ? sizesIn(s.type).flatMap(e => namesIn(e).map(n => n.name)) : [],
  )
  return {
    hypers,
    sizes: [...new Set(sizes)].filter(name => !hypers.includes(name)),
    settings: wholeSettings,
  }
}
