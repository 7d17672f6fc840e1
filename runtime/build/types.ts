// Writes the types of a built module, for TypeScript.
import type { Precision } from '../../compiler/backend/backend.ts'
import { known } from '../data/bindSizes.ts'
import { interfaceText, type Member } from './interfaceText.ts'
import { dimsText, type Field, type Layout, realArray } from './layout.ts'
import type { Network } from './network.ts'
import type { StreamLayout } from './streamLayout.ts'
import { generateIsGiven, streamIsGiven, streamTypes } from './streamTypes.ts'
import { textType } from './textType.ts'

/** A module whose types are written. */
export interface TypedModule {
  readonly name: string
  readonly layout: Layout
  readonly precision: Precision
  /** Whether the weights are in the module. */
  readonly embedded: boolean
  readonly network: Pick<Network, 'async'>
  readonly stream?: StreamLayout
}

/** Writes the text of the `.d.ts`. */
export function typesText(module: TypedModule): string {
  const { name, layout, precision, embedded, network, stream } = module
  const { fixed } = layout
  return [
    `// The types of ${name}, written by rnnc. Arrays are flat and row-major.`,
    '',
    ...runTypes(layout, realArray(precision)),
    ...(layout.hasPredict ? predictTypes(layout, realArray(precision)) : []),
    ...(embedded ? [] : weightTypes(layout)),
    ...(stream === undefined ? [] : streamTypes(stream, fixed)),
    ...modelTypes(module),
    ...(network.async
      ? interfaceText('Options', 'Where it runs.', [
          ["A `GPU` of WebGPU; by default the browser's, through WebGPU or else WebGL2.", 'readonly gpu?: object'],
        ])
      : []),
    ...createTypes(module),
    '',
  ].join('\n')
}

function createTypes({ layout: { free }, embedded, network }: TypedModule): string[] {
  const create = (parameters: string, sizes: readonly string[]): string => {
    const given = [...(embedded ? [] : ['weights: Weights']), ...sizes, ...(network.async ? ['options?: Options'] : [])]
    return `export function create${parameters}(${given.join(', ')}): ${laterOf(network, 'Model')}`
  }
  const about = '/** Creates a network; each call creates a new one. */'
  if (free.length === 0) return [about, create('', [])]
  return [
    ...interfaceText(
      'Sizes',
      'Sizes that no training has bound.',
      free.map((s): Member => [`The size of ${s}.`, `readonly ${s}: number`]),
    ),
    about,
    create('', ['sizes: Sizes']),
    '/** As above, with the `sizes` of a weights file. */',
    create('<S extends { readonly [size: string]: number }>', ['sizes: string extends keyof S ? S : never']),
  ]
}

/** The type of a result, which a device gives later. */
const laterOf = ({ async }: Pick<Network, 'async'>, type: string): string => (async ? `Promise<${type}>` : type)

function runTypes(layout: Layout, real: string): string[] {
  const { inputs, outputs, fixed } = layout
  const shaped = ({ shape }: Field, more = ''): string => `${dimsText(shape, fixed)}${more}`
  return [
    ...interfaceText('Inputs', 'The inputs of `run`, in the numbers of the network.', [
      ...sizeFields(layout),
      ...inputs.map(
        f =>
          [shaped(f, limits(f, fixed)), `readonly ${f.name}: ${inputType(f)} | ${nested(f.shape, leafOf(f))}`] as const,
      ),
      ...lengthFields(layout),
    ]),
    ...interfaceText('InputRow', 'One example of the inputs of `run`.', [
      ...inputs.map(f => [`${shaped(f)}, without the examples`, rowMember(f, leafOf(f))] as const),
    ]),
    ...interfaceText('Outputs', 'The results of `run`; elements past the length of an example are 0.', [
      ...outputs.map(f => [shaped(f), `readonly ${f.name}: ${f.port.dtype === 'real' ? real : 'Int32Array'}`] as const),
    ]),
    ...interfaceText('OutputRow', 'The result of `run` for one example.', [
      ...outputs.map(
        f =>
          [
            `${shaped(f)}, without the examples`,
            `readonly ${f.name}: number${'[]'.repeat(f.shape.length - 1)}`,
          ] as const,
      ),
    ]),
  ]
}

/** A list in lists for each of these dims: of one example, with its item innermost. */
const nested = (dims: readonly unknown[], leaf: string): string =>
  dims.reduce<string>(inner => `Iterable<${inner}>`, leaf)

const rowMember = (f: Field, leaf: string): string => `readonly ${f.name}: ${nested(f.shape.slice(1), leaf)}`

const leafOf = ({ port }: Field): string => (port.dtype === 'bool' ? 'number | boolean' : 'number')

const weightTypes = ({ parameters, fixed }: Layout): string[] =>
  interfaceText('Weights', 'The parameters, by path.', [
    ...parameters.map(
      p => [dimsText(p.shape, fixed), `readonly ${JSON.stringify(p.name)}: ArrayLike<number>`] as const,
    ),
  ])

