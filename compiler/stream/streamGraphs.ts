// Derives the step of a model: the graphs that begin a stream, and that take it from one element of an axis to the next.
import type { LoweredModel } from '../elaborate/models/lowerModel.ts'
import type { GraphOptions } from '../graphs.ts'
import type { Context } from '../ir/builder.ts'
import { copyBlock } from '../ir/copyBlock.ts'
import { type Dim, substitute, symbol, symbolsOf } from '../ir/dim.ts'
import type { Block, Graph, Value } from '../ir/graph.ts'
import { dce } from '../passes/dce.ts'
import { dropInputs } from '../passes/dropInputs.ts'
import { runPasses, standard } from '../passes/pipeline.ts'
import { type Stage, stagesOf } from '../passes/splitStages.ts'
import { refuseStream, type StreamState } from './crossAxis.ts'
import { type Derivation, derivation } from './derivation.ts'

export type { StreamState } from './crossAxis.ts'

/** The name of the input that a target's element is: an output, the prediction, may have the target's own. */
export const elementOfTarget = (target: string): string => `@target.${target}`

export interface StreamOptions extends GraphOptions {
  /** The parts of the derivation, if not the standard ones. */
  readonly derivation?: Derivation
}

/** The graphs of a stream. Weights are inputs of each; values that one hands on to the next begin with `@kept`. */
export interface StreamGraphs {
  readonly context: Context
  /** The name of the axis that the stream goes along. */
  readonly axis: string
  /** The symbol of the number of rows. */
  readonly batch: string
  /** The number of elements of that axis, where the model fixes it. */
  readonly length?: Dim
  readonly states: readonly StreamState[]
  /** Names of the inputs of which each step gets an element, and of the lengths of axes inside it. */
  readonly elements: readonly string[]
  /** The inputs that are given once, and their lengths → the states before the first step, and what the steps need of them. */
  readonly start: Graph
  /** states, elements → outputs, states, in place. */
  readonly step: Graph
  /** A step in two, for a model that reads its own targets late. */
  readonly generation?: Generation
}

export interface Generation {
  /** Names of the targets that the model reads late. */
  readonly targets: readonly string[]
  /** states, the other elements → outputs, and the states that do not depend on those targets, in place. */
  readonly answer: Graph
  /** The targets of this step → the other states, in place. */
  readonly advance: Graph
}

/** A step, with one element of the axis for the whole of it. */
interface OneStep {
  readonly block: Block
  readonly names: ReadonlyMap<number, string>
  readonly outputs: readonly string[]
  readonly states: readonly StreamState[]
  readonly elements: readonly string[]
}

/** Derives the graphs of a model that was expanded for a stream along `axis`. Throws RNN334 where a state cannot cross the steps. */
export function streamGraphs(model: LoweredModel, axis: string, options: StreamOptions): StreamGraphs {
  const { context, session } = model
  const parts = options.derivation ?? derivation
  const one = oneStep(model, axis, parts)
  const { elements, states } = one
  const splitAt = (late: readonly string[]): readonly Stage[] => split(model, one, late, parts)
  const [start, step] = splitAt([])
  const graph = (stage: Stage, name: string): Graph => finished(context, stage, `${model.name} ${name}`, options)
  /** A graph that is run at each element, on weights, and on results of the start, that stay the same. */
  const repeated = (stage: Stage, name: string, handedOn: readonly string[] = []): Graph => {
    const made = graph(stage, name)
    const changing = new Set([...elements, ...states.map(s => s.name), ...handedOn])
    return { ...made, inPlace: true, fixed: made.inputs.filter(input => !changing.has(input)) }
  }
  const targets = model.fedBack.filter(name => elements.includes(elementOfTarget(name)))
  return {
    context,
    axis,
    batch: symbolsOf(session.batch.size)[0],
    ...(session.stream?.fixed && { length: session.stream.fixed }),
    states,
    elements,
    start: graph(start, 'start'),
    step: repeated(step, 'step'),
    ...(targets.length > 0 && { generation: generationOf(targets, splitAt, repeated) }),
  }
}

