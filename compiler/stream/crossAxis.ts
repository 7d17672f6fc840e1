// Makes a graph over whole sequences one over a window of an axis, with a state for each value that crosses from window to window.
import { fail } from '../../dsl/diagnostics.ts'
import { positionInput } from '../elaborate/models/declarePorts.ts'
import type { LoweredModel } from '../elaborate/models/lowerModel.ts'
import { stateNames } from '../elaborate/models/weightNames.ts'
import { type Builder, constantLike, createBuilder } from '../ir/builder.ts'
import { type Dim, equal, symbolsOf } from '../ir/dim.ts'
import { allEqns, type Block, type Type, type Value } from '../ir/graph.ts'
import { walks } from '../ir/walks.ts'
import { crossWindows } from '../passes/crossWindows.ts'

/** A value that a stream keeps from step to step. */
export interface StreamState extends Type {
  /** The path of the part that owns it, and its name there: `enc.h`; `@position` counts the steps. The batch comes first in its shape. */
  readonly name: string
}

/** A block over a window. Its results: the outputs, the states before the first window, the states after this one. */
export interface Crossed {
  readonly block: Block
  /** Names of its parameters, by id. */
  readonly names: ReadonlyMap<number, string>
  readonly states: readonly StreamState[]
}

/** Throws RNN334 for a state that no window can take over from the one before. */
export function crossAxis(model: LoweredModel, whole: Block, axis: Dim): Crossed {
  const { context, session } = model
  refuseNested(model, whole, axis)
  const records = session.stream?.states ?? []
  const paths = stateNames(records)
  const nameOf = new Map(records.map((r, i) => [r.value.id, paths[i]]))
  const b = createBuilder(context, value => value)
  const names = new Map(model.inputNames)
  const states: StreamState[] = []
  const initials: Value[] = []
  const leaving: Value[] = []
  const batch = session.batch.size
  const changing = nestedIn(model, axis)

  const enter = (initial: Value, of: Value): Value => {
    const name = nameOf.get(of.id) ?? `state_${states.length + 1}`
    const varying = initial.shape.flatMap(symbolsOf).find(s => changing.has(s))
    if (varying !== undefined)
      refuseStream(model, `\`${name}\` is over ${varying}, whose length changes from step to step`)
    const start = batchFirst(b, initial, batch)
    const param = b.param(start, { hint: name })
    names.set(param.id, name)
    states.push({ name, dtype: param.dtype, shape: param.shape })
    initials.push(start)
    return batchBack(b, param, initial, batch)
  }
  const leave = (value: Value): void => {
    leaving.push(batchFirst(b, value, batch))
  }
  for (const eqn of whole.eqns) {
    b.note = { ...(eqn.span && { span: eqn.span }) }
    crossWindows(b, eqn, axis, { enter, leave })
  }
  const position = whole.params.find(p => p.hint === positionInput)
  if (position !== undefined && b.eqns.some(e => e.ins.includes(position))) {
    states.push({ name: positionInput, dtype: position.dtype, shape: position.shape })
    initials.push(constantLike(b, 0, position))
    const length = b.emit('broadcast', [b.emit('size', [], { dim: axis })], { at: [-1], sizes: position.shape })
    leaving.push(b.emit('add', [position, length]))
  }
  const block = {
    params: [...whole.params, ...b.params],
    eqns: b.eqns,
    results: [...whole.results, ...initials, ...leaving],
  }
  return { block, names, states }
}

/** Throws RNN334 at the name of the model. */
export function refuseStream(model: LoweredModel, reason: string, help?: string): never {
  const span = model.scope.instance?.unit.name.span
  return fail('RNN334', { model: model.name, reason }, { ...(span && { span }), ...(help !== undefined && { help }) })
}

function refuseNested(model: LoweredModel, whole: Block, axis: Dim): void {
  const inside = whole.eqns.flatMap(e => (e.body === undefined ? [] : [...allEqns(e.body)])).find(e => walks(e, axis))
  if (inside === undefined) return
  const place = inside.span === undefined ? 'a cell' : `line ${model.session.lineOf(inside.span)}`
  refuseStream(model, `${place} runs over that axis inside a step of another axis`)
}

/** Names the ragged axes whose lengths differ from element to element of an axis. */
const nestedIn = ({ inputs, targets }: LoweredModel, axis: Dim): ReadonlySet<string> =>
  new Set(
    [...inputs, ...targets].flatMap(({ axes }) => {
      const place = axes.findIndex(a => equal(a.size, axis))
      return place < 0 ? [] : axes.slice(place + 1).flatMap(a => (a.ragged ? [a.name] : []))
    }),
  )

const placeOf = ({ shape }: Type, batch: Dim): number => shape.findIndex(d => equal(d, batch))

/** Puts the batch before the other dimensions. */
function batchFirst(b: Builder, value: Value, batch: Dim): Value {
  const place = placeOf(value, batch)
  if (place < 0) throw new Error(`${value.hint} is the same for all examples of a stream`)
  const rank = value.shape.length
  const others = [...value.shape.keys()].filter(d => d !== place)
  return place === 0 ? value : b.emit('transpose', [value], { order: [place, ...others].map(d => d - rank) })
}

/** Puts the batch, which comes first, to the place that it has in `like`. */
function batchBack(b: Builder, value: Value, like: Type, batch: Dim): Value {
  const place = placeOf(like, batch)
  const rank = value.shape.length
  const others = [...value.shape.keys()].slice(1)
  const order = others.toSpliced(place, 0, 0)
  return place === 0 ? value : b.emit('transpose', [value], { order: order.map(d => d - rank) })
}
