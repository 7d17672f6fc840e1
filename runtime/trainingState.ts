// The state of a training: everything that its next steps depend on, in one record that a file can hold.
import type { Buffer } from '../compiler/backend/backend.ts'
import { fail } from '../dsl/diagnostics.ts'
import { copyOf, type Snapshot } from './best.ts'
import { isObject, type Json } from './json.ts'
import type { Tensor } from './safetensors.ts'
import type { LossReport, Measure, Sums } from './session.ts'
import type { EpochReport } from './train.ts'

/**
 * All that changes while a training goes on. Data, the order of examples and random draws are not in it, as they follow from the seed
 * and these numbers. A new field needs its line in `fields`, which the compiler asks for, and is then saved and restored.
 */
export interface TrainingState {
  /** Epoch under way, from 1. */
  epoch: number
  /** Runs of the training graph in this epoch: one for each batch, or with `truncate` for each window of a batch. */
  runs: number
  /** Runs in all epochs, by which random draws are numbered. */
  allRuns: number
  /** Steps of the optimizer. */
  steps: number
  /** Time spent so far, in all parts of a training that was interrupted. */
  seconds: number
  /** The mean loss of the batches that the step under way has had, weighted by their shares. */
  lossOfStep: number
  /** Losses and metrics of the epoch under way. */
  totals: Sums
  /** Rate and norms of the gradients of the epoch under way, where they are watched. */
  watched: Watched
  /** Reports of all epochs that have ended. */
  history: EpochReport[]
  /** The best weights so far, then perhaps those that were the best before. */
  best: readonly [Snapshot, ...Snapshot[]]
  /** Parameters, states of the optimizer, and sums of gradients, by name. */
  values: Readonly<Record<string, Buffer>>
  /** With `truncate`, the values that the next window begins with. */
  carried: Readonly<Record<string, Buffer>>
}

export interface Watched {
  /** Rate of the last step; NaN where it is not known. */
  rate: number
  /** Norm of the gradients of the last step. */
  norm: number
  /** Sum of these norms over the steps of the epoch, and their number. */
  norms: number
  steps: number
}

export const nothingWatched = (): Watched => ({ rate: Number.NaN, norm: Number.NaN, norms: 0, steps: 0 })

/** Copies a state, whose arrays the steps of a training change in place. */
export const copyState = (state: TrainingState): TrainingState => {
  const [best, ...others] = state.best.map(s => ({ ...s, weights: copyOf(s.weights) }))
  return {
    ...state,
    totals: state.totals.map(sums => [...sums]),
    watched: { ...state.watched },
    history: [...state.history],
    best: [best, ...others],
    values: copyOf(state.values),
    carried: copyOf(state.carried),
  }
}

/** A state as a file holds it: arrays by name, and all else as JSON. */
export interface EncodedState {
  readonly numbers: Readonly<Record<string, Json>>
  readonly arrays: ReadonlyMap<string, Tensor>
}

type Arrays = Readonly<Record<string, Buffer>>

/** How a field is saved: as JSON, as arrays, or as both. `read` gives undefined for anything that `write` does not make. */
interface Field<T> {
  write(value: T): { readonly json?: Json; readonly arrays?: Arrays }
  read(json: Json | undefined, arrays: Arrays): T | undefined
}

const number: Field<number> = {
  write: value => ({ json: numberJson(value) }),
  read: numberIn,
}

const arrays: Field<Arrays> = {
  write: value => ({ arrays: value }),
  read: (_, found) => found,
}

type Fields = { readonly [K in keyof TrainingState]: Field<TrainingState[K]> }

const fields: Fields = {
  epoch: number,
  runs: number,
  allRuns: number,
  steps: number,
  seconds: number,
  lossOfStep: number,
  totals: {
    write: value => ({ json: value.map(sums => sums.map(numberJson)) }),
    read: json => listIn(json, numbersIn),
  },
  watched: {
    write: ({ rate, norm, norms, steps }) => ({ json: [rate, norm, norms, steps].map(numberJson) }),
    read: json => {
      const found = numbersIn(json)
      if (found?.length !== 4) return undefined
      const [rate, norm, norms, steps] = found
      return { rate, norm, norms, steps }
    },
  },
  history: {
    write: value => ({ json: value.map(epochJson) }),
    read: json => listIn(json, epochIn),
  },
  best: {
    write: value => ({
      json: value.map(({ epoch, loss }) => [epoch, numberJson(loss)]),
      arrays: Object.fromEntries(
        value.flatMap(({ weights }, i) => Object.entries(weights).map(([name, data]) => [`${i}/${name}`, data])),
      ),
    }),
    read: (json, found) => {
      const of = (i: number): Arrays => startingWith(`${i}/`, found)
      const all = listIn(json, numbersIn)?.map(([epoch, loss], i) => ({ epoch, loss, weights: of(i) }))
      const [first, ...others] = all ?? []
      return first === undefined ? undefined : [first, ...others]
    },
  },
  values: arrays,
  carried: arrays,
}

