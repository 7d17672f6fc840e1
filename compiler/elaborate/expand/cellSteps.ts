// Emits the steps of a cell: one, or all along an axis as a scan.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { type Binding, type Builder, createBodyBuilder, emitScan } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { Argument } from '../axes/argument.ts'
import { nestedIn } from '../axes/nestedAxes.ts'
import { type Leaving, leavingAxes, stepAxes } from '../axes/stepAxes.ts'
import { asTensor } from '../tensors/convert.ts'
import { expand, joinAxes, tensor } from '../tensors/layout.ts'
import { lengthOf, placesOf } from '../tensors/lengths.ts'
import { maskOf } from '../tensors/masks.ts'
import { commonOrder, inOrder } from '../tensors/order.ts'
import type { Result, States } from '../values/entity.ts'
import { type Facts, joinFacts, withAhead } from '../values/facts.ts'
import { formatAxes, formatItem, formatType } from '../values/formatType.ts'
import type { Scope, StateDeclaration } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'
import { runBody } from './body.ts'
import { type MappedCell, stateLayout } from './cellStates.ts'
import { outside } from './outside.ts'

/** A cell ready to run: its arguments, weights and parts are declared in the scope of its body, and its states have initial values. */
export interface PreparedCell extends MappedCell {
  readonly args: readonly Argument[]
  readonly states: readonly StateDeclaration[]
  readonly started: readonly Tensor[]
  readonly span: Span
}

/** The results of a step: its `return` value, its outputs, and its states for the next step. */
interface Step {
  readonly returned?: Tensor
  readonly outputs: ReadonlyMap<string, Tensor>
  readonly next: readonly Tensor[]
  readonly body: Scope
}

/** Emits the body of one step into a builder; `current` holds the states that enter the step. */
function runStep(
  { inner, instance, states, span }: PreparedCell,
  builder: Builder,
  locals: readonly (readonly [string, Tensor])[],
  current: readonly Tensor[],
  inside: Partial<Pick<Scope, 'steps' | 'around' | 'axes'>>,
): Step {
  const types = new Map(states.map(d => [d.name, d]))
  const body: Scope = { ...inner, builder, names: new Map([...inner.names, ...locals]), states: types, ...inside }
  states.forEach((d, i) => {
    if (body.names.has(d.name)) fail('RNN107', { name: d.name }, { span: d.span })
    body.names.set(d.name, { ...current[i], item: d.item, coding: d.coding, name: d.name })
  })
  const { returned, outputs } = runBody(body, instance.unit.body)
  const next = states.map(d => {
    const value = body.primes.get(d.name)
    return value === undefined ? fail('RNN302', { state: d.name }, { span: d.span }) : asTensor(body, value, d.span)
  })
  return { ...(returned && { returned: asTensor(body, returned, span) }), outputs, next, body }
}

/** Takes one step, in the builder around it. */
export function singleStep(cell: PreparedCell): Result {
  const { returned, outputs, next } = runStep(cell, cell.inner.builder, [], cell.started, {})
  return {
    kind: 'result',
    unit: cell.instance.unit.name.text,
    value: returned && outside(returned),
    outputs: new Map([...outputs].map(([name, t]) => [name, outside(t)])),
    states: statesOf(cell, next.map(outside)),
    name: '',
  }
}

const statesOf = ({ instance, states }: PreparedCell, values: readonly Tensor[]): States => ({
  kind: 'states',
  unit: instance.unit.name.text,
  states: new Map(states.map((d, i) => [d.name, values[i]])),
})

