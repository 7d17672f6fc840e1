// Emits the steps of an optimizer, which is a cell: its state `p` is the parameter, its input the gradient, its time the training step.
import type { Expr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { ancestors } from '../../ir/ancestors.ts'
import { type Builder, createBuilder, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { DType, Value } from '../../ir/graph.ts'
import { applyInstance } from '../expand/applyInstance.ts'
import { evaluate } from '../expand/evaluate.ts'
import { newInstance } from '../expand/recipes.ts'
import { knownResolver, resolveType } from '../expand/typeExpressions.ts'
import { optimized } from '../linking/isOptimizer.ts'
import { toReal } from '../tensors/constants.ts'
import { asInit } from '../tensors/convert.ts'
import { expand, tensor } from '../tensors/layout.ts'
import { wholeNumber } from '../tensors/runningValues.ts'
import type { Instance, Recipe } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Init } from '../values/signature.ts'
import type { LoweredModel } from './lowerModel.ts'
import { withFactor } from './plateau.ts'

/** A state that the optimizer keeps besides the parameter itself, for one parameter or for all of them. */
export interface OptimizerState {
  /** `dense.W@m`; `optimizer@t` for one shared by all. */
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly D.Dim[]
  readonly init: Init
}

/** A state with its values before and after a step. */
interface KeptState extends OptimizerState {
  /** Its name in the optimizer's cell. */
  readonly local: string
  readonly before: Value
  readonly value: Value
}

export interface Step {
  readonly parameter: Value
  readonly states: readonly KeptState[]
  /** The number that the optimizer returns, its rate at this step, if it returns one. */
  readonly rate: Value | undefined
}

interface Moving {
  readonly name: string
  readonly value: Value
  readonly gradient: Value
}

/**
 * Emits one optimizer step for each parameter. A state that depends on no parameter, such as a count of steps, is shared by all. `rate` is
 * that of the first parameter; the hyper-parameter of this name is multiplied by `factor`, if that is given.
 */
export function optimizerSteps(
  model: LoweredModel,
  builder: Builder,
  recipe: Recipe,
  moving: readonly Moving[],
  factor?: Value,
): {
  readonly parameters: readonly { readonly name: string; readonly value: Value }[]
  readonly states: readonly KeptState[]
  readonly rate: Value | undefined
} {
  const [first] = moving
  let rate: Value | undefined
  const parameters: { name: string; value: Value }[] = []
  const states: KeptState[] = []
  const shared = first === undefined ? new Map<string, Value>() : idleStates(model, builder, recipe, first)
  const rated = factor === undefined ? recipe : withFactor(builder, recipe, factor)
  for (const each of moving) {
    const step = optimizerStep(model, builder, rated, each, shared)
    parameters.push({ name: each.name, value: step.parameter })
    rate ??= step.rate
    const forAll = each === first ? sharedStates(builder, step.states, each) : []
    for (const s of forAll) shared.set(s.local, s.before)
    states.push(...step.states.map(s => (forAll.includes(s) ? { ...s, name: `optimizer@${s.local}` } : s)))
  }
  // An optimizer that returns nothing steps with its hyper-parameter, which is a value of the graph if a factor lowers it.
  const scaled = rated.hypers.get('rate')
  return { parameters, states, rate: rate ?? (scaled?.kind === 'tensor' ? scaled.value : undefined) }
}

/** Finds the scalar states that start as a plain number and whose next values are computed from each other alone. */
function sharedStates(
  builder: Builder,
  states: readonly KeptState[],
  { value, gradient }: Moving,
): readonly KeptState[] {
  let found = states.filter(s => s.shape.length === 0 && s.init.kind === 'number')
  for (;;) {
    const own = [value, gradient, ...states.filter(s => !found.includes(s)).map(s => s.before)]
    const kept = found.filter(s => {
      const from = ancestors(builder.eqns, [s.value])
      return !own.some(v => from.has(v.id))
    })
    if (kept.length === found.length) return found
    found = kept
  }
}

/**
 * Finds the shared states that no step reads, as a count of steps without a schedule, by a step in a block of its own. They need not be
 * kept: each is the number that it starts from.
 */
function idleStates(
  model: LoweredModel,
  builder: Builder,
  recipe: Recipe,
  { name, value, gradient }: Moving,
): Map<string, Value> {
  const own = createBuilder(model.context)
  const first = { name, value: own.param(value), gradient: own.param(gradient) }
  const quiet = { ...model, session: { ...model.session, warnings: [] } }
  const { parameter, rate, states } = optimizerStep(quiet, own, recipe, first, new Map())
  let found = sharedStates(own, states, first)
  for (;;) {
    const results = [parameter, ...(rate ? [rate] : []), ...states.filter(s => !found.includes(s)).map(s => s.value)]
    const read = ancestors(own.eqns, results)
    const idle = found.filter(s => !read.has(s.before.id))
    if (idle.length === found.length) break
    found = idle
  }
  const start = ({ init, dtype }: KeptState): Value => scalar(builder, init.kind === 'number' ? init.value : 0, dtype)
  return new Map(found.map(s => [s.local, start(s)]))
}

/** Emits one optimizer step for one parameter; its states, except those in `known`, become inputs of the block. */
function optimizerStep(
  model: LoweredModel,
  builder: Builder,
  recipe: Recipe,
  { gradient, ...parameter }: Moving,
  known: ReadonlyMap<string, Value>,
): Step {
  const { unit, span } = recipe
  const states = unit.body.flatMap(s =>
    s.kind === 'state' ? s.names.map(name => ({ name: name.text, declaration: s })) : [],
  )
  const inputs = unit.body.flatMap(s => (s.kind === 'input' ? s.names : []))
  const session = { ...model.session, root: builder, gathered: [], weights: [], masks: new Map() }
  const scope: Scope = {
    ...model.scope,
    session,
    builder,
    kind: 'settings',
    names: new Map(),
    axes: new Map(),
    steps: () => [],
  }
  const instance = newInstance(recipe, undefined, unit.name.text, false, span)
  const item = parameter.value.shape
  const given = tensor(gradient, [], item, { name: 'gradient' })
  const kept = states
    .filter(s => s.name !== optimized && !known.has(s.name))
    .map(({ name, declaration }) => {
      const typed = typeScope(scope, instance, declarationItem(unit, inputs[0].text), item)
      const type = resolveType(declaration.type, knownResolver(typed, 'a dim of a state'))
      const init = initOf(typed, name, type.dtype, declaration.init)
      const shape = type.item.map(D.unlabelled)
      const value = builder.param({ dtype: type.dtype, shape }, { hint: `${parameter.name}@${name}`, span })
      return { local: name, name: `${parameter.name}@${name}`, dtype: type.dtype, shape, init, before: value }
    })
  const named = new Map([
    [optimized, { entity: tensor(parameter.value, [], item), span }],
    ...kept.map(s => [s.local, { entity: tensor(s.before, [], s.shape), span }] as const),
    ...[...known].map(([name, value]) => [name, { entity: tensor(value, [], []), span }] as const),
  ])
  const result = applyInstance(scope, instance, { positional: [{ entity: given, span }], named }, span)
  const final = result.kind === 'result' ? result.states?.states : undefined
  const next = (name: string, shape: readonly D.Dim[]): Value => {
    const t = final?.get(name)
    if (t === undefined) throw new Error(`optimizer state ${name} has no next value`)
    return expand(scope, t, [], shape)
  }
  const returned = result.kind === 'result' ? result.value : undefined
  const isNumber = returned?.dtype !== 'bool' && returned?.axes.length === 0 && returned.item.length === 0
  return {
    rate: isNumber ? toReal(scope, returned).value : undefined,
    parameter: next(optimized, item),
    states: kept.map(s => ({ ...s, value: next(s.local, s.shape) })),
  }
}

/** Gives the initial value of a state, 0 if none is declared. Throws RNN204 if it has another type than the state. */
function initOf(scope: Scope, name: string, dtype: DType, declared: Expr | undefined): Init {
  if (declared === undefined) return { kind: 'number', value: 0 }
  const init = asInit(scope, evaluate(scope, declared), declared.span)
  const isInt = init.kind === 'number' && Number.isInteger(init.value) && init.value === wholeNumber(init.value)
  if (dtype === 'bool' || (dtype === 'int' && !isInt))
    fail('RNN204', { name, declared: dtype, found: isInt ? 'int' : 'real' }, { span: declared.span })
  return init
}

/** Finds the item variable of the gradient's declaration: `P` in `input g: P`. */
function declarationItem(unit: Recipe['unit'], input: string): string | undefined {
  const declaration = unit.body.find(s => s.kind === 'input' && s.names.some(n => n.text === input))
  return declaration?.kind === 'input' && declaration.type.item.kind === 'named'
    ? declaration.type.item.name.text
    : undefined
}

/** Makes a scope where the optimizer's hyper-parameters and its item variable are known, before it is applied. */
function typeScope(scope: Scope, instance: Instance, item: string | undefined, shape: readonly D.Dim[]): Scope {
  if (item !== undefined && !instance.items.has(item))
    instance.items.set(item, { dtype: 'real', item: shape.map(D.unlabelled) })
  return { ...scope, names: new Map(instance.hypers), instance }
}