type Name = keyof TrainingState

const names = Object.keys(fields).filter((name): name is Name => Object.hasOwn(fields, name))

/** Encodes a state, the inverse of `decodeState`. Arrays are not copied. */
export function encodeState(state: TrainingState): EncodedState {
  const written = names.map(name => [name, writeField(name, state)] as const)
  return {
    numbers: Object.fromEntries(written.flatMap(([name, { json }]) => (json === undefined ? [] : [[name, json]]))),
    arrays: new Map(
      written.flatMap(([name, { arrays = {} }]) =>
        Object.entries(arrays).map(([key, data]) => [`${name}/${key}`, { shape: [data.length], data }] as const),
      ),
    ),
  }
}

const fieldOf = <K extends Name>(name: K): Field<TrainingState[K]> => fields[name]

const writeField = <K extends Name>(name: K, state: TrainingState) => fieldOf(name).write(state[name])

/** Reads a state. RNN502 if one of its fields is missing or has another form; `file` is its name for messages. */
export function decodeState({ numbers, arrays }: EncodedState, file: string): TrainingState {
  const found = Object.fromEntries([...arrays].map(([name, { data }]) => [name, data]))
  const read = <K extends Name>(name: K): TrainingState[K] => {
    const value = fieldOf(name).read(numbers[name], startingWith(`${name}/`, found))
    return value ?? fail('RNN502', { file, reason: `the \`${name}\` of its training cannot be read` })
  }
  return {
    epoch: read('epoch'),
    runs: read('runs'),
    allRuns: read('allRuns'),
    steps: read('steps'),
    seconds: read('seconds'),
    lossOfStep: read('lossOfStep'),
    totals: read('totals'),
    watched: read('watched'),
    history: read('history'),
    best: read('best'),
    values: read('values'),
    carried: read('carried'),
  }
}

/** Picks the arrays whose names begin so, under the rest of their names. */
const startingWith = (prefix: string, all: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, data]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data]] : [])),
  )

/** A number as JSON gives it back to the last bit: NaN, the infinities and -0 as text. */
const numberJson = (value: number): Json => {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

function numberIn(json: Json | undefined): number | undefined {
  if (typeof json === 'number') return json
  return json === 'NaN' || json === 'Infinity' || json === '-Infinity' || json === '-0' ? Number(json) : undefined
}

const numbersIn = (json: Json | undefined): number[] | undefined => listIn(json, numberIn)

function listIn<T>(json: Json | undefined, read: (item: Json) => T | undefined): T[] | undefined {
  if (!Array.isArray(json)) return undefined
  const items = json.map(read)
  return items.every(item => item !== undefined) ? items : undefined
}

const measureJson = (value: Measure): Json => (typeof value === 'number' ? numberJson(value) : value.map(measureJson))

const measureIn = (json: Json): Measure | undefined => (Array.isArray(json) ? listIn(json, measureIn) : numberIn(json))

const reportJson = (report: LossReport): Json =>
  Object.fromEntries(Object.entries(report).map(([name, value]) => [name, measureJson(value)]))

function reportIn(json: Json | undefined): LossReport | undefined {
  if (!isObject(json)) return undefined
  const loss = numberIn(json.loss)
  const found = Object.entries(json).flatMap(([name, value]) => {
    const read = measureIn(value)
    return read === undefined ? [] : [[name, read] as const]
  })
  if (loss === undefined || found.length < Object.keys(json).length) return undefined
  return { ...Object.fromEntries(found), loss }
}

const epochJson = ({ epoch, training, validation, rate, gradientNorm }: EpochReport): Json => ({
  epoch,
  training: reportJson(training),
  ...(validation && { validation: reportJson(validation) }),
  ...(rate !== undefined && { rate: numberJson(rate) }),
  ...(gradientNorm !== undefined && { gradientNorm: numberJson(gradientNorm) }),
})

function epochIn(json: Json): EpochReport | undefined {
  if (!isObject(json)) return undefined
  const [epoch, training] = [numberIn(json.epoch), reportIn(json.training)]
  const validation = json.validation === undefined ? undefined : reportIn(json.validation)
  const [rate, gradientNorm] = [numberIn(json.rate), numberIn(json.gradientNorm)]
  if (epoch === undefined || training === undefined) return undefined
  return {
    ...{ epoch, training },
    ...(validation && { validation }),
    ...(rate !== undefined && { rate }),
    ...(gradientNorm !== undefined && { gradientNorm }),
  }
}
