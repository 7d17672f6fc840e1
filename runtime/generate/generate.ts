// Generates a sequence element by element, each fed back into the next step: text from a language model, a forecast from its own values.
import type { CompiledModel } from '../../compiler/index.ts'
import { fromArrays, type Nested } from '../data/arrays.ts'
import { checkPart } from '../data/precision.ts'
import { decoder } from '../decodeAnswers.ts'
import type { Weights } from '../session.ts'
import type { Answers, Element } from '../stream/element.ts'
import type { StartOptions } from '../stream/startStream.ts'
import { createRests } from '../work.ts'
import { beamSearch } from './beamSearch.ts'
import { generateRounds } from './generateRounds.ts'
import { type Decoding, type Generator, generatorOf } from './generator.ts'
import { type PrepareOptions, prepare } from './prepare.ts'
import type { Generating, Round } from './rounds.ts'

export interface GenerateOptions extends StartOptions, Decoding {
  /** The axis to go along, where the model has several. */
  readonly over?: string
  /** Inputs of the model: those over the axis are whole sequences. */
  readonly inputs?: Element
  /** The beginning of each target, which is given and not generated: as many elements of each, or the text that they are read from. */
  readonly after?: Readonly<Record<string, Nested>>
}

/**
 * Generates a sequence, and yields the answers of each step as soon as it is chosen, without the label that ends it; with `beam` when the
 * search is over. The values of `after` are not repeated. With `fitted` a label is its text; padding and the tokens of the unknown and of the
 * start are never chosen, and that of the end ends the sequence. The same seed gives the same sequence on one backend. Throws RNN522 where nothing
 * says when to stop, RNN523 for a model that generates nothing, RNN401, RNN408, RNN411, RNN412 and RNN430 for inputs and beginnings that do not fit,
 * RNN509 for options out of range, and the errors of `stream`.
 */
export async function* generate(
  model: CompiledModel,
  weights: Weights,
  options: GenerateOptions = {},
): AsyncGenerator<Answers, void, undefined> {
  const rest = createRests()
  for (const answers of generateNow(model, weights, options)) {
    yield answers
    await rest()
  }
}

/** As `generate`, without pauses for other work. */
export function* generateNow(model: CompiledModel, weights: Weights, options: GenerateOptions = {}): Yields<Answers> {
  const generator = generatorOf(model, options.over)
  const g = begin(generator, weights, options)
  const { step, begins } = generator.signatures
  const outputs = step.outputs.map(port => ({
    name: port.name,
    decode: decoder(step, port, options.fitted),
    begins: begins.get(port.name) ?? 0,
  }))
  for (const { round, t } of roundsOf(g, options)) {
    const { arrays, inner } = g.elementsAt(t)
    const inputs = { ...g.started.lengths, ...arrays }
    const batch = { ...round, sizes: { ...g.started.sizes, ...inner }, inputs, indices: [t] }
    const begun = outputs.filter(o => t >= o.begins)
    yield Object.fromEntries(begun.map(({ name, decode }) => [name, decode(batch, 0)]))
  }
}

/** Yields values, and takes and returns nothing. */
type Yields<T> = globalThis.Generator<T, void, undefined>

/** Reads the inputs and the beginning, and begins. */
function begin(generator: Generator, weights: Weights, options: GenerateOptions): Generating {
  const { inputs = {}, after = {}, fitted, sizes: given, precision = 'f32' } = options
  const { signature } = generator.model
  const read = (names: Readonly<Record<string, Nested>>, ports: typeof signature.inputs, areOpen = false) => {
    const found = fromArrays(
      { ...signature, inputs: ports, targets: [] },
      Object.fromEntries(Object.entries(names).map(([name, value]) => [name, [value]])),
      { count: 1, areOpen, ...(fitted && { fitted }), sizes: { ...fitted?.sizes, ...given } },
    )
    checkPart(ports, found.part, precision)
    return found
  }
  const { part, sizes } = read(inputs, signature.inputs)
  const late = signature.targets.filter(t => generator.names.includes(t.name))
  const beginning = Object.keys(after).length === 0 ? undefined : read(after, late, true).part
  const [first] = late
  const steps = beginning?.ports[first.name].at(0).lengths[0][0] ?? 0
  const values = late.map(({ name }) => [name, beginning?.ports[name].at(0).values ?? []] as const)
  const prepared: PrepareOptions = { ...options, beginning: { steps, values: Object.fromEntries(values) } }
  return prepare(generator, weights, { part, indices: [0], sizes }, prepared)
}

/** Yields the rounds that are not part of the beginning. */
function* roundsOf(g: Generating, options: Decoding): Yields<{ readonly round: Round; readonly t: number }> {
  if (options.beam !== undefined) {
    const { rounds, lengths } = beamSearch(g, options.beam)
    for (let t = g.given; t < lengths[0]; t++) yield { round: rounds[t], t }
    return
  }
  let t = 0
  for (const { ended, ...round } of generateRounds(g, options)) {
    // The label that ends a sequence is not an element of it.
    if (t >= g.given && (ended[0] < 0 || ended[0] > t)) yield { round, t }
    t++
  }
}
