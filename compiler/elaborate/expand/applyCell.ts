// Applies a cell: a scan over one axis of its arguments, or a single step.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { type Binding, type Builder, createBodyBuilder, emitScan, zerosLike } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import type { Argument } from '../axes/argument.ts'
import { checkPlaces, nestedIn } from '../axes/nestedAxes.ts'
import { leavingAxes, stepAxes } from '../axes/stepAxes.ts'
import { asTensor } from '../tensors/convert.ts'
import {
  commonOrder,
  expand,
  inOrder,
  isStreamed,
  joinAxes,
  lengthOf,
  maskOf,
  placesOf,
  tensor,
  toReal,
  visibleAxes,
} from '../tensors/typedOperations.ts'
import { describeEntity, type Instance, type Result, type States } from '../values/entity.ts'
import type { Scope, StateDeclaration } from '../values/scope.ts'
import {
  type Axis,
  baseOf,
  type Facts,
  formatAxes,
  formatBoth,
  formatItem,
  joinFacts,
  sameItem,
  type Tensor,
  withAxes,
} from '../values/tensor.ts'
import { quoted, sourceText } from '../values/wording.ts'
import type { UnitArgs } from './arguments.ts'
import { runBody } from './body.ts'
import { declare } from './declareMembers.ts'
import { evaluate } from './evaluate.ts'
import { outside, plainItem } from './matchArguments.ts'
import { knownResolver, resolveType } from './typeExpressions.ts'

/** An initial state given by the caller, with its place in the text; `record` if it came by `from`. */
export interface GivenState extends Tensor {
  readonly span: Span
  readonly record: boolean
}

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

/** A cell ready to run: its scope with arguments, weights and parts declared, and its initial states. */
interface Prepared {
  readonly scope: Scope
  readonly inner: Scope
  readonly instance: Instance
  readonly args: readonly Argument[]
  readonly states: readonly StateDeclaration[]
  readonly started: readonly Tensor[]
  /** Axes of the outer scope that the cell is mapped (lifted) over. */
  readonly mapped: readonly Axis[]
  readonly span: Span
}

/** A cell on its way to being applied: where it is called, and the scope of its body. */
export interface CellApplication {
  readonly scope: Scope
  readonly inner: Scope
  readonly instance: Instance
  readonly args: readonly Argument[]
  /** Axes that every argument shares, outermost first. */
  readonly lead: readonly Axis[]
  readonly call: UnitArgs
  readonly span: Span
}

/** Scans one axis of the arguments, or takes a single step if they have none and every state is given. */
export function applyCell(cell: CellApplication, given: ReadonlyMap<string, GivenState>): Result {
  const { scope, inner, instance, args, span } = cell
  const axis = scannedAxis(cell, given)
  for (const arg of args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)
  const values = [...args.map(a => a.tensor), ...given.values()]
  const walked = [...joinAxes(values), ...(axis === undefined ? [] : [axis])]
  const lengths = walked.flatMap(a => a.lengths ?? (isStreamed(scope, a) ? placesOf(scope, a) : []))
  const around = joinAxes([...values, ...lengths]).filter(a => a !== axis)
  const declared = new Set(args.flatMap(a => [...a.declared.values()]))
  const mapped = around.filter(a => !declared.has(a))
  const states = stateDeclarations(inner, instance)
  if (axis !== undefined) {
    checkPlaces(mapped, axis, `${instance.unit.name.text} goes on`, span)
    for (const d of states) checkPlaces(d.axes, axis, `state \`${d.name}\` is kept`, d.span)
  }
  const started = states.map(d => inOrder(scope, startOf(scope, inner, instance, d, given.get(d.name), mapped)))
  const prepared: Prepared = { scope, inner, instance, args, states, started, mapped, span }
  return axis === undefined ? singleStep(prepared) : scanSteps(prepared, axis)
}

