// Streams: a model that gets its sequence an element at a time, and answers at once.

import type { Buffer, Results } from '../../compiler/backend/backend.ts'
import type { CompiledModel, Signature } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { describeLeaf, fromArrays, type Nested } from '../data/arrays.ts'
import { checkPart } from '../data/precision.ts'
import { type Answer, type BatchResults, decoder } from '../decodeAnswers.ts'
import { type Batch, pack } from '../packBatch.ts'
import type { Weights } from '../session.ts'
import { plainElements } from './plainElements.ts'
import {
  allOf,
  type Columns,
  checkNotOver,
  packElements,
  type Started,
  type StartOptions,
  startStream,
} from './startStream.ts'
import { type StepSignature, stepSignature } from './stepSignature.ts'
import { type Arrays, copiesOf, copyRows, positionState, restoreStates } from './streamStates.ts'

/** One element of the axis for each input over it, by the name of the input; a label for a class or token that has labels. */
export type Element = Readonly<Record<string, Nested>>

/** The answer of each output, by its name. An output over a shortened axis is missing until that axis begins. */
export type Answers = Readonly<Record<string, Answer>>

/** A list with an element for each row; a row that gets none stays as it is. */
export type Elements = readonly (Element | undefined)[]

export interface StreamOptions extends StartOptions {
  /** The axis to go along, where the model has several. */
  readonly over?: string
  /** Number of streams side by side; that of `constants`, or 1, if left out. */
  readonly rows?: number
  /** Inputs that are not over the axis, the same for all streams; or a list of them, for as many streams side by side. */
  readonly constants?: Element | readonly Element[]
}

/** A stream under way: one sequence, or several side by side. */
export interface Stream {
  /** Name of the backend that runs it. */
  readonly backend: string
  /** Name of the axis that it goes along. */
  readonly axis: string
  /**
   * Takes one element of the sequence and answers as the model answers on all elements so far. Throws RNN401 if an input is missing, RNN411
   * for another shape, RNN408 and RNN412 for an unknown label or token, RNN417 for a number too large, RNN509 for another number of rows, RNN512 for an answer that is not
   * finite, RNN521 at the end of an axis of fixed length.
   */
  step(element: Element): Answers
  /** As above for each row; a row that gets nothing answers nothing. */
  step(elements: Elements): (Answers | undefined)[]
  /** Copies of the states by name, row-major with the rows first; `@position` counts the elements so far. */
  readonly states: Readonly<Record<string, Buffer>>
  /** Goes on from states that `states` gave before, also in another stream of this model. Throws RNN520 for those of another model, RNN509 for what are no states. */
  restore(states: Readonly<Record<string, Buffer>>): void
  /** Begins again, in one row or in all. Throws RNN509 for a row that there is not. */
  reset(row?: number): void
}

/**
 * Begins a stream of a trained model: `step` gives at each element what `predict` would give on the sequence up to there. `weights` are
 * row-major in their declared shapes. Throws RNN331 if an output needs later elements, RNN334 if the model has no such axis or state,
 * RNN401, RNN411 and RNN412 for the constants, RNN509 for another number of rows, RNN507 for a size that is not known, RNN515 for weights that are not finite.
 */
export function stream(model: CompiledModel, weights: Weights, options: StreamOptions = {}): Stream {
  const graphs = model.stream(options.over)
  const signatures = stepSignature(model.signature, graphs)
  const list = constantsOf(options)
  const rows = list.length
  const started = startStream(model, graphs, weights, packConstants(signatures.start, list, options), options)
  const { run } = started
  return {
    backend: run.backend,
    axis: graphs.axis,
    step: stepOf(started, signatures, rows),
    get states() {
      return copiesOf(run.states)
    },
    restore: (states: Arrays) => restoreStates(model.signature.name, run.states, states),
    reset: row => {
      if (row !== undefined && !(Number.isInteger(row) && row >= 0 && row < rows))
        fail('RNN509', { what: 'reset', expected: `a row from 0 to ${rows - 1}`, found: describeLeaf(row) })
      run.reset(row)
    },
  }
}

