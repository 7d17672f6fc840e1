// Streams: a model that gets its sequence an element at a time, and answers at once.
import type { Buffer } from '../../compiler/backend/backend.ts'
import type { CompiledModel, Signature } from '../../compiler/index.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { describeLeaf, fromArrays } from '../data/arrays.ts'
import { checkPart } from '../data/precision.ts'
import { type Batch, pack } from '../packBatch.ts'
import type { Weights } from '../session.ts'
import type { Answers, Element, Elements } from './element.ts'
import { allOf, type StartOptions, startStream } from './startStream.ts'
import { stepSignature } from './stepSignature.ts'
import { type Arrays, copiesOf, restoreStates } from './streamStates.ts'
import { columnsOf, stepTaker } from './takeStep.ts'

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
   * Takes one element of the sequence and answers as the model answers on all elements so far. Throws RNN401 if an input is missing, RNN106
   * for a name that is none, RNN411 for another shape, RNN408 and RNN412 for an unknown label or token, RNN417 for a number too large, RNN424
   * for one that a scaling makes infinite or NaN, RNN509 for another number of rows, RNN512 for an answer that is not finite, RNN521 at the end
   * of an axis of fixed length. A step that throws leaves all states as they were.
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
    step: stepTaker(started, signatures),
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

/** Most rows of a stream: each has an object in every step. */
const mostRows = 2 ** 20

/** Lists the constants of each row. RNN509 for no rows, and for another number of constants than of rows. */
function constantsOf({ constants = {}, rows }: StreamOptions): readonly Element[] {
  const count = rows ?? (isRows(constants) ? constants.length : 1)
  if (!(Number.isSafeInteger(count) && count >= 1 && count <= mostRows)) {
    const what = rows === undefined ? 'constants' : 'rows'
    fail('RNN509', { what, expected: `a number of rows from 1 to ${mostRows}`, found: String(count) })
  }
  if (!isRows(constants)) return Array.from({ length: count }, () => constants)
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
  checkConstants(signature, rows)
  const read = fromArrays(signature, columnsOf('constants', rows), {
    count: rows.length,
    ...(fitted && { fitted }),
    ...(sizes && { sizes }),
  })
  checkPart(signature.inputs, read.part, precision)
  return pack(signature.inputs, read.part, allOf(rows.length), read.sizes, precision)
}

/** RNN401 where constants are missing. */
function checkConstants({ inputs }: Signature, rows: readonly Element[]): void {
  const missing = inputs.find(({ name }) => !rows.some(row => Object.hasOwn(Object(row), name)))
  if (missing === undefined) return
  const { name } = missing
  fail('RNN401', { kind: 'input', input: name }, { help: `give it once, to the stream: \`constants: { ${name}: … }\`` })
}

const isRows = (given: Element | readonly Element[]): given is readonly Element[] => Array.isArray(given)
