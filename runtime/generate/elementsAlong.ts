// The inputs that go along with a generated sequence: packed as a whole, and cut into the elements of each step.
import type { Precision } from '../../compiler/backend/backend.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import type { Part } from '../data/example.ts'
import { pack } from '../packBatch.ts'
import type { Packed } from '../stream/startStream.ts'
import type { Generator } from './generator.ts'

export interface Along {
  /** Gives the elements at step t of each row; the same arrays where it is asked again. */
  readonly elementsAt: (t: number) => Packed
  /** Number of elements of each row; undefined if no input goes along. */
  readonly lengths?: ArrayLike<number>
}

/** Packs the inputs over the generated axis for the examples at `indices`, a row each. */
export function elementsAlong(
  { model, signatures }: Generator,
  part: Part,
  indices: ArrayLike<number>,
  given: Sizes,
  precision: Precision,
): Along {
  const names = new Set(signatures.step.inputs.map(p => p.name))
  const ports = model.signature.inputs.filter(p => names.has(p.name))
  if (ports.length === 0) return { elementsAt: () => ({ arrays: {}, inner: {} }) }
  const { inputs, sizes } = pack(ports, part, indices, given, precision)
  const [axis] = ports[0].axes
  const [rows, length] = [indices.length, evaluate(axis.size, sizes)]
  const { [`${axis.name}.lengths`]: lengths, ...along } = inputs
  const cutAt = (t: number): Packed => ({
    arrays: Object.fromEntries(Object.entries(along).map(([name, data]) => [name, elementOf(data, rows, length, t)])),
    inner: sizes,
  })
  let last: { readonly t: number; readonly packed: Packed } | undefined
  return {
    // The network takes the elements of a step, and then its answers are decoded by the lengths among them.
    elementsAt: t => {
      if (t !== last?.t) last = { t, packed: cutAt(t) }
      return last.packed
    },
    lengths: lengths ?? new Int32Array(rows).fill(length),
  }
}

/** Takes element t of each row of an array [rows, length, …]; the last one behind the end, where nothing reads it. */
function elementOf<A extends Float32Array | Float64Array | Int32Array>(
  data: A,
  rows: number,
  length: number,
  t: number,
): A
function elementOf(data: Float32Array | Float64Array | Int32Array, rows: number, length: number, t: number) {
  const width = data.length / (rows * length)
  const element = data.slice(0, rows * width)
  for (let row = 0; row < rows; row++) {
    const from = (row * length + Math.min(t, length - 1)) * width
    element.set(data.subarray(from, from + width), row * width)
  }
  return element
}
