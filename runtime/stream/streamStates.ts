// The states of a stream: arrays by name whose first dimension is the rows, changed in place from step to step.
import type { Buffer } from '../../compiler/backend/backend.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { describeLeaf, isList } from '../data/arrays.ts'
import { isObject } from '../json.ts'

/** Arrays by the name of an input, an output or a state, row-major. */
export type Arrays = Readonly<Record<string, Buffer>>

/** Name of the state that counts the elements that each row has had. */
export const positionState = '@position'

export const copiesOf = (arrays: Arrays): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, data.slice()]))

/** Copies one row, or all, from some states to others of the same names. */
export function copyRows(from: Arrays, to: Arrays, rows: number, row?: number): void {
  for (const name of Object.keys(to)) {
    const width = to[name].length / rows
    const [first, end] = row === undefined ? [0, to[name].length] : [row * width, (row + 1) * width]
    to[name].set(from[name].subarray(first, end), first)
  }
}

/** Puts the row `parents[i]` of an array into row i; `inner` is the number of values behind each row, `outer` that of the blocks of rows. */
export function permuteRows(data: Buffer, parents: ArrayLike<number>, outer: number): void {
  const old = data.slice()
  const rows = parents.length
  const inner = data.length / (outer * rows)
  for (let o = 0; o < outer; o++) {
    for (let row = 0; row < rows; row++) {
      const from = (o * rows + parents[row]) * inner
      data.set(old.subarray(from, from + inner), (o * rows + row) * inner)
    }
  }
}

/** Overwrites states by others. Throws RNN509 for what are no states, RNN520 where they are not of the same names and sizes, or have NaN. */
export function restoreStates(model: string, states: Arrays, from: Arrays): void {
  const refuse = (found: string): never =>
    fail('RNN509', { what: 'restore', expected: 'typed arrays by name, as `states` gives them', found })
  if (!isObject(from)) refuse(isList(from) ? 'a list' : describeLeaf(from))
  const other = Object.entries(from).find(([, data]) => !isState(data))
  if (other !== undefined) refuse(`${isList(other[1]) ? 'a list' : describeLeaf(other[1])} for \`${other[0]}\``)
  const differences = differencesOf(states, from)
  if (differences !== undefined) fail('RNN520', { model, differences })
  copyRows(from, states, 1)
}

function differencesOf(states: Arrays, from: Arrays): string | undefined {
  const missing = Object.keys(states).find(name => !Object.hasOwn(from, name))
  if (missing !== undefined) return `there is no state \`${missing}\``
  const extra = Object.keys(from).find(name => !Object.hasOwn(states, name))
  if (extra !== undefined) return `there is no place for \`${extra}\``
  const other = Object.keys(states).find(name => from[name].length !== states[name].length)
  if (other !== undefined) return `\`${other}\` has ${from[other].length} numbers, not ${states[other].length}`
  const wrong = Object.keys(from).find(name => from[name].some(Number.isNaN))
  return wrong && `\`${wrong}\` has NaN`
}

const isState = (data: unknown): boolean =>
  data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array
