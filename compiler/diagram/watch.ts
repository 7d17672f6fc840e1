// Keeps what the expressions of a model were evaluated to, for a drawing of it.
import type { Expr } from '../../dsl/ast.ts'
import { visibleAxes } from '../elaborate/tensors/visibleAxes.ts'
import type { Entity, Instance } from '../elaborate/values/entity.ts'
import { formatType } from '../elaborate/values/formatType.ts'
import type { OnEvaluate } from '../elaborate/values/scope.ts'
import type { Axis, Tensor } from '../elaborate/values/tensor.ts'
import { unlabelled } from '../ir/dim.ts'

/** The value of an expression, as its unit sees it. */
export interface Seen {
  readonly entity: Entity
  /** Its type, `[units] over T`; undefined for what is no value of the network. */
  readonly type?: string
}

export interface Watched {
  readonly onEvaluate: OnEvaluate
  /** The values of expressions in the body of a unit, by the set of weights that it has. */
  of(instance: Instance): ReadonlyMap<Expr, Seen>
  /** The instance of the model itself. */
  root(): Instance | undefined
}

export function watchModel(): Watched {
  const byInstance = new Map<Instance, Map<Expr, Seen>>()
  let root: Instance | undefined
  return {
    onEvaluate: (scope, expr, entity) => {
      const { instance } = scope
      if (instance === undefined || scope.kind === 'fn' || scope.kind === 'settings') return
      if (scope.kind === 'model') root = instance
      const seen = byInstance.get(instance) ?? new Map<Expr, Seen>()
      byInstance.set(instance, seen)
      const value = tensorOf(entity)
      seen.set(expr, { entity, ...(value && { type: typeOf(value, visibleAxes(scope, value)) }) })
    },
    of: instance => byInstance.get(instance) ?? new Map(),
    root: () => root,
  }
}

/** Formats a type with its sizes, as far as they are known. */
function typeOf({ dtype, item, coding }: Tensor, axes: readonly Axis[]): string {
  const sized = coding && { coding: { ...coding, size: unlabelled(coding.size) } }
  return formatType({ dtype, item: item.map(unlabelled), ...sized }, axes)
}

/** The type of a name in the body of a unit, from the first expression that reads it; undefined if none does. */
export function typeOfName(seen: ReadonlyMap<Expr, Seen>, name: string): string | undefined {
  for (const [expr, { type }] of seen) if (expr.kind === 'name' && expr.name === name && type !== undefined) return type
  return undefined
}

/** The tensor that an entity is, or that a unit returns. */
export const tensorOf = (entity: Entity): Tensor | undefined =>
  entity.kind === 'tensor' ? entity : entity.kind === 'result' ? entity.value : undefined
