// The states of a cell: their declarations, those that a caller gives, and their initial values.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { zerosLike } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { toReal } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { expand, tensor } from '../tensors/layout.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { describeEntity, type Instance } from '../values/entity.ts'
import { formatAxes, formatBoth, formatItem, formatType } from '../values/formatType.ts'
import type { Scope, StateDeclaration } from '../values/scope.ts'
import { type Axis, sameItem, type Tensor } from '../values/tensor.ts'
import type { UnitArgs } from './arguments.ts'
import { evaluate } from './evaluate.ts'
import { plainItem } from './outside.ts'
import { knownResolver, resolveType } from './typeExpressions.ts'

/** An initial state given by the caller, with its place in the text; `record` if it came by `from`. */
export interface GivenState extends Tensor {
  readonly span: Span
  readonly record: boolean
}

/** Gives the initial states of a call, by name, or all of them by `from`. Throws RNN310 for a record of other states. */
export function givenStates(scope: Scope, instance: Instance, given: UnitArgs): Map<string, GivenState> {
  const names = instance.unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  const states = new Map<string, GivenState>()
  if (instance.unit.unit !== 'cell') return states
  const from = given.named.get('from')
  if (from !== undefined) {
    const { entity } = from
    if (entity.kind !== 'states')
      return fail(
        'RNN310',
        { found: describeEntity(entity), unit: instance.unit.name.text, expected: names.join(', ') },
        { span: from.span },
      )
    const missing = names.find(n => !entity.states.has(n))
    const extra = [...entity.states.keys()].find(n => !names.includes(n))
    if (missing !== undefined || extra !== undefined) {
      fail(
        'RNN310',
        { found: [...entity.states.keys()].join(', '), unit: instance.unit.name.text, expected: names.join(', ') },
        { span: from.span },
      )
    }
    for (const [name, t] of entity.states) states.set(name, { ...t, span: from.span, record: true })
  }
  for (const name of names) {
    const g = given.named.get(name)
    if (g !== undefined) states.set(name, { ...asTensor(scope, g.entity, g.span), span: g.span, record: false })
  }
  return states
}

/** Lists the states of a cell, with the types that they declare. */
export function stateDeclarations(inner: Scope, instance: Instance): StateDeclaration[] {
  return instance.unit.body.flatMap(s => {
    if (s.kind !== 'state') return []
    const type = resolveType(s.type, knownResolver(inner, 'a dim of a state'))
    return s.names.map(name => ({ ...type, name: name.text, span: name.span }))
  })
}

/** Lists a state's axes: those that it declares, then those that the cell is mapped over, the batch last. */
export const stateLayout = (d: StateDeclaration, mapped: readonly Axis[]): Axis[] => [
  ...d.axes,
  ...mapped.filter(a => !a.batch),
  ...mapped.filter(a => a.batch),
]

/** A cell where it is called, its scope, and the axes that it is lifted over. */
export interface MappedCell {
  readonly scope: Scope
  readonly inner: Scope
  readonly instance: Instance
  /** Axes of the outer scope that the cell is mapped (lifted) over. */
  readonly mapped: readonly Axis[]
}

/** Gives the initial value of a state: the caller's, else the declared one, else zeros. */
export function initialState(cell: MappedCell, d: StateDeclaration, given: GivenState | undefined): Tensor {
  const { scope, inner, instance } = cell
  const axes = stateLayout(d, cell.mapped)
  if (given !== undefined) {
    const t = d.dtype === 'real' ? toReal(scope, given) : given
    if (!sameItem(t.item, d.item) || t.dtype !== d.dtype) {
      const unit = instance.unit.name.text
      const declared = d.item.length === 0 ? formatType(d, d.axes) : formatBoth(d.item)
      const found = formatItem(plainItem(t))
      if (given.record)
        fail(
          'RNN310',
          { found: `\`${d.name}\` as ${found}`, unit, expected: `\`${d.name}\` as ${declared}` },
          { span: given.span, help: 'the shapes must also be equal' },
        )
      fail('RNN205', { input: d.name, unit, declared, found }, { span: given.span })
    }
    const extra = visibleAxes(scope, t).filter(a => !axes.includes(a))
    if (extra.length > 0)
      fail(
        'RNN211',
        { left: formatAxes(axes.filter(a => !a.batch)), right: formatAxes(extra), value: `\`${d.name}\`` },
        { span: given.span },
      )
    return { ...t, item: d.item }
  }
  const declaration = instance.unit.body.find(s => s.kind === 'state' && s.names.some(n => n.text === d.name))
  const init = declaration?.kind === 'state' ? declaration.init : undefined
  if (init === undefined) {
    const zero = zerosLike(scope.builder, { dtype: d.dtype, shape: d.item.map(D.unlabelled) })
    return tensor(zero, [], d.item, { name: '' })
  }
  const ofState: Scope = { ...inner, initial: { item: d.item, axes } }
  const made = asTensor(ofState, evaluate(ofState, init), init.span)
  const typed = d.dtype === 'real' ? toReal(scope, made) : made
  const extra = typed.axes.filter(a => !axes.includes(a))
  if (typed.dtype !== d.dtype || (typed.item.length > 0 && !sameItem(typed.item, d.item)) || extra.length > 0) {
    const values = { name: d.name, declared: formatType(d, d.axes), found: formatType(made, extra) }
    fail('RNN204', values, { span: init.span })
  }
  if (typed.item.length === d.item.length) return typed
  return tensor(expand(scope, typed, typed.axes, d.item), typed.axes, d.item, { facts: typed.facts, name: '' })
}