/** Emits the body of one step into a builder; `current` holds the states that enter the step. */
function runStep(
  { inner, instance, states, span }: Prepared,
  builder: Builder,
  locals: readonly (readonly [string, Tensor])[],
  current: readonly Tensor[],
  inside: Partial<Pick<Scope, 'steps' | 'around' | 'axes'>>,
): { returned?: Tensor; outputs: ReadonlyMap<string, Tensor>; next: readonly Tensor[]; body: Scope } {
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

function singleStep(cell: Prepared): Result {
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

const statesOf = ({ instance, states }: Prepared, values: readonly Tensor[]): States => ({
  kind: 'states',
  unit: instance.unit.name.text,
  states: new Map(states.map((d, i) => [d.name, values[i]])),
})

/** Emits the scan: arguments over the axis are sliced per step, all other values that the body uses are constants of the loop. */
function scanSteps(cell: Prepared, axis: Axis): Result {
  const { scope, inner, args, states, started, mapped, span } = cell
  const sequences = args.filter(a => a.tensor.axes.includes(axis))
  const tensors = sequences.map(a => a.tensor)
  const nested = nestedIn(joinAxes(tensors), axis)
  const all = commonOrder(scope, [...tensors, ...nested.map(a => lengthOf(scope, a))])
  const [ordered, lengths] = [all.slice(0, tensors.length), all.slice(tensors.length)]
  const reversed = ordered.some(t => t.reversed.includes(axis))
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
  const layouts = states.map(d => stateLayout(d, mapped))
  const carries: Binding[] = states.map(({ name: hint, span: at }, i) => {
    const outer = expand(scope, started[i], layouts[i], started[i].item)
    return { outer, inner: builder.param(outer, { hint, span: at }) }
  })
  const current = carries.map((c, i) => tensor(c.inner, layouts[i], states[i].item, { facts: started[i].facts }))
  const { returned, outputs, next, body } = runStep(cell, builder, locals, current, {
    steps,
    axes: new Map([...inner.axes].map(([name, a]) => [name, ofStep.get(a) ?? a])),
    around: { scope, bindings: () => [...consts, ...xs] },
  })

  // A padding step, beyond the valid length, changes no state.
  const leaving = states.map((d, i): Value => {
    const t = inOrder(body, next[i])
    const missing = t.axes.filter(a => !layouts[i].includes(a))
    if (missing.length > 0) {
      const found = `${formatItem(t)} over ${formatAxes(missing)}`
      fail('RNN301', { state: d.name, declared: typeText(d), found }, { span: d.span })
    }
    const value = expand(body, t, layouts[i], t.item)
    if (valid === undefined) return value
    const test = expand(body, valid, layouts[i], t.item)
    return builder.emit('where', [test, value, carries[i].inner], {}, { hint: `${d.name}'`, span: d.span })
  })
  const perStep = [...(returned === undefined ? [] : [returned]), ...outputs.values()]
  const away = leavingAxes(scope, builder, ofStep, perStep, span)
  const given = [...perStep, ...away.lengths]
  const results = [...leaving, ...given.map(t => builder.use(t.value))]
  const length = D.unlabelled(axis.size)
  const outs = emitScan(scope.builder, { length, reverse: reversed, consts, carries, xs }, builder.eqns, results)

  // A state may pass on a value of another at a later step, so each result counts as reading every argument and initial state.
  const ofScan = (facts: Facts): Facts => scanned(facts, axis, reversed)
  const read = ofScan(joinFacts([...args.map(a => a.tensor), ...started]))
  const atEnd = { operation: cell.instance.unit.name.text, span, value: 'it', through: [] }
  const overSteps = given.map((t, i) => ({
    ...t,
    value: outs[states.length + i],
    axes: [axis, ...t.axes],
    reversed: [...t.reversed, ...(reversed ? [axis] : [])],
  }))
  const outsideOf = away.outside(overSteps.slice(perStep.length))
  const finals = states.map((d, i) => {
    const facts = { ...joinFacts([{ facts: read, axes: [] }, next[i]]), whole: new Map([...read.whole, [axis, atEnd]]) }
    const final = tensor(outs[i], layouts[i], d.item.map(D.unlabelled), { coding: d.coding, facts, name: '' })
    return withAxes(final, outsideOf)
  })
  const stacked = perStep.map((t, i) =>
    outside(withAxes({ ...overSteps[i], facts: ofScan(joinFacts([{ facts: read, axes: [axis] }, t])) }, outsideOf)),
  )
  const named = returned === undefined ? stacked : stacked.slice(1)
  const stream = scope.session.stream?.places.has(axis) ? scope.session.stream : undefined
  for (const [i, d] of states.entries()) stream?.states.push({ owner: cell.instance, local: d.name, value: outs[i] })
  return {
    kind: 'result',
    unit: cell.instance.unit.name.text,
    value: returned && stacked[0],
    outputs: new Map([...outputs.keys()].map((name, i) => [name, named[i]])),
    states: statesOf(cell, finals),
    name: '',
  }
}

/** Gives look-ahead along the scanned axis the direction of this scan, in whatever order its arguments were made. */
function scanned(facts: Facts, axis: Axis, reversed: boolean): Facts {
  const before = facts.ahead.get(axis)
  return before === undefined
    ? facts
    : { ...facts, ahead: new Map([...facts.ahead, [axis, { ...before, backward: reversed }]]) }
}

/** Finds the axis to scan: the only lead axis (one that no input declares), or the one named by `over`; none for a single step. */
function scannedAxis(
  { scope, inner, instance, args, lead, call: given, span }: CellApplication,
  states: ReadonlyMap<string, Tensor>,
): Axis | undefined {
  const unit = instance.unit.name.text
  if (given.over !== undefined) {
    const named = scope.axes.get(given.over.text)
    const axis = named && lead.find(a => baseOf(a) === baseOf(named))
    return (
      axis ??
      fail(
        'RNN215',
        { value: quoted(args[0]?.tensor.name ?? '', 'its input'), axis: given.over.text },
        { span: given.over.span, help: lead.length === 0 ? undefined : `it is over ${formatAxes(lead)}` },
      )
    )
  }
  if (lead.length > 1)
    return fail('RNN214', { callee: unit, axes: formatAxes(lead), axis: baseOf(lead[lead.length - 1]).name }, { span })
  if (lead.length === 1) return lead[0]
  const missing = stateDeclarations(inner, instance).find(d => !states.has(d.name))
  if (missing === undefined) return undefined
  const insideStep = scope.kind === 'cell'
  if (insideStep || states.size > 0) {
    const argument = args[0] === undefined ? '…' : sourceText(scope, args[0].span)
    const values = { unit, state: missing.name, type: formatItem(plainItem(missing)), argument, recipe: instance.text }
    return fail('RNN305', values, { span })
  }
  const [first] = args
  const found = first === undefined ? 'step' : formatItem(plainItem(first.tensor))
  return fail('RNN304', { unit, found }, { span, ...lastBefore(scope, first) })
}

/** Suggests removing `last` or `first` if it took the sequence away from the argument. */
function lastBefore(scope: Scope, arg: Argument | undefined): { help?: string } {
  if (arg === undefined) return {}
  for (const [axis, cause] of arg.tensor.facts.whole) {
    const line = scope.session.lineOf(cause.span)
    if (cause.operation === 'last' || cause.operation === 'first') {
      return {
        help: `remove \`${cause.operation}\` (line ${line}), which kept only the ${cause.operation} step of ${axis.name}`,
      }
    }
  }
  return {}
}

function stateDeclarations(inner: Scope, instance: Instance): StateDeclaration[] {
  return instance.unit.body.flatMap(s => {
    if (s.kind !== 'state') return []
    const type = resolveType(s.type, knownResolver(inner, 'a dim of a state'))
    return s.names.map(name => ({ ...type, name: name.text, span: name.span }))
  })
}

const typeText = (d: StateDeclaration): string => `${formatItem(d)}${d.axes.map(a => ` over ${a.name}`).join('')}`

/** Lists a state's axes: those that it declares, then those that the cell is mapped over, the batch last. */
const stateLayout = (d: StateDeclaration, mapped: readonly Axis[]): Axis[] => [
  ...d.axes,
  ...mapped.filter(a => !a.batch),
  ...mapped.filter(a => a.batch),
]

/** Gives the initial value of a state: the caller's, else the declared one, else zeros. */
function startOf(
  scope: Scope,
  inner: Scope,
  instance: Instance,
  d: StateDeclaration,
  given: GivenState | undefined,
  mapped: readonly Axis[],
): Tensor {
  const axes = stateLayout(d, mapped)
  if (given !== undefined) {
    const t = d.dtype === 'real' ? toReal(scope, given) : given
    if (!sameItem(t.item, d.item) || t.dtype !== d.dtype) {
      const unit = instance.unit.name.text
      const declared = d.item.length === 0 ? typeText(d) : formatBoth(d.item)
      const found = formatItem(plainItem(t))
      if (given.record)
        fail(
          'RNN310',
          { found: `\`${d.name}\` as ${found}`, unit, expected: `\`${d.name}\` as ${declared}` },
          { span: given.span, help: 'the shapes must be equal too' },
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
  const made = asTensor(
    { ...inner, initial: { item: d.item, axes } },
    evaluate({ ...inner, initial: { item: d.item, axes } }, init),
    init.span,
  )
  const typed = d.dtype === 'real' ? toReal(scope, made) : made
  const extra = typed.axes.filter(a => !axes.includes(a))
  if (typed.dtype !== d.dtype || (typed.item.length > 0 && !sameItem(typed.item, d.item)) || extra.length > 0) {
    const found = formatItem(made) + extra.map(a => ` over ${a.name}`).join('')
    fail('RNN204', { name: d.name, declared: typeText(d), found }, { span: init.span })
  }
  if (typed.item.length === d.item.length) return typed
  return tensor(expand(scope, typed, typed.axes, d.item), typed.axes, d.item, { facts: typed.facts, name: '' })
}
