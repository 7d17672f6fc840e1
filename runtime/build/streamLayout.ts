// What the stream of a built module takes and gives: constants once, then an element at each step.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import { type CompiledModel, elementOfTarget, type Graph, type StreamGraphs } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import type { Fitted } from '../data/fitted.ts'
import { type SpecialLabels, specialLabels } from '../generate/specialLabels.ts'
import { placeAlong } from '../stream/alongAxis.ts'
import { answersIn, type Field, fieldOf, type InputLayout, inputLayout, type Layout } from './layout.ts'

/** An element that a step takes, under the name `input` of the graph. */
export interface ElementField {
  readonly field: Field
  readonly input: string
}

export interface StreamLayout {
  readonly graphs: StreamGraphs
  /** What is given once. */
  readonly start: InputLayout
  /** Elements of inputs, and of targets that the model reads late. */
  readonly elements: readonly ElementField[]
  readonly targets: readonly ElementField[]
  readonly outputs: readonly Field[]
  readonly answers: Layout['answers']
  /** Labels of the generated targets that begin or end a sequence, or are never chosen. */
  readonly special: Readonly<Record<string, SpecialLabels>>
}

/** The graphs of a stream, by the names of the functions that make them. */
export const streamNetworks = ({ start, step, generation }: StreamGraphs): Readonly<Record<string, Graph>> =>
  generation === undefined
    ? { createStart: start, createStep: step }
    : { createStart: start, createAnswer: generation.answer, createAdvance: generation.advance }

/**
 * Derives the stream along `over`; undefined for a model whose elements have axes of their own lengths and, where no axis is named, for one
 * that has no stream.
 */
export function streamLayoutOf(
  model: CompiledModel,
  fitted: Fitted | undefined,
  over: string | undefined,
): StreamLayout | undefined {
  const graphs = graphsOf(model, over)
  if (graphs === undefined || graphs.elements.some(name => name.endsWith('.lengths'))) return undefined
  const { signature } = model
  const { axis, step, generation } = graphs
  const used = [graphs.start, step, ...(generation === undefined ? [] : [generation.answer, generation.advance])]
  const element = (port: Port, input: string): ElementField[] => {
    const graph = used.find(g => g.inputs.includes(input))
    if (graph === undefined || !graphs.elements.includes(input)) return []
    return [{ field: fieldOf(port, graph.params[graph.inputs.indexOf(input)].shape, fitted), input }]
  }
  const outputs = signature.outputs.map(port => {
    const shape = step.results[step.outputs.indexOf(port.name)].shape
    const place = placeAlong(port, axis)
    return fieldOf(port, place < 0 ? shape : shape.toSpliced(place + 1, 1), fitted)
  })
  return {
    graphs,
    start: inputLayout(model, givenOnce(graphs, used), fitted, [graphs.batch]),
    elements: signature.inputs.flatMap(port => element(port, port.name)),
    targets: signature.targets.flatMap(port => element(port, elementOfTarget(port.name))),
    outputs,
    answers: answersIn(signature, outputs, fitted),
    special: specialLabels(fitted, graphs.length !== undefined),
  }
}

/** Joins what the graphs take that is given once: the start may hand on what it is given, or a step read it itself. */
function givenOnce({ start, states, elements }: StreamGraphs, used: readonly Graph[]): Graph {
  const made = new Set([...used.flatMap(g => g.outputs), ...states.map(s => s.name), ...elements])
  const all = new Map(used.flatMap(g => g.inputs.map((name, i) => [name, g.params[i]] as const)))
  const given = [...all].filter(([name]) => !made.has(name))
  return { ...start, inputs: given.map(([name]) => name), params: given.map(([, param]) => param) }
}

function graphsOf(model: CompiledModel, over: string | undefined): StreamGraphs | undefined {
  try {
    return model.stream(over)
  } catch (error) {
    if (
      over === undefined &&
      error instanceof RnnError &&
      error.diagnostics.every(d => d.code === 'RNN331' || d.code === 'RNN334')
    )
      return undefined
    throw error
  }
}
