// Checks the state that a training is to go on from, which a program may give for another training, or in another form.
import type { Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, TrainingGraph } from '../compiler/index.ts'
import { evaluate, product, type Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { isObject } from './json.ts'
import { noSums, type Weights } from './session.ts'
import { copyState, type TrainingState } from './trainingState.ts'

/** A training that is to go on. */
interface Continued {
  readonly model: CompiledModel
  readonly training: TrainingGraph
  readonly sizes: Sizes
  readonly precision: Precision
}

/**
 * Copies a state for a training to go on from. RNN509 for what is no state, RNN525 for one of another model, optimizer or precision. Other
 * data, settings and seeds leave no trace in a state.
 */
export function stateFor(continued: Continued, state: TrainingState): TrainingState {
  const wrong = fieldNames.find(name => !forms[name](isObject(state) ? Reflect.get(state, name) : undefined))
  if (wrong !== undefined) {
    const found = `one whose \`${wrong}\` cannot be read`
    fail('RNN509', { what: 'from', expected: 'the state of a training, as `checkpoint` saves it', found })
  }
  const differences = differencesOf(continued, state)
  if (differences.length > 0) {
    const help = 'give the same program, data and options as before; without `from` training begins anew'
    fail('RNN525', { file: 'from', differences: differences.slice(0, 4).join('; ') }, { help })
  }
  return copyState(state)
}

function differencesOf({ model, training, sizes, precision }: Continued, state: TrainingState): string[] {
  const { parameters } = model.signature
  const real = precision === 'f32' ? Float32Array : Float64Array
  const kept = training.states.map(s => ({ ...s, type: s.dtype === 'real' ? real : Int32Array }))
  const all = [...parameters.map(p => ({ ...p, type: real })), ...kept]
  const lengths = new Map(all.map(({ name, shape }) => [name, evaluate(product(shape), sizes)]))
  const own = new Map([...lengths].filter(([name]) => parameters.some(p => p.name === name)))
  const isOther = all.some(({ name, type }) => {
    const data = state.values[name]
    return data !== undefined && !(data instanceof type)
  })
  return [
    ...differingLengths(lengths, state.values),
    ...state.best.flatMap(({ weights }) => differingLengths(own, weights).slice(0, 1)),
    ...(isOther ? [`its precision is not ${precision}`] : []),
    ...(state.totals.length === noSums(model).length ? [] : ['its program has other losses or metrics']),
  ]
}

function differingLengths(lengths: ReadonlyMap<string, number>, found: Weights): string[] {
  const extra = Object.keys(found).filter(name => !lengths.has(name))
  const others = [...lengths].flatMap(([name, length]) => {
    if (!Object.hasOwn(found, name)) return [`it lacks \`${name}\``]
    const there = found[name].length
    return there === length ? [] : [`its \`${name}\` has ${there} numbers, not ${length}`]
  })
  return [...others, ...extra.map(name => `it has \`${name}\`, which this training lacks`)]
}

const isNumber = (value: unknown): boolean => typeof value === 'number'

const isArrays = (value: unknown): boolean => isObject(value) && Object.values(value).every(ArrayBuffer.isView)

const isListOf = (value: unknown, holds: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(holds)

/** Tells for each field of a state whether a value has its form. */
const forms: { readonly [K in keyof TrainingState]: (value: unknown) => boolean } = {
  epoch: isNumber,
  runs: isNumber,
  allRuns: isNumber,
  steps: isNumber,
  seconds: isNumber,
  lossOfStep: isNumber,
  totals: value => isListOf(value, sums => isListOf(sums, isNumber)),
  watched: isObject,
  history: value => isListOf(value, isObject),
  best: value =>
    Array.isArray(value) && value.length > 0 && isListOf(value, one => isObject(one) && isArrays(one.weights)),
  values: isArrays,
  carried: isArrays,
}

const fieldNames = Object.keys(forms).filter((name): name is keyof TrainingState => Object.hasOwn(forms, name))
