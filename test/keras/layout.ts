// Keras' layout and ours, in one place: a kernel [in, gates·units] there is one matrix [units, in] for each gate here.
// Gate orders: LSTM i, f, c, o; GRU z, r, h. A GRU that resets after the product has two biases, [2, 3·units].

export interface KerasWeight {
  readonly path: string
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

const gates: Readonly<Record<string, readonly string[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['z', 'r', 'n'],
  simple_rnn: [''],
}

/** The transpose of columns [from, from + width) of a matrix. */
function columns(w: KerasWeight, from: number, width: number): number[] {
  const [rows, all] = w.shape
  return Array.from({ length: width * rows }, (_, i) => w.data[(i % rows) * all + from + Math.floor(i / rows)])
}

const named = (letter: string, gate: string): string => (gate === '' ? letter : `${letter}_${gate}`)

/** One Keras weight as ours, by our names, below the part's path. */
export function fromKeras(w: KerasWeight, part: string): Record<string, number[]> {
  const file = w.path.split('/')
  const kind = file[file.length - 1]
  if (kind === 'embeddings') return { [`${part}.E`]: [...w.data] }
  const cell = Object.keys(gates).find(name => file.some(f => f === `${name}_cell`))
  if (cell === undefined) {
    return kind === 'kernel' ? { [`${part}.W`]: columns(w, 0, w.shape[1]) } : { [`${part}.b`]: [...w.data] }
  }
  const list = gates[cell]
  const units = w.shape[w.shape.length - 1] / list.length
  const entries = list.flatMap((gate, i): [string, number[]][] => {
    if (kind === 'kernel') return [[named('W', gate), columns(w, i * units, units)]]
    if (kind === 'recurrent_kernel') return [[named('U', gate), columns(w, i * units, units)]]
    const row = (start: number): number[] => w.data.slice(start + i * units, start + (i + 1) * units)
    if (w.shape.length === 1) return [[named('b', gate), row(0)]]
    return [
      [named('b', gate), row(0)],
      [named('c', gate), row(w.shape[1])],
    ]
  })
  return Object.fromEntries(entries.map(([name, data]) => [`${part}.${name}`, data]))
}

/** All weights of a fixture. `parts` are our paths in the order of Keras' layers (each direction of a bidirectional one is a layer). */
export function weightsFromKeras(weights: readonly KerasWeight[], parts: readonly string[]): Record<string, number[]> {
  const layerOf = (w: KerasWeight): string => w.path.split('/').slice(0, -1).join('/')
  const layers = [...new Set(weights.map(layerOf))]
  if (layers.length !== parts.length) throw new Error(`${layers.length} layers for ${parts.length} parts`)
  return Object.assign({}, ...weights.map(w => fromKeras(w, parts[layers.indexOf(layerOf(w))])))
}