/** Emits the scan: arguments over the axis are sliced per step, all other values that the body uses are constants of the loop. */
export function scanSteps(cell: PreparedCell, axis: Axis): Result {
  const { scope, inner, states, started, mapped, span } = cell
  const entered = enterScan(cell, axis)
  const { builder, consts, xs, ofStep, reversed } = entered
  const carries = states.map((declaration, i): Carry => {
    const { name: hint, span: at } = declaration
    const layout = stateLayout(declaration, mapped)
    const outer = expand(scope, started[i], layout, started[i].item)
    return { declaration, layout, outer, inner: builder.param(outer, { hint, span: at }) }
  })
  const current = carries.map(({ inner: value, layout, declaration: d }, i) =>
    tensor(value, layout, d.item, { facts: started[i].facts }),
  )
  const step = runStep(cell, builder, entered.locals, current, {
    steps: entered.steps,
    axes: new Map([...inner.axes].map(([name, a]) => [name, ofStep.get(a) ?? a])),
    around: { scope, bindings: () => [...consts, ...xs] },
  })
  const leaving = carries.map((carry, i) => leavingState(step, carry, step.next[i], entered.valid))
  const perStep = [...(step.returned === undefined ? [] : [step.returned]), ...step.outputs.values()]
  const away = leavingAxes(scope, builder, ofStep, perStep, span)
  const given = [...perStep, ...away.lengths]
  const results = [...leaving, ...given.map(t => builder.use(t.value))]
  const length = D.unlabelled(axis.size)
  const outs = emitScan(scope.builder, { length, reverse: reversed, consts, carries, xs }, builder.eqns, results)
  const stacked = given.map((t, i) => ({
    ...t,
    value: outs[states.length + i],
    axes: [axis, ...t.axes],
    reversed: [...t.reversed, ...(reversed ? [axis] : [])],
  }))
  return resultOf(cell, { axis, reversed, carries, finals: outs, step, perStep, stacked, away })
}

/** The body of a scan with its arguments, before its equations are emitted. */
interface EnteredScan {
  readonly builder: Builder
  /** Values of the outer block that are the same at each step. */
  readonly consts: readonly Binding[]
  /** Values of the outer block of which each step takes one element. */
  readonly xs: readonly Binding[]
  /** The arguments over the scanned axis, as a step sees them, by name. */
  readonly locals: readonly (readonly [string, Tensor])[]
  /** Whether a step is within the valid length; undefined where all are. */
  readonly valid?: Tensor
  /** The places of the loops around an equation, that of this scan the last. */
  readonly steps: () => readonly Tensor[]
  /** The axes nested in the scanned one, and what they are inside a step. */
  readonly ofStep: ReadonlyMap<Axis, Axis>
  readonly reversed: boolean
}

/** Opens the body of a scan and slices the arguments that go along the axis. */
function enterScan({ scope, args, span }: PreparedCell, axis: Axis): EnteredScan {
  const sequences = args.filter(a => a.tensor.axes.includes(axis))
  const tensors = sequences.map(a => a.tensor)
  const nested = nestedIn(joinAxes(tensors), axis)
  const all = commonOrder(scope, [...tensors, ...nested.map(a => lengthOf(scope, a))])
  const [ordered, lengths] = [all.slice(0, tensors.length), all.slice(tensors.length)]
  const { body: builder, consts } = createBodyBuilder(scope.builder)
  const xs: Binding[] = []
  const slice = (t: Tensor, hint: string): Tensor => {
    const rest = t.axes.filter(a => a !== axis)
    const outer = expand(scope, t, [axis, ...rest], t.item)
    const value = builder.param({ dtype: outer.dtype, shape: outer.shape.slice(1) }, { hint, span })
    xs.push({ outer, inner: value })
    return { ...t, axes: rest, value, reversed: t.reversed.filter(a => a !== axis) }
  }
  const ofStep = stepAxes(nested, a => slice(lengths[nested.indexOf(a)], `${a.name}.lengths`))
  const locals = sequences.map(({ name }, i) => [name, { ...withAxes(slice(ordered[i], name), ofStep), name }] as const)
  const mask = maskOf(scope, axis)
  const valid = mask && slice(inOrder(scope, mask), mask.value.hint)
  let step: Tensor | undefined
  const steps = (): readonly Tensor[] => {
    step ??= slice(placesOf(scope, axis), 'step')
    return [...scope.steps(), step]
  }
  return { builder, consts, xs, locals, valid, steps, ofStep, reversed: ordered.some(t => t.reversed.includes(axis)) }
}

