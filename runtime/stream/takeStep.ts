// Takes the steps of a stream: reads the elements of its rows, and decodes its answers.
import type { Sizes } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { describeLeaf, isList, type Nested } from '../data/arrays.ts'
import { type Answer, type BatchResults, decoder } from '../decodeAnswers.ts'
import type { Answers, Element, Elements, TakeStep } from './element.ts'
import { plainElements } from './plainElements.ts'
import { type Columns, checkNotOver, graphNames, packElements, type Started } from './startStream.ts'
import type { StepSignature } from './stepSignature.ts'
import { type Arrays, copiesOf, copyRows, positionState } from './streamStates.ts'

/** Makes the function that takes a step of all rows; where it throws, all states are as they were before. */
export function stepTaker(started: Started, signatures: StepSignature): TakeStep {
  const { run } = started
  const { rows } = run
  const readPlain = plainElements(signatures.step.inputs, { ...started, rows, nameOf: graphNames(started) })
  const answersAt = answering(started, signatures)
  const all = Array.from({ length: rows }, (_, row) => row)
  const before = copiesOf(run.states)
  const take = <T>(arrays: Arrays, inner: Sizes, answer: (batch: BatchResults) => T): T => {
    for (const name in before) before[name].set(run.states[name])
    try {
      const results = run.step(arrays, inner)
      const inputs = { ...started.lengths, ...arrays }
      return answer({
        results,
        sizes: inner === none ? started.sizes : { ...started.sizes, ...inner },
        inputs,
        indices: all,
      })
    } catch (error) {
      for (const name in before) run.states[name].set(before[name])
      throw error
    }
  }
  /** Undefined where not all rows have plain elements. */
  const takePlain = (elements: Elements): Answers[] | undefined => {
    const arrays = elements.length === rows ? readPlain(elements) : undefined
    if (arrays === undefined) return undefined
    checkNotOver(started, all)
    return take(arrays, none, batch => all.map(row => answersAt(row, batch)))
  }
  const takeAny = (elements: Elements): (Answers | undefined)[] => {
    checkCount(elements.length, rows)
    const going = all.filter(row => elements[row] !== undefined)
    if (going.length === 0) return all.map(() => undefined)
    checkNotOver(started, going)
    const columns = columnsOf('step', elements, going)
    checkNames(signatures, columns)
    const { arrays, inner } = packElements(started, signatures, columns, going)
    return take(arrays, inner, batch =>
      all.map(row => {
        if (elements[row] !== undefined) return answersAt(row, batch)
        // A row that pauses stays as it was.
        copyRows(before, run.states, rows, row)
        return undefined
      }),
    )
  }
  function takeEither(element: Element): Answers
  function takeEither(elements: Elements): (Answers | undefined)[]
  function takeEither(given: Element | Elements): Answers | (Answers | undefined)[] {
    if (isRows(given)) return takePlain(given) ?? takeAny(given)
    const [answers] = takePlain([given]) ?? []
    if (answers !== undefined) return answers
    columnsOf('step', [given])
    return takeAny([given])[0] ?? {}
  }
  return takeEither
}

/** Sizes of elements without axes of their own. */
const none: Sizes = {}

/** Makes what decodes the answers of a row. An output over a shortened axis has none before that begins. */
function answering(
  { run, fitted }: Started,
  { step, begins }: StepSignature,
): (row: number, batch: BatchResults) => Answers {
  const outputs = step.outputs.map(port => ({
    name: port.name,
    decode: decoder(step, port, fitted),
    begins: begins.get(port.name) ?? 0,
  }))
  return (row, batch) => {
    const seen = run.states[positionState][row]
    const answers: Record<string, Answer> = {}
    for (const o of outputs) if (seen > o.begins) answers[o.name] = o.decode(batch, row)
    return answers
  }
}

const isRows = (given: Element | Elements): given is Elements => Array.isArray(given)

/** RNN509 unless there is an element for each row. */
function checkCount(elements: number, rows: number): void {
  if (elements === rows) return
  const [expected, found] = [rows, elements].map(n => `${counted(n, 'element')}, one a row`)
  fail('RNN509', { what: 'step', expected, found })
}

/** RNN106 for an input that is not over the axis of the stream. */
function checkNames({ start }: StepSignature, columns: Columns): void {
  const once = start.inputs.find(({ name }) => Object.hasOwn(columns, name))
  if (once === undefined) return
  const { name } = once
  fail('RNN106', { name }, { help: `\`${name}\` is given once, to the stream: \`constants: { ${name}: … }\`` })
}

/**
 * Turns rows of named values into columns, of all rows or of `going`. Throws RNN509 for what is no object, RNN401 where a row lacks what
 * another has.
 */
export function columnsOf(
  what: 'step' | 'constants',
  rows: readonly (Element | undefined)[],
  going: readonly number[] = [...rows.keys()],
): Columns {
  const all = going.map(place => {
    const row = rows[place]
    if (typeof row !== 'object' || row === null || isList(row)) {
      const found = isList(row) ? 'a list' : describeLeaf(row)
      return fail('RNN509', { what, expected: 'an object of values by name', found })
    }
    return { row, place }
  })
  const names = [...new Set(all.flatMap(({ row }) => Object.keys(row)))]
  const given = (row: Element, name: string, place: number): Nested =>
    Object.hasOwn(row, name)
      ? row[name]
      : fail('RNN401', { kind: 'input', input: name }, { help: `give \`${name}\` in example ${place + 1} too` })
  return Object.fromEntries(names.map(name => [name, all.map(({ row, place }) => given(row, name, place))]))
}
