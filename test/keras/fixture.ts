// Fixtures of Keras and our programs for them: what each is given, by our names and in our layout.
import type { Buffer } from '../../compiler/backend/backend.ts'
import { type CompiledModel, compile } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { type KerasWeight, weightsFromKeras } from './layout.ts'

export interface Fixture {
  readonly inputs: { shape: number[]; data: number[] }
  readonly targets: { shape: number[]; data: number[] } | null
  readonly weights: KerasWeight[]
  readonly outputs: { data: number[] } | { data: number[] }[]
  readonly loss_value?: number
  readonly gradients?: KerasWeight[]
  readonly steps?: number[]
  readonly weights_after?: KerasWeight[]
}

/** A fixture, our parts in the order of Keras' layers, and which side Keras padded with zeros. */
export interface FixtureEntry {
  readonly name: string
  readonly parts: readonly string[]
  readonly padded?: 'pre' | 'post'
  readonly sparse?: string
}

export const fixtures: readonly FixtureEntry[] = [
  { name: 'simple_rnn_sequences', parts: ['rnn'] },
  { name: 'simple_rnn_relu_last', parts: ['rnn', 'head'] },
  { name: 'simple_rnn_sigmoid_last', parts: ['rnn', 'head'] },
  { name: 'time_series_two_simple_rnns', parts: ['first', 'second'] },
  { name: 'lstm_sequences', parts: ['rnn', 'head'] },
  { name: 'lstm_states', parts: ['rnn'] },
  { name: 'gru_reset_after', parts: ['rnn'] },
  { name: 'gru_reset_before', parts: ['rnn'] },
  { name: 'imdb_stack', parts: ['embed', 'first', 'second', 'head'], sparse: 'embed.E' },
  { name: 'embedding_mask_pre', parts: ['embed', 'rnn', 'head'], padded: 'pre' },
  { name: 'embedding_mask_post', parts: ['embed', 'rnn', 'head'], padded: 'post' },
  { name: 'bidirectional_lstm_concat', parts: ['both.f', 'both.b', 'head'] },
  { name: 'bidirectional_gru_sequences', parts: ['both.f', 'both.b'] },
  { name: 'clip_global_norm', parts: ['rnn'] },
  { name: 'clip_value', parts: ['rnn'] },
]

/** A program of ours with what it is given, in 64 bits. */
export interface Opened {
  readonly model: CompiledModel
  readonly sizes: Sizes
  readonly batch: Readonly<Record<string, Buffer>>
  readonly weights: Readonly<Record<string, Buffer>>
}

export function openFixture({ name, parts, padded }: FixtureEntry, fixture: Fixture, source: string): Opened {
  const model = compile(source, { file: `${name}.rnn` })
  const [B, T] = fixture.inputs.shape
  const vocabulary = fixture.weights[0].shape[0]
  const sizes: Sizes = { B, T, ...(model.freeDims.includes('V') ? { V: vocabulary } : {}) }
  const lengths = Int32Array.from({ length: B }, () => T)
  let tokens = fixture.inputs.data
  if (padded !== undefined) {
    // Index 0 is Keras' padding: we state lengths, and put the elements first.
    tokens = Array.from({ length: B }, (_, b) => fixture.inputs.data.slice(b * T, (b + 1) * T)).flatMap((row, b) => {
      const valid = row.filter(v => v !== 0)
      lengths[b] = valid.length
      return [...valid, ...row.filter(v => v === 0)]
    })
  }
  const [input] = model.signature.inputs
  const [target] = model.signature.targets
  const batch: Record<string, Buffer> = {
    [input.name]: input.dtype === 'int' ? Int32Array.from(tokens) : Float64Array.from(tokens),
    'T.lengths': lengths,
  }
  if (target !== undefined && fixture.targets !== null) {
    const data = targetData(fixture.targets.data, fixture.targets.shape, target.coding !== undefined)
    batch[target.name] = target.dtype === 'int' ? Int32Array.from(data) : Float64Array.from(data)
  }
  const weights = Object.entries(weightsFromKeras(fixture.weights, parts))
  return {
    model,
    sizes,
    batch,
    weights: Object.fromEntries(weights.map(([key, data]) => [key, Float64Array.from(data)])),
  }
}

/** A class of a one-hot target, or the target itself. */
function targetData(data: readonly number[], shape: readonly number[], classes: boolean): number[] {
  const width = shape[shape.length - 1]
  const oneHot = classes && width > 1 && data.every(v => v === 0 || v === 1) && data.length > width
  if (!oneHot) return [...data]
  return Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width).indexOf(1))
}