/** A state of a scan: its value outside, before the first step, and the one that enters each step. */
interface Carry extends Binding {
  readonly declaration: StateDeclaration
  readonly layout: readonly Axis[]
}

/** The value with which a state leaves a step. A padding step, beyond the valid length, changes no state. */
function leavingState({ body }: Step, { declaration: d, layout, inner }: Carry, next: Tensor, valid?: Tensor): Value {
  const t = inOrder(body, next)
  const missing = t.axes.filter(a => !layout.includes(a))
  if (missing.length > 0) {
    const found = `${formatItem(t)} over ${formatAxes(missing)}`
    fail('RNN301', { state: d.name, declared: formatType(d, d.axes), found }, { span: d.span })
  }
  const value = expand(body, t, layout, t.item)
  if (valid === undefined) return value
  const test = expand(body, valid, layout, t.item)
  return body.builder.emit('where', [test, value, inner], {}, { hint: `${d.name}'`, span: d.span })
}

/** A scan that is emitted. */
interface EmittedScan {
  readonly axis: Axis
  readonly reversed: boolean
  readonly carries: readonly Carry[]
  /** The states after the last step come first. */
  readonly finals: readonly Value[]
  readonly step: Step
  /** The returned value, if there is one, and the outputs of a step; outside they are `stacked`, before the lengths that leave. */
  readonly perStep: readonly Tensor[]
  readonly stacked: readonly Tensor[]
  readonly away: Leaving
}

/** The values of a scan outside it, with what is known of them. */
function resultOf(cell: PreparedCell, scan: EmittedScan): Result {
  const { scope, instance, args, states, started, span } = cell
  const { axis, reversed, carries, finals, step, perStep, stacked, away } = scan
  const unit = instance.unit.name.text
  // A state may pass on a value of another at a later step, so each result counts as reading every argument and initial state.
  const ofScan = (facts: Facts): Facts => scanned(facts, axis, reversed)
  const read = ofScan(joinFacts([...args.map(a => a.tensor), ...started]))
  const atEnd = { operation: unit, span, value: 'it', through: [] }
  const outsideOf = away.outside(stacked.slice(perStep.length))
  const ended = carries.map(({ layout, declaration: d }, i) => {
    const known = joinFacts([{ facts: read, axes: [] }, step.next[i]])
    const facts = { ...known, whole: new Map([...read.whole, [axis, atEnd]]) }
    const final = tensor(finals[i], layout, d.item.map(D.unlabelled), { coding: d.coding, facts, name: '' })
    return withAxes(final, outsideOf)
  })
  const values = perStep.map((t, i) =>
    outside(withAxes({ ...stacked[i], facts: ofScan(joinFacts([{ facts: read, axes: [axis] }, t])) }, outsideOf)),
  )
  const named = step.returned === undefined ? values : values.slice(1)
  const stream = scope.session.stream?.places.has(axis) ? scope.session.stream : undefined
  for (const [i, d] of states.entries()) stream?.states.push({ owner: instance, local: d.name, value: finals[i] })
  return {
    kind: 'result',
    unit,
    value: step.returned && values[0],
    outputs: new Map([...step.outputs.keys()].map((name, i) => [name, named[i]])),
    states: statesOf(cell, ended),
    name: '',
  }
}

/** Gives look-ahead along the scanned axis the direction of this scan, in whatever order its arguments were made. */
function scanned(facts: Facts, axis: Axis, reversed: boolean): Facts {
  const before = facts.ahead.get(axis)
  return before === undefined ? facts : withAhead(facts, axis, { ...before, backward: reversed })
}
