// Writes the types of a built module, for TypeScript.
import type { Precision } from '../../compiler/backend/backend.ts'
import { known } from '../data/bindSizes.ts'
import { interfaceText, type Member } from './interfaceText.ts'
import { type Field, type Layout, realArray, shapeText } from './layout.ts'
import { hasPredict } from './module.ts'
import type { Network } from './network.ts'
import type { StreamLayout } from './streamLayout.ts'
import { streamTypes } from './streamTypes.ts'

/** Writes the text of the `.d.ts`. */
export function typesText(
  name: string,
  layout: Layout,
  precision: Precision,
  embedded: boolean,
  network: Pick<Network, 'async'>,
  stream?: StreamLayout,
): string {
  const { inputs, outputs, parameters, free, fixed } = layout
  const real = realArray(precision)
  const shaped = ({ shape }: Field, more = ''): string => `${shapeText(shape, fixed)}${more}`
  const given = [
    ...(embedded ? [] : ['weights: Weights']),
    ...(free.length > 0 ? [`sizes: { ${free.map(s => `readonly ${s}: number`).join('; ')} }`] : []),
    ...(network.async ? ['options?: Options'] : []),
  ]
  const later = (type: string): string => (network.async ? `Promise<${type}>` : type)
  return [
    `// The types of ${name}, written by rnnc. Arrays are flat and row-major.`,
    '',
    ...interfaceText('Inputs', 'What `run` takes, in the numbers of the network.', [
      ...sizeFields(layout),
      ...inputs.map(f => [shaped(f, limits(f, fixed)), `readonly ${f.name}: ${inputType(f)}`] as const),
      ...lengthFields(layout),
    ]),
    ...interfaceText('Outputs', 'What `run` gives; past the length of an example there are zeros.', [
      ...outputs.map(f => [shaped(f), `readonly ${f.name}: ${f.port.dtype === 'real' ? real : 'Int32Array'}`] as const),
    ]),
    ...(hasPredict(layout) ? predictTypes(layout, real) : []),
    ...(embedded
      ? []
      : interfaceText('Weights', 'The parameters, by path.', [
          ...parameters.map(
            p => [shapeText(p.shape, fixed), `readonly ${JSON.stringify(p.name)}: ArrayLike<number>`] as const,
          ),
        ])),
    ...(stream === undefined ? [] : streamTypes(stream, fixed)),
    ...interfaceText('Model', 'A network that is ready to run.', [
      ['What runs it.', 'readonly backend: string'],
      ...(network.async ? [['The device that it runs on.', 'readonly device: string'] as const] : []),
      ['In the numbers of the network.', `run(inputs: Inputs): ${later('Outputs')}`],
      ...(hasPredict(layout)
        ? [['In the units and labels of the data.', `predict(inputs: DataInputs): ${later('Answers')}`] as const]
        : []),
      ...(stream === undefined
        ? []
        : [[`Begins a stream over ${stream.graphs.axis}.`, 'stream(inputs?: StreamInputs): Stream'] as const]),
      ...(stream?.graphs.generation === undefined
        ? []
        : [
            [
              'Generates a sequence, an element of each target at a time.',
              'generate(options?: GenerateOptions): Generator<Generated, void, undefined>',
            ] as const,
          ]),
      ...(network.async ? [['Frees the device.', 'dispose(): void'] as const] : []),
    ]),
    ...(network.async
      ? interfaceText('Options', 'Where it runs.', [
          ["A `GPU` of WebGPU; if it is left out the browser's, by WebGPU or else by WebGL2.", 'readonly gpu?: object'],
        ])
      : []),
    '/** Each call makes a network of its own. */',
    `export function create(${given.join(', ')}): ${later('Model')}`,
    '',
  ].join('\n')
}

function predictTypes(layout: Layout, real: string): string[] {
  const { inputs, outputs, answers, fixed } = layout
  return [
    ...interfaceText('DataInputs', 'What `predict` takes, as it stands in the data.', [
      ...sizeFields(layout),
      ...inputs.map((f): Member => {
        const texts = textType(f)
        const type = texts === undefined ? inputType(f) : `readonly (number | ${texts})[]`
        return [shapeText(f.shape, fixed), `readonly ${f.name}: ${type}`]
      }),
      ...lengthFields(layout),
    ]),
    ...interfaceText('Answers', 'What `predict` gives; past the length of an example it means nothing.', [
      ...outputs.map((f): Member => {
        const target = answers.find(a => a.output.name === f.name)?.target
        const item = target?.codes === undefined ? 0 : f.port.item.length
        const shape = shapeText(f.shape.slice(0, f.shape.length - item), fixed)
        return [shape, `readonly ${f.name}: ${answerType(f, target, real)}`]
      }),
    ]),
  ]
}

function answerType(output: Field, target: Field | undefined, real: string): string {
  const texts = target && textType(target)
  if (texts !== undefined) return `(${texts})[]`
  if (target?.codes !== undefined) return 'number[]'
  if (target?.encoding !== undefined) return 'Float64Array'
  return output.port.dtype === 'real' ? real : 'Int32Array'
}

/** Type of the texts of a field; a vocabulary may be too long to list. */
function textType({ encoding }: Field): string | undefined {
  if (encoding?.kind === 'tokens') return 'string'
  return encoding?.kind === 'classes' ? union(encoding.labels) : undefined
}

const union = (labels: readonly string[]): string => labels.map(label => JSON.stringify(label)).join(' | ') || 'never'

const inputType = ({ port }: Field): string =>
  port.dtype === 'bool' ? 'ArrayLike<number | boolean>' : 'ArrayLike<number>'

function limits({ codes, port }: Field, fixed: Layout['fixed']): string {
  if (codes !== undefined)
    return `, whole numbers below ${known(codes, fixed) ?? shapeText([codes], fixed).slice(1, -1)}`
  return port.dtype === 'int' ? ', whole numbers' : ''
}

const sizeFields = ({ sizes, seed }: Layout): Member[] => [
  ...sizes.map(({ symbol, name, from }, i): Member => {
    const what = i === 0 && symbol.startsWith('B') ? 'How many examples' : `The extent of ${symbol}`
    return from === undefined
      ? [`${what}.`, `readonly ${name}: number`]
      : [`${what}; the length of \`${from.input}\` tells it if it is left out.`, `readonly ${name}?: number`]
  }),
  ...(seed === undefined ? [] : [['Of the draws; 0 if it is left out.', `readonly ${seed}?: number`] as const]),
]

const lengthFields = ({ lengths, fixed }: Layout): Member[] =>
  lengths.map(({ name, shape, most }) => [
    `${shapeText(shape, fixed)}: how many elements along ${shapeText([most], fixed).slice(1, -1)} are valid, of each example; all of them if it is left out.`,
    `readonly ${name}?: ArrayLike<number>`,
  ])
