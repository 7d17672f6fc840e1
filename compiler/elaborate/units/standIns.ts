// Makes the arguments for checking a unit on its own: symbols for sizes and rates, inputs of the declared types over new axes.
import type { AxisExpr, Declaration, Expr, HyperParam, Unit } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { Given, UnitArgs } from '../expand/arguments.ts'
import { labelledHyper } from '../expand/labelledHyper.ts'
import { knownDim, type Resolver, resolveItem } from '../expand/typeExpressions.ts'
import { shapeOf, tensor } from '../tensors/layout.ts'
import { type Entity, staticValue } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import type { HyperKind } from './hyperKinds.ts'

/** Choices to try for an item that may be any, which is declared by a name in place of a type. */
export type AnyItem = 'vector' | 'real' | 'int'

export const anyItems: readonly AnyItem[] = ['vector', 'real', 'int']

/**
 * Gives the stand-in of a hyper-parameter: a symbol for a number with a whole default other than 0 or with none, else its default;
 * without one it waits for a use.
 */
export function standInHyper({ name: { text } }: HyperParam, kind: HyperKind, byDefault: Entity | undefined): Entity {
  const isNumber = byDefault === undefined ? kind === 'number' : kind === 'number' && isWhole(byDefault)
  if (isNumber) return labelledHyper(text, { kind: 'dim', dim: D.symbol(text) })
  return byDefault ?? { kind: 'open' }
}

const isWhole = (e: Entity): boolean => e.kind === 'dim' && staticValue(e) !== 0

/**
 * Makes an argument for each input, as a caller would give them. A cell scans a new axis; one without an input takes a single
 * step, with its states given.
 */
export function standInArguments(root: Scope, unit: Unit, any: AnyItem): UnitArgs {
  const inputs = unit.body.flatMap(s => (s.kind === 'input' ? [s] : []))
  const runs = unit.unit === 'cell' && inputs.length > 0
  const along = runs ? [ownAxis(root, unit)] : []
  const positional = inputs.flatMap(d => standIns(root, d, along, any).map(t => given(t, d)))
  const states = unit.unit === 'cell' && !runs ? unit.body.flatMap(s => (s.kind === 'state' ? [s] : [])) : []
  const named = states.flatMap(d => standIns(root, d, [], any).map(t => [t.name, given(t, d)] as const))
  return { positional, named: new Map(named) }
}

const given = (entity: Tensor, { span }: Declaration): Given => ({ entity, span })

/** Makes the axis that a cell scans, with a name that no axis of its declarations has. */
function ownAxis(root: Scope, unit: Unit): Axis {
  const taken = new Set(unit.body.flatMap(s => ('type' in s && s.type ? s.type.axes.map(a => a.name.text) : [])))
  const name = ['T', 'time', 'steps'].find(n => !taken.has(n)) ?? 'steps of the cell'
  const axis: Axis = { name, size: D.symbol(name), batch: false }
  root.axes.set(name, axis)
  return axis
}

/** Makes a value of the declared type for each name of a declaration. */
function standIns(root: Scope, { type, names }: Declaration, along: readonly Axis[], any: AnyItem): Tensor[] {
  const { builder, session } = root
  const resolver: Resolver = {
    dim: expr => dimOf(root, expr),
    axis: axis => axisOf(root, axis),
    item: name => (any === 'vector' ? { dtype: 'real', item: [D.symbol(name)] } : { dtype: any, item: [] }),
  }
  const [twice] = type.axes.filter((a, i) => type.axes.slice(0, i).some(b => b.name.text === a.name.text))
  if (twice !== undefined)
    fail('RNN107', { name: twice.name.text }, { span: twice.name.span, help: 'a value can be over an axis only once' })
  const axes = [...along, ...type.axes.map(resolver.axis)]
  const { dtype, item, coding } = resolveItem(type, resolver)
  return names.map(({ text: name, span }) => {
    const layout = [...axes, session.batch]
    const value = builder.param({ dtype, shape: shapeOf(layout, item) }, { hint: name, span })
    return tensor(value, layout, item, { ...(coding && { coding }), name })
  })
}

/** Resolves a size; a new name becomes a symbol. */
function dimOf(root: Scope, expr: Expr): D.Dim {
  if (expr.kind === 'name' && !root.names.has(expr.name)) {
    root.names.set(expr.name, labelledHyper(expr.name, { kind: 'dim', dim: D.symbol(expr.name) }))
  }
  return knownDim(root, expr, 'a dim')
}

/** Finds or makes the axis of a name, shared by all declarations. It is not ragged, so that a param may be over it. */
function axisOf(root: Scope, { name: { text: name }, length }: AxisExpr): Axis {
  const known = root.axes.get(name)
  if (known !== undefined) return known
  const size = length === undefined ? D.symbol(name) : D.unlabelled(dimOf(root, length))
  const axis: Axis = { name, size, batch: false }
  root.axes.set(name, axis)
  return axis
}
