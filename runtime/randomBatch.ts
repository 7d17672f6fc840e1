// Draws a random batch that fits a model, for gradient checks without data.
import type { Port, Signature } from '../compiler/elaborate/values/signature.ts'
import type { CompiledModel } from '../compiler/index.ts'
import { evaluate, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { RnnError } from '../dsl/diagnostics.ts'
import { Examples, type ExampleValue, type Part } from './data/example.ts'
import { type Batch, pack } from './packBatch.ts'
import { normal, type Random, random } from './random.ts'

/** Number of examples where `B` is not given. */
const examples = 3
/** Longest length of a ragged axis, and the first of the other sizes, where they are not given. */
const longest = 5
const firstSize = 4

/** Chooses every size that is neither B nor given: one length for ragged axes, and a different number for each other, to tell them apart. */
export function randomSizes({ inputs, targets, parameters }: Signature, given: Sizes = {}): Sizes {
  const ports = [...inputs, ...targets]
  const lengths = ports.flatMap(p => p.axes.flatMap(a => (a.ragged ? symbolsOf(a.size) : [])))
  const dims = [
    ...ports.flatMap(p => [...p.item, ...(p.coding ? [p.coding.size] : []), ...p.axes.map(a => a.size)]),
    ...parameters.flatMap(p => p.shape),
  ]
  const sizes: Record<string, number> = { B: examples, ...given }
  let next = firstSize
  for (const symbol of dims.flatMap(symbolsOf)) {
    if (Object.hasOwn(sizes, symbol)) continue
    if (lengths.includes(symbol)) sizes[symbol] = longest
    else sizes[symbol] = next++
  }
  return sizes
}

/** Greatest size that is tried for a free name. */
const greatest = 16

/**
 * As `randomSizes`, but where the model does not pass its checks, gives free names the least sizes with which it does. Throws the errors
 * of `checkSizes` where there are none.
 */
export function fittingSizes(model: CompiledModel, given: Sizes = {}): Sizes {
  const mistakes = (sizes: Sizes): number => {
    try {
      model.checkSizes(sizes)
      return 0
    } catch (error) {
      if (error instanceof RnnError) return error.diagnostics.length
      throw error
    }
  }
  let sizes = randomSizes(model.signature, given)
  let left = mistakes(sizes)
  for (const name of model.freeDims) {
    for (let size = 1; left > 0 && size <= greatest && !Object.hasOwn(given, name); size++) {
      const other = { ...sizes, [name]: size }
      const wrong = mistakes(other)
      if (wrong < left) [sizes, left] = [other, wrong]
    }
  }
  model.checkSizes(sizes)
  return sizes
}

/**
 * Draws random values for all inputs and targets: reals are standard normal, codes and bools lie in their ranges. Along a ragged axis
 * the first example is full, the second has one element, the others a random number. `sizes` is that of `randomSizes`.
 */
export function randomBatch(signature: Signature, sizes: Sizes, seed: number): Batch {
  const { part, known } = randomPart(signature, sizes, seed)
  const indices = Array.from({ length: part.count }, (_, b) => b)
  return pack([...signature.inputs, ...signature.targets], part, indices, known, 'f64')
}

/** Draws the examples of `randomBatch`, and gives the sizes that cannot be read from them. */
export function randomPart({ inputs, targets }: Signature, sizes: Sizes, seed: number): { part: Part; known: Sizes } {
  const ports = [...inputs, ...targets]
  const draw = random(seed, 'batch')
  const ragged = new Set(ports.flatMap(p => p.axes.flatMap(a => (a.ragged ? symbolsOf(a.size) : []))))
  const known = Object.fromEntries(Object.entries(sizes).filter(([name]) => name !== 'B' && !ragged.has(name)))
  const lists: Record<string, ExampleValue[]> = Object.fromEntries(ports.map(p => [p.name, []]))
  for (let b = 0; b < sizes.B; b++) {
    const lengths = new Map<string, number[]>()
    for (const port of ports) lists[port.name].push(randomExample(port, sizes, b, lengths, draw))
  }
  return {
    part: { count: sizes.B, ports: Object.fromEntries(ports.map(p => [p.name, Examples.of(lists[p.name])])) },
    known,
  }
}

/** Draws one example; `lengths` holds those that other ports of it have drawn already. */
function randomExample(
  port: Port,
  sizes: Sizes,
  b: number,
  lengths: Map<string, number[]>,
  draw: Random,
): ExampleValue {
  let count = 1
  const own = port.axes.map(({ name, size, ragged }) => {
    const full = evaluate(size, sizes)
    const drawn = lengths.get(name) ?? Array.from({ length: count }, () => (ragged ? lengthOf(b, full, draw) : full))
    lengths.set(name, drawn)
    count = drawn.reduce((sum, n) => sum + n, 0)
    return drawn
  })
  const width = port.item.reduce((n, dim) => n * evaluate(dim, sizes), 1)
  return { values: Float64Array.from({ length: count * width }, () => drawValue(port, sizes, draw)), lengths: own }
}

function lengthOf(b: number, full: number, draw: Random): number {
  if (b === 0) return full
  return b === 1 ? Math.min(1, full) : Math.floor(draw() * full) + 1
}

function drawValue({ dtype, coding, bound }: Port, sizes: Sizes, draw: Random): number {
  if (coding !== undefined) return Math.floor(draw() * evaluate(coding.size, sizes))
  if (bound !== undefined) {
    const labels = evaluate(bound.labels, sizes)
    return dtype === 'real' ? draw() * (labels - 1) : Math.floor(draw() * labels)
  }
  if (dtype === 'real') return normal(draw)
  return Math.floor(draw() * (dtype === 'bool' ? 2 : longest))
}
