// Turns numbers of a network back into the units and labels of the data, for a program that runs the graphs itself.
import { fail } from '../../dsl/diagnostics.ts'
import { isList } from '../data/arrays.ts'
import { type Fitted, inverse as inverseOf, textsIn } from '../data/fitted.ts'
import { isObject } from '../json.ts'
import { checkArgument, type Rule } from './options.ts'

const ofTraining: Rule = {
  expected: 'what a training has `fitted`',
  holds: given => isObject(given) && isObject(given.ports),
}

const numbers: Rule = {
  expected: 'a flat list of numbers',
  holds: given => isList(given) && Array.from<unknown>(given).every(value => typeof value === 'number'),
}

/**
 * Gives predictions for a target in the units of the data file: scalings are undone, indices become labels.
 * `values` is flat, the item's components innermost. A name that was never fitted keeps its values. Throws RNN412 for a number that is no
 * index of a label or token.
 */
export function inverse(fitted: Fitted, port: string, values: ArrayLike<number>): (number | string)[] {
  checkArgument('inverse', ofTraining, fitted)
  checkArgument('inverse', numbers, values)
  const texts = textsIn(fitted, port)
  if (texts === undefined) return inverseOf(fitted, port, values)
  const isCode = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < texts.length
  const wrong = Array.from(values).findIndex(value => !isCode(value))
  if (wrong >= 0) {
    const type = `${fitted.ports[port].kind === 'classes' ? 'class' : 'token'} of ${texts.length}`
    fail('RNN412', { value: values[wrong], type, name: port, place: `, value ${wrong + 1}`, last: texts.length - 1 })
  }
  return inverseOf(fitted, port, values)
}