function modelTypes({ layout, network, stream }: TypedModule): string[] {
  const members: Member[] = [['The backend that runs it.', 'readonly backend: string']]
  if (network.async) members.push(['The device that it runs on.', 'readonly device: string'])
  members.push(['In the numbers of the network.', `run(inputs: Inputs): ${laterOf(network, 'Outputs')}`])
  members.push([
    'As `run`, of one object for each example.',
    `run(rows: Iterable<InputRow>): ${laterOf(network, 'OutputRow[]')}`,
  ])
  if (layout.hasPredict)
    members.push([
      'In the units and labels of the data.',
      `predict(inputs: DataInputs): ${laterOf(network, 'Answers')}`,
    ])
  if (layout.hasPredict)
    members.push([
      'As `predict`, of one object for each example.',
      `predict(rows: Iterable<DataRow>): ${laterOf(network, 'AnswerRow[]')}`,
    ])
  if (stream !== undefined)
    members.push([
      `Begins a stream over ${stream.graphs.axis}.`,
      `stream(inputs${streamIsGiven(stream) ? '' : '?'}: StreamInputs): Stream`,
    ])
  if (stream?.graphs.generation !== undefined)
    members.push([
      'Generates a sequence, an element of each target at a time.',
      `generate(options${generateIsGiven(stream) ? '' : '?'}: GenerateOptions): Generator<Generated, void, undefined>`,
    ])
  if (network.async) members.push(['Frees the device.', 'dispose(): void'])
  return interfaceText('Model', 'A network that is ready to run.', members)
}

function predictTypes(layout: Layout, real: string): string[] {
  const { inputs, outputs, answers, fixed } = layout
  return [
    ...interfaceText('DataInputs', 'The inputs of `predict`, as they are in the data.', [
      ...sizeFields(layout),
      ...inputs.map((f): Member => {
        const texts = textType(f)
        const type = texts === undefined ? inputType(f) : `readonly (number | ${texts})[]`
        return [dimsText(f.shape, fixed), `readonly ${f.name}: ${type} | ${nested(f.shape, dataLeaf(f))}`]
      }),
      ...lengthFields(layout),
    ]),
    ...interfaceText(
      'DataRow',
      'One example of the inputs of `predict`.',
      inputs.map((f): Member => [`${dimsText(f.shape, fixed)}, without the examples`, rowMember(f, dataLeaf(f))]),
    ),
    ...interfaceText('Answers', 'The results of `predict`; elements past the length of an example have no meaning.', [
      ...outputs.map((f): Member => {
        const target = answers.find(a => a.output.name === f.name)?.target
        const item = target?.codes === undefined ? 0 : f.port.item.length
        const shape = dimsText(f.shape.slice(0, f.shape.length - item), fixed)
        return [shape, `readonly ${f.name}: ${answerType(f, target, real)}`]
      }),
    ]),
    ...interfaceText(
      'AnswerRow',
      'The answer of `predict` for one example.',
      outputs.map((f): Member => {
        const target = answers.find(a => a.output.name === f.name)?.target
        const rank = f.shape.length - 1 - (target?.codes === undefined ? 0 : f.port.item.length)
        const leaf = (target && textType(target)) ?? 'number'
        return [
          'As it stands in the data.',
          `readonly ${f.name}: ${rank === 0 ? leaf : `(${leaf})${'[]'.repeat(rank)}`}`,
        ]
      }),
    ),
  ]
}

const dataLeaf = (f: Field): string => {
  const texts = textType(f)
  return texts === undefined ? leafOf(f) : `number | ${texts}`
}

function answerType(output: Field, target: Field | undefined, real: string): string {
  const texts = target && textType(target)
  if (texts !== undefined) return `(${texts})[]`
  if (target?.codes !== undefined) return 'number[]'
  if (target?.encoding !== undefined) return 'Float64Array'
  return output.port.dtype === 'real' ? real : 'Int32Array'
}

const inputType = ({ port }: Field): string =>
  port.dtype === 'bool' ? 'ArrayLike<number | boolean>' : 'ArrayLike<number>'

function limits({ codes, port }: Field, fixed: Layout['fixed']): string {
  if (codes !== undefined)
    return `, whole numbers below ${known(codes, fixed) ?? dimsText([codes], fixed).slice(1, -1)}`
  return port.dtype === 'int' ? ', whole numbers' : ''
}

const sizeFields = ({ sizes, seed }: Layout): Member[] => [
  ...sizes.map(({ symbol, name, from }, i): Member => {
    const what = i === 0 && symbol.startsWith('B') ? 'The number of examples' : `The size of ${symbol}`
    return from === undefined
      ? [`${what}.`, `readonly ${name}: number`]
      : [`${what}; by default computed from the length of \`${from.input}\`.`, `readonly ${name}?: number`]
  }),
  ...(seed === undefined ? [] : [['The seed of random numbers; 0 by default.', `readonly ${seed}?: number`] as const]),
]

const lengthFields = ({ lengths, fixed }: Layout): Member[] =>
  lengths.map(({ name, shape, most }) => [
    `${dimsText(shape, fixed)}: the number of valid elements along ${dimsText([most], fixed).slice(1, -1)} in each example; all by default.`,
    `readonly ${name}?: ArrayLike<number>`,
  ])
