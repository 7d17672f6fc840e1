// Writes the types of the stream of a built module.
import { product, type Sizes } from '../../compiler/ir/dim.ts'
import { known } from '../data/bindSizes.ts'
import { interfaceText, type Member } from './interfaceText.ts'
import { dimsText, type Field } from './layout.ts'
import type { StreamLayout } from './streamLayout.ts'
import { textType, valueType } from './textType.ts'

/** Writes what a stream takes and gives, and what `generate` does. */
export function streamTypes(layout: StreamLayout, fixed: Sizes): string[] {
  const { graphs, start, elements, targets, outputs, answers } = layout
  const values = (field: Field): string => {
    const one = field.port.dtype === 'bool' ? 'number | boolean' : valueType(field)
    const isOne = known(product(field.shape.slice(1)), fixed) === 1
    return `${isOne ? `${one} | ` : ''}ArrayLike<${one}>`
  }
  const member = (field: Field): Member => [dimsText(field.shape, fixed), `readonly ${field.name}: ${values(field)}`]
  const answer = (field: Field): Member => {
    const target = answers.find(a => a.output.name === field.name)?.target
    const isLabel = target?.codes !== undefined
    const type = isLabel ? `readonly (${textType(target) ?? 'number'})[]` : 'ArrayLike<number>'
    return [
      isLabel ? 'The likeliest label of each row.' : dimsText(field.shape, fixed),
      `readonly ${field.name}: ${type}`,
    ]
  }
  const optional = (name: string, type: string, about: string): Member => [about, `readonly ${name}?: ${type}`]
  const constants = [
    ...start.sizes.map(s =>
      s.from === undefined
        ? ([`The extent of ${s.symbol}.`, `readonly ${s.name}: number`] as const)
        : optional(s.name, 'number', `The extent of ${s.symbol}; an input tells it if it is left out.`),
    ),
    ...start.inputs.map(member),
    ...start.lengths.map(l =>
      optional(l.name, 'ArrayLike<number>', 'The number of valid elements of each row; all if it is left out.'),
    ),
  ]
  return [
    ...interfaceText('StreamInputs', 'What a stream is given once.', [
      optional('rows', 'number', 'Number of sequences side by side; 1 if it is left out.'),
      ...constants,
    ]),
    ...interfaceText(
      'StreamElement',
      `An element of ${graphs.axis} for each row.`,
      [...elements, ...targets].map(e => member(e.field)),
    ),
    ...interfaceText('StreamAnswers', 'What the network gives on the elements so far.', outputs.map(answer)),
    ...interfaceText('Stream', 'A stream: arrays that it gives are overwritten by the next step.', [
      ['Takes an element of each row.', 'step(element: StreamElement): StreamAnswers'],
      [
        'Copies of the states, by name.',
        'readonly states: Readonly<Record<string, Float32Array | Float64Array | Int32Array>>',
      ],
      [
        'Goes on from states that were copied before.',
        'restore(states: Readonly<Record<string, ArrayLike<number>>>): void',
      ],
      ['Begins again, in one row or in all.', 'reset(row?: number): void'],
    ]),
    ...(graphs.generation === undefined ? [] : generateTypes(layout, constants)),
  ]
}

function generateTypes({ targets, elements }: StreamLayout, constants: readonly Member[]): string[] {
  const fields = targets.map(t => t.field)
  const after = fields.map(f => {
    const text = f.encoding?.kind === 'tokens' ? 'string | ' : ''
    return `readonly ${f.name}?: ${text}readonly (${valueType(f)})[]`
  })
  const element = (f: Field): string => textType(f) ?? 'number'
  const isOne = (f: Field): boolean => f.port.item.length === 0 && f.port.axes.length <= 1
  return [
    ...interfaceText('GenerateOptions', 'The inputs of the network, and how elements are chosen.', [
      ...constants,
      ...elements.map(
        ({ field }): Member => ['The whole sequence.', `readonly ${field.name}: ArrayLike<${valueType(field)}>`],
      ),
      ['The beginning of each target, which is given.', `readonly after?: { ${after.join('; ')} }`],
      ['Number of elements at most; 1000 if it is left out.', 'readonly steps?: number'],
      ['Draws labels; below 1 likely ones become likelier.', 'readonly temperature?: number'],
      ['Draws only from so many of the likeliest labels.', 'readonly topK?: number'],
      ['Draws only from the likeliest labels that together have this probability.', 'readonly topP?: number'],
      ['Seed of the draws; 0 if it is left out.', 'readonly seed?: number'],
    ]),
    ...interfaceText(
      'Generated',
      'An element of each target.',
      fields.map(
        (f): Member => [
          'As it stands in the data.',
          `readonly ${f.name}: ${isOne(f) ? element(f) : `readonly (${element(f)})[]`}`,
        ],
      ),
    ),
  ]
}

/** Whether a stream must be given something as it begins. */
export const streamIsGiven = ({ start }: StreamLayout): boolean =>
  start.inputs.length > 0 || start.sizes.some(s => s.from === undefined)

/** Whether `generate` must be given something. */
export const generateIsGiven = (layout: StreamLayout): boolean => streamIsGiven(layout) || layout.elements.length > 0
