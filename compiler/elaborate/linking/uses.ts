// Collects how the rest of a program uses units and their members, from the text alone.
import type { Expr, Fn, Train, Unit } from '../../../dsl/ast.ts'
import { allExprs, valueIn } from '../../../dsl/children.ts'
import type { Applied } from '../values/scope.ts'
import { readsOf } from './namesRead.ts'

/** Uses of units and of their members in the rest of the program. */
export interface Uses {
  /** Whether all uses are in sight: a file without a model, or one that is imported, has others. */
  readonly whole: boolean
  /** Names that stand after a dot. */
  readonly members: ReadonlySet<string>
  /** Whether a record of states goes from one cell to another as a whole. */
  readonly records: boolean
  /** Names of units and fns that are called, and (`given`) those that are passed as values, such as arguments. */
  readonly called: ReadonlySet<string>
  readonly given: ReadonlySet<string>
  /** Names of units that the setting `optimizer` of a `train` block reads. */
  readonly optimizers: ReadonlySet<string>
  /** Uses of units in the model that is checked, with the axes of their arguments. */
  readonly applied: readonly Applied[]
  /** Names that the `train` block of a model reads, by the model's name. */
  readonly settings: ReadonlyMap<string, readonly string[]>
}

/** Collects the uses of units from the text of units and `train` blocks. */
export function usesIn(own: readonly (Unit | Fn)[], trains: readonly Train[]): Omit<Uses, 'whole' | 'applied'> {
  const inUnits = own.flatMap(u => [
    ...u.params.flatMap(p => (p.default === undefined ? [] : [p.default])),
    ...u.body.flatMap(s => valueIn(s) ?? []),
  ])
  const all = [...inUnits, ...trains.flatMap(t => t.settings.map(s => s.value))].flatMap(e => [...allExprs(e)])
  const callees = new Set(all.flatMap(e => (e.kind === 'call' || e.kind === 'pipe' ? [e.callee] : [])))
  const names = (list: readonly Expr[]): Set<string> => new Set(list.flatMap(e => (e.kind === 'name' ? [e.name] : [])))
  const members = all.filter(e => e.kind === 'member')
  const inside = new Set<Expr>(members.map(m => m.value))
  return {
    members: new Set(members.map(m => m.name.text)),
    records: members.some(m => m.name.text === 'final' && !inside.has(m)),
    called: names([...callees]),
    given: names(all.filter(e => !callees.has(e))),
    optimizers: new Set(
      trains.flatMap(t => t.settings.filter(s => s.name.text === 'optimizer').flatMap(s => readsOf(s.value))),
    ),
    settings: new Map(trains.map(t => [t.model.text, t.settings.flatMap(s => readsOf(s.value))])),
  }
}
