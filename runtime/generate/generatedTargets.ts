// The targets that a model generates, with the distributions from which their next values are chosen.
import type { Results } from '../../compiler/backend/backend.ts'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { noSpecials, type SpecialLabels } from './specialLabels.ts'

/** A target whose element is chosen at each step, and fed back in the next. */
export interface GeneratedTarget {
  readonly port: Port
  /** Number of values in an element, each of which is chosen separately: 1 for a scalar. */
  readonly places: number
  /** Number of results that the prediction has for each of them. */
  readonly width: number
  /** Number of labels; undefined for a real, whose prediction is itself the value. */
  readonly labels?: number
  readonly special: SpecialLabels
}

/**
 * Lists the targets to generate, with special labels by their names; `signature` is that of a step. Throws RNN523 for one that no `predict` answers, RNN507 where a size is not
 * known.
 */
export function generatedTargets(
  signature: Signature,
  names: readonly string[],
  sizes: Sizes,
  special: Readonly<Record<string, SpecialLabels>>,
): readonly GeneratedTarget[] {
  const sizeOf = ({ axes, item }: Port): number =>
    [...axes.map(a => a.size), ...item].reduce((n, d) => n * evaluate(d, sizes), 1)
  return names.flatMap(name => {
    const port = signature.targets.find(t => t.name === name)
    if (port === undefined) return []
    const output = signature.outputs.find(o => o.name === name)
    if (output === undefined || !signature.predictions.some(p => p.target === name))
      return fail('RNN523', {
        model: signature.name,
        reason: `nothing predicts \`${name}\`, which it reads by \`delay\``,
      })
    const places = sizeOf(port)
    const isBool = port.dtype === 'bool'
    const labels = port.coding === undefined ? (isBool ? 2 : undefined) : evaluate(port.coding.size, sizes)
    const width = sizeOf(output) / places
    // An element that is a sequence itself has the special labels of the text that it holds.
    const own = places === 1 && Object.hasOwn(special, name) ? special[name] : noSpecials
    return [{ port, places, width, ...(labels !== undefined && { labels }), special: own }]
  })
}

/** Gives log p of each label at a place, row after row, from the outputs of a step; -∞ for those that are never chosen. */
export function logDistribution(target: GeneratedTarget, results: Results, place: number): Float64Array {
  const { width, port, special } = target
  const p = results[port.name].subarray(place * width, (place + 1) * width)
  // A single probability is that of label 1.
  const logs = Float64Array.from(width === 1 ? [1 - p[0], p[0]] : p, Math.log)
  for (const label of special.never) logs[label] = Number.NEGATIVE_INFINITY
  return logs
}
