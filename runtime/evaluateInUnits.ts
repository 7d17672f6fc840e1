// Computes metrics in the units of the data: by the same formulas, from predictions and data whose scaling is undone.
import type { AnyBackend, Results } from '../compiler/backend/backend.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { array } from '../compiler/ir/array.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { interpret } from '../compiler/ir/interpret.ts'
import { targetOf, type UnitsGraphs } from '../compiler/measuresInUnits.ts'
import type { Part } from './data/example.ts'
import { type Fitted, inverse } from './data/fitted.ts'
import { loadWithin, type Run } from './memoryBudget.ts'
import { largestSizes } from './packBatch.ts'
import { finishRunsAsync, type Running } from './running.ts'
import { gatheredBy, type Report, type RunOptions, runBatches, using, type Weights } from './session.ts'

export interface UnitsOptions extends RunOptions {
  readonly backend: AnyBackend
  readonly fitted: Fitted
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
}

/** Data to evaluate a model on. */
interface Evaluated {
  readonly model: CompiledModel
  readonly part: Part
  readonly sizes: Sizes
  readonly weights: Weights
}

/**
 * Gives the metrics whose formulas read predictions, targets and inputs alone, of which one is scaled in the data; undefined if there is
 * none. RNN507 where a size is not known, RNN514 where a device fails, RNN519 where it takes more memory than available.
 */
export async function evaluateInUnits(evaluated: Evaluated, options: UnitsOptions): Promise<Report | undefined> {
  const { model, part, sizes } = evaluated
  const { backend, precision, batch, fitted, memory, signal } = options
  const graphs = model.inUnits(scaledPorts(fitted))
  if (graphs === undefined) return undefined
  const ports = [...model.signature.inputs, ...model.signature.targets]
  const run: Run = {
    model,
    doing: 'evaluating',
    sizes: largestSizes(ports, part, batch, sizes),
    precision,
    smaller: 'reduce `batch`',
    memory,
  }
  return using(loadWithin(run, model.context, graphs.predicted, backend), executable =>
    finishRunsAsync(
      (function* (): Running<Report> {
        const totals = gatheredBy(model.context, graphs.report, sizes)
        const examined = { ports, part, sizes }
        for (const { ran, ...given } of runBatches(executable, evaluated.weights, examined, options))
          totals.add(partsOf(model, graphs, given, yield ran, fitted))
        return totals.report()
      })(),
      signal,
    ),
  )
}

/** Inputs and targets whose numbers are others than in the data. */
const scaledPorts = ({ ports }: Fitted): ReadonlySet<string> =>
  new Set(
    Object.entries(ports).flatMap(([name, encoding]) =>
      encoding.kind === 'numbers' && encoding.chains.some(chain => chain.length > 0) ? [name] : [],
    ),
  )

/** Computes what a batch gives, by the interpreter: in 64 bits, as numbers of the data may be large. */
function partsOf(
  { context }: CompiledModel,
  { parts }: UnitsGraphs,
  { sizes, inputs }: { readonly sizes: Sizes; readonly inputs: Results },
  predicted: Results,
  fitted: Fitted,
): Record<string, Float64Array> {
  const args = parts.params.map(({ shape, dtype }, i) => {
    const name = parts.inputs[i]
    const port = targetOf(name) ?? name
    const values = targetOf(name) === undefined ? inputs[name] : predicted[name]
    const given = dtype === 'real' ? inverse(fitted, port, values).map(Number) : values
    return array(
      shape.map(d => evaluate(d, sizes)),
      given,
    )
  })
  const results = interpret(context, parts, args, sizes)
  return Object.fromEntries(parts.outputs.map((name, i) => [name, results[i].data]))
}
