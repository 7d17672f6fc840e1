// Lists the names that `--set` may give a value for a model.
import type { Expr, ItemExpr, Unit } from '../../../dsl/ast.ts'
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
    s.kind === 'input' || s.kind === 'target'
      ? [...itemNames(s.type.item), ...s.type.axes.flatMap(a => (a.length === undefined ? [] : names(a.length)))]
      : [],
  )
  return {
    hypers,
    sizes: [...new Set(sizes)].filter(name => !hypers.includes(name)),
    settings: wholeSettings,
  }
}

function itemNames(item: ItemExpr): string[] {
  if (item.kind === 'tensor') return item.dims.flatMap(names)
  return item.kind === 'coded' ? names(item.size) : []
}

const names = (expr: Expr): string[] => namesIn(expr).map(n => n.name)