/** Makes the graphs of the step in two, split where the late targets are chosen. */
function generationOf(
  targets: readonly string[],
  splitAt: (late: readonly string[]) => readonly Stage[],
  graph: (stage: Stage, name: string, handedOn?: readonly string[]) => Graph,
): Generation {
  const [, first, second] = splitAt(targets)
  const answer = graph(first, 'answer')
  return { targets, answer, advance: graph(second, 'advance', answer.outputs) }
}

/** Makes the block of one step: windows of one element, with states between them. */
function oneStep(model: LoweredModel, axis: string, { cross, passes }: Derivation): OneStep {
  const whole = dce.run(model.context, model.builder.finish(model.outputs.map(o => o.value)))
  const crossed = cross(model, whole, symbol(axis))
  const targets = new Set(model.targets.map(t => t.name))
  const nameOf = (v: Value): string => {
    const name = crossed.names.get(v.id) ?? v.hint
    return targets.has(name) ? elementOfTarget(name) : name
  }
  const before = crossed.block.params
  // All targets are parameters, of which the loss may read more than the answers.
  const unread = new Set([...targets].filter(name => !model.fedBack.includes(name)).map(elementOfTarget))
  // The axis is known by its symbol up to here, so its size is put in last.
  const sized = copyBlock(model.context, crossed.block, dim => substitute(dim, axis, 1))
  const block = passes.reduce((b, pass) => pass.run(model.context, b), sized)
  return {
    block,
    names: new Map(block.params.map((p, i) => [p.id, nameOf(before[i])])),
    outputs: model.outputs.map(o => o.name),
    states: crossed.states,
    elements: before
      .filter(p => p.shape.some(d => symbolsOf(d).includes(axis)))
      .map(nameOf)
      .filter(name => !unread.has(name)),
  }
}

const [starting, answering, advancing] = [0, 1, 2]

/** Splits a step: what is done once, what each step does, and, if any targets are `late`, what it does once these are chosen. */
function split(model: LoweredModel, one: OneStep, late: readonly string[], parts: Derivation): readonly Stage[] {
  const { block, names, outputs, states, elements } = one
  const stateful = new Set(states.map(s => s.name))
  const nameOf = (p: Value): string => names.get(p.id) ?? ''
  const stageOf = (p: Value): number => {
    const name = nameOf(p)
    if (late.some(target => name === elementOfTarget(target))) return advancing
    return elements.includes(name) || stateful.has(name) ? answering : starting
  }
  const known = stagesOf(block, stageOf)
  const [initials, leaving] = [outputs.length, outputs.length + states.length]
  const results = [
    ...outputs.map((name, i) => ({ name, value: block.results[i], stage: answering })),
    ...states.map(({ name }, i) => ({ name, value: block.results[initials + i], stage: starting })),
    ...states.map(({ name }, i) => {
      const value = block.results[leaving + i]
      return { name, value, stage: Math.max(answering, known(value)) }
    }),
  ]
  const early = results.find(r => known(r.value) > r.stage)
  if (early?.stage === starting) refuseStream(model, `the initial value of \`${early.name}\` changes from step to step`)
  if (early !== undefined) throw new Error(`${early.name} depends on the target of its own step`)
  const count = late.length > 0 ? 3 : 2
  const lasts = (p: Value): boolean => !stateful.has(nameOf(p))
  return parts.split(model.context, { block, names, count, stageOf, lasts, results })
}

/** Runs the passes. */
function finished(context: Context, { block, inputs, outputs }: Stage, name: string, options: GraphOptions): Graph {
  const graph: Graph = { ...block, name, inputs, outputs }
  options.onDump?.('lower', graph)
  const { pipeline = standard } = options
  return dropInputs(runPasses(context, graph, pipeline.forward, options))
}