/** Makes the function that takes a step of all rows. */
function stepOf(started: Started, signatures: StepSignature, rows: number): Stream['step'] {
  const { run, fitted } = started
  const { step, begins } = signatures
  const readPlain = plainElements(step.inputs, { ...started, rows })
  const outputs = step.outputs.map(port => ({
    name: port.name,
    decode: decoder(step, port, fitted),
    begins: begins.get(port.name) ?? 0,
  }))
  const answersAt = (row: number, batch: BatchResults): Answers => {
    const seen = run.states[positionState][row]
    const answers: Record<string, Answer> = {}
    for (const o of outputs) if (seen > o.begins) answers[o.name] = o.decode(batch, row)
    return answers
  }
  const batchOf = (results: Results, sizes: Sizes, inputs: Arrays): BatchResults => ({
    results,
    sizes,
    inputs,
    indices: run.states[positionState].map(n => n - 1),
  })
  /** Undefined where not all rows have plain elements. */
  const stepPlain = (elements: Elements): Answers[] | undefined => {
    const arrays = elements.length === rows ? readPlain(elements) : undefined
    if (arrays === undefined) return undefined
    checkNotOver(started, elements.keys())
    const batch = batchOf(run.step(arrays), started.sizes, arrays)
    return elements.map((_, row) => answersAt(row, batch))
  }
  const stepAll = (elements: Elements): (Answers | undefined)[] => {
    checkCount(elements.length, rows)
    const some = elements.find(e => e !== undefined)
    if (some === undefined) return elements.map(() => undefined)
    const going = elements.flatMap((e, row) => (e === undefined ? [] : [row]))
    checkNotOver(started, going)
    const { arrays, inner } = packElements(
      started,
      signatures,
      columnsOf(elements.map(e => (e === undefined ? some : e))),
    )
    const before = going.length < rows ? copiesOf(run.states) : undefined
    const batch = batchOf(run.step(arrays, inner), { ...started.sizes, ...inner }, arrays)
    return elements.map((e, row) => {
      if (e !== undefined) return answersAt(row, batch)
      // A row that pauses stays as it was.
      if (before !== undefined) copyRows(before, run.states, rows, row)
      return undefined
    })
  }
  function stepEither(element: Element): Answers
  function stepEither(elements: Elements): (Answers | undefined)[]
  function stepEither(given: Element | Elements): Answers | (Answers | undefined)[] {
    const answers = stepPlain(isList(given) ? given : [given])
    if (isList(given)) return answers ?? stepAll(given)
    if (answers !== undefined) return answers[0]
    columnsOf([given])
    return stepAll([given])[0] ?? {}
  }
  return stepEither
}

/** Most rows of a stream: each has an object in every step. */
const mostRows = 2 ** 20

/** Lists the constants of each row. RNN509 for no rows, and for another number of constants than of rows. */
function constantsOf({ constants = {}, rows }: StreamOptions): readonly Element[] {
  const count = rows ?? (isList(constants) ? constants.length : 1)
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= mostRows)) {
    const what = rows === undefined ? 'constants' : 'rows'
    fail('RNN509', { what, expected: `a number of rows from 1 to ${mostRows}`, found: String(count) })
  }
  if (!isList(constants)) return Array.from({ length: count }, () => constants)
  if (constants.length !== count) {
    const [expected, found] = [count, constants.length].map(n => `${counted(n, 'element')}, one a row`)
    fail('RNN509', { what: 'constants', expected, found })
  }
  return constants
}

/** Packs the constants of each row, by the signature of the start of a stream. */
function packConstants(
  signature: Signature,
  rows: readonly Element[],
  { fitted, sizes, precision = 'f32' }: StreamOptions,
): Batch {
  const read = fromArrays(signature, columnsOf(rows, 'constants'), {
    count: rows.length,
    ...(fitted && { fitted }),
    ...(sizes && { sizes }),
  })
  checkPart(signature.inputs, read.part, precision)
  return pack(signature.inputs, read.part, allOf(rows.length), read.sizes, precision)
}

/** RNN509 unless there is an element for each row. */
function checkCount(elements: number, rows: number): void {
  if (elements === rows) return
  const [expected, found] = [rows, elements].map(n => `${counted(n, 'element')}, one a row`)
  fail('RNN509', { what: 'step', expected, found })
}

const isList = <T>(given: Element | readonly T[]): given is readonly T[] => Array.isArray(given)

/** Turns rows of named values into columns. Throws RNN401 where a row lacks what another has. */
export function columnsOf(rows: readonly Element[], what = 'step'): Columns {
  for (const row of rows) {
    if (typeof row !== 'object' || row === null)
      fail('RNN509', { what, expected: 'an object of values by name', found: describeLeaf(row) })
  }
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const given = (row: Element, name: string, i: number): Nested =>
    Object.hasOwn(row, name)
      ? row[name]
      : fail('RNN401', { kind: 'input', input: name }, { help: `give \`${name}\` in row ${i} too` })
  return Object.fromEntries(names.map(name => [name, rows.map((row, i) => given(row, name, i))]))
}
