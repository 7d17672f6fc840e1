// Gives the probabilities of the labels of a prediction, each as an output of its own: `kind.rose`.
import type { Port, Signature } from '../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { type Fitted, textsOf } from './data/fitted.ts'
import type { BatchResults } from './decodeAnswers.ts'

/** One label of a prediction: an output without item, and its place among the elements of the distribution. */
export interface LabelPort {
  readonly port: Port
  /** The output that holds the distribution. */
  readonly of: string
  readonly place: number
  /** Number of elements of the distribution; one alone is the probability of label 1. */
  readonly width: number
}

/** Lists the labels of all predictions of classes and tokens, by the names of the data, else by their indices. */
export function labelPorts(signature: Signature, sizes: Sizes, fitted: Fitted | undefined): readonly LabelPort[] {
  return signature.predictions.flatMap(({ target, output }) => {
    const port = signature.outputs.find(o => o.name === output)
    const coded = signature.targets.find(t => t.name === target)?.coding
    if (port === undefined || coded === undefined) return []
    const width = port.item.reduce((n, d) => n * evaluate(d, sizes), 1)
    const encoding = fitted !== undefined && Object.hasOwn(fitted.ports, target) ? fitted.ports[target] : undefined
    const texts = encoding === undefined ? [] : textsOf(encoding)
    return Array.from({ length: Math.max(2, width) }, (_, place) => ({
      port: { ...port, name: `${output}.${texts[place] ?? place}`, item: [] },
      of: output,
      place,
      width,
    }))
  })
}

/** Adds the results of the labels to those of a batch. */
export function withLabels(run: BatchResults, labels: readonly LabelPort[]): BatchResults {
  const results = labels.map(({ port, of, place, width }) => {
    const all = run.results[of]
    const values = Float64Array.from({ length: all.length / width }, (_, i) =>
      width === 1 ? (place === 1 ? all[i] : 1 - all[i]) : all[i * width + place],
    )
    return [port.name, values] as const
  })
  return { ...run, results: { ...run.results, ...Object.fromEntries(results) } }
}
