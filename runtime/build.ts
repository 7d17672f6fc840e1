// Writes a model as one ES module for any batch and any length, with names from the source. For js and wasm it has no dependencies, for js no `eval` either.
import type { Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { greatest } from '../dsl/greatest.ts'
import { embeddedWeights } from './build/embedded.ts'
import { dimsText, type Layout, layoutOf, sizesOf } from './build/layout.ts'
import { moduleText } from './build/module.ts'
import { type BuildTarget, type Graphs, type Network, networkOf } from './build/network.ts'
import { type StreamLayout, streamLayoutOf, streamNetworks } from './build/streamLayout.ts'
import { commentText } from './build/textCode.ts'
import { typesText } from './build/types.ts'
import { checkLabelled, type Fitted } from './data/fitted.ts'
import { checkModel } from './library/given.ts'
import { checkOptions, type Rules, rules } from './library/options.ts'
import type { Weights } from './session.ts'

/** How a module is built. */
export interface BuildOptions {
  /** f32 if left out. */
  readonly precision?: Precision
  /** js if left out. */
  readonly target?: BuildTarget
  /** Embedded in the module, in its precision; without them `create` takes them. */
  readonly weights?: Weights
  /** With it the module has `predict`, which speaks the units and labels of the data; a model that generates has `generate` in its place. */
  readonly fitted?: Fitted
  /** The axis of the stream, where the model has several; without one that streams the module has none. */
  readonly over?: string
  /** The name by which examples import the module. */
  readonly path?: string
}

/** A module without dependencies, with its types. */
export interface BuiltModule {
  /** The text of the module. */
  readonly module: string
  /** The text of its `.d.ts`. */
  readonly types: string
  /** Name of the backend that wrote the code. */
  readonly backend: string
}

const asked: Rules<BuildOptions> = {
  precision: rules.precision,
  target: rules.text,
  weights: rules.object,
  fitted: rules.object,
  over: rules.text,
  path: rules.text,
}

/**
 * Writes the module of a model's predictions, and its types, as texts. RNN509 for what is no model, RNN413 for one that it cannot hold, RNN501 for
 * weights of another model, RNN505 for a model that the target cannot take, RNN515 for weights that are not finite in the precision. A module for the GPU imports `rnnc/gpu` and gpu.js when it is used.
 */
export function buildModule(model: CompiledModel, options: BuildOptions = {}): BuiltModule {
  checkModel('buildModule', model)
  checkOptions(options, asked)
  const { precision = 'f32', target = 'js', weights, fitted } = options
  if (fitted !== undefined) {
    model.checkSizes(fitted.sizes)
    checkLabelled(model.signature, fitted, fitted.sizes)
  }
  const graph = model.predict()
  const network = networkOf(target)
  const stream = network.async ? undefined : streamLayoutOf(model, fitted, options.over)
  const graphs: Graphs = { createNetwork: graph, ...(stream && streamNetworks(stream.graphs)) }
  const layout = {
    ...layoutOf(model, graph, fitted),
    ...sizesOf(Object.values(graphs), model, fitted),
  }
  const { name } = model.signature
  const embedded = weights && embeddedWeights(model, layout, weights, precision, { ...fitted?.sizes })
  const head = headLines(name, layout, network, stream, options)
  return {
    module: moduleText({
      name,
      layout,
      network,
      lines: network.lines(model, graphs, precision),
      precision,
      head,
      ...(stream && { stream }),
      ...(embedded && { weights: embedded }),
    }),
    types: typesText({
      name,
      layout,
      precision,
      embedded: weights !== undefined,
      network,
      ...(stream && { stream }),
    }),
    backend: network.backend,
  }
}

/** Comment at the top of the module: how to use it, and the shapes of its arrays. */
function headLines(
  name: string,
  layout: Layout,
  network: Network,
  stream: StreamLayout | undefined,
  { precision = 'f32', weights, path = './model.mjs' }: BuildOptions,
): string[] {
  const { inputs, outputs, lengths, sizes, free, fixed } = layout
  const given = [...(weights === undefined ? ['weights'] : []), ...(free.length > 0 ? [`{ ${free.join(', ')} }`] : [])]
  const required = sizes.flatMap(s => (s.from === undefined ? [`${s.name}: 1`] : []))
  const names = outputs.map(o => o.name).join(', ')
  const call = `{ ${[...required, ...inputs.map(f => f.name)].join(', ')} }`
  const width = greatest([...inputs, ...outputs, ...lengths].map(f => f.name.length))
  const line = (verb: string, field: { name: string; shape: Layout['outputs'][number]['shape'] }, what = ''): string =>
    `  ${verb}  ${field.name.padEnd(width)}  ${dimsText(field.shape, fixed)}${what}`
  const wait = network.async ? 'await ' : ''
  const [about, ...more] = network.about(precision)
  return [
    `${name}, written by rnnc: ${about}`,
    ...more,
    `  import { create } from '${commentText(path)}'`,
    `  const model = ${wait}create(${given.join(', ')})`,
    `  const { ${names} } = ${wait}model.run(${call})`,
    ...(layout.hasPredict
      ? [`  const answers = ${wait}model.predict(${call})  // in the units and labels of the data`]
      : []),
    ...streamHead(stream),
    '',
    'Arrays are flat and row-major, in these shapes; lists in lists may stand in their place, or a list of one object for each example:',
    ...inputs.map(f => line('takes', f)),
    ...lengths.map(f => line('takes', f, ', the number of valid elements of each example; all by default')),
    ...outputs.map(f => line('gives', f)),
  ]
}

/** Lines that show the stream and the generation of a module that has them. */
function streamHead(stream: StreamLayout | undefined): string[] {
  if (stream === undefined) return []
  const { graphs, start, elements, targets, outputs } = stream
  const listed = (names: readonly string[]): string => (names.length === 0 ? '{}' : `{ ${names.join(', ')} }`)
  const once = start.inputs.map(f => f.name)
  const each = [...elements, ...targets].map(e => e.field.name)
  const given = once.length === 0 ? '' : listed(once)
  return [
    `  const { step } = model.stream(${given})  // over ${graphs.axis}, an element at a time`,
    `  const { ${outputs.map(o => o.name).join(', ')} } = step(${listed(each)})`,
    ...(graphs.generation === undefined
      ? []
      : [
          `  for (const ${listed(targets.map(t => t.field.name))} of model.generate(${listed([...once, ...elements.map(e => e.field.name), 'steps: 100'])})) …`,
        ]),
  ]
}
