// Writes the text of a built module: the network by the backend, and around it the inputs and outputs by their names.
import type { Precision } from '../../compiler/backend/backend.ts'
import { product } from '../../compiler/ir/dim.ts'
import { textsOf } from '../data/fitted.ts'
import type { Weights } from '../session.ts'
import { base64 } from './base64.ts'
import { encodedEntries, inputEntries, member, sizeCode, sizeLines } from './codeOf.ts'
import { generateText } from './generateText.ts'
import { dimsText, type Field, type Layout, realArray } from './layout.ts'
import { helpersFor } from './moduleHelpers.ts'
import type { Network } from './network.ts'
import { outputsText, plainLayoutText } from './plainText.ts'
import type { StreamLayout } from './streamLayout.ts'
import { streamText } from './streamText.ts'
import { textCode } from './textCode.ts'
import { scaleText, unscaleText } from './units.ts'

export interface ModuleParts {
  readonly name: string
  readonly layout: Layout
  readonly network: Network
  /** The lines that define the networks. */
  readonly lines: readonly string[]
  /** The stream, where the model has one. */
  readonly stream?: StreamLayout
  readonly precision: Precision
  readonly weights?: Weights
  /** The lines of the comment at the top. */
  readonly head: readonly string[]
}

/** Writes the whole module. */
export function moduleText(parts: ModuleParts): string {
  const { layout, weights } = parts
  const real = realArray(parts.precision)
  const own = [
    ...(weights === undefined ? [] : [weightsText(layout, weights, real), '']),
    ...unitsText(parts),
    ...createText(parts, real),
  ].join('\n')
  return [
    ...parts.head.map(line => `// ${line}`.trimEnd()),
    '',
    own,
    '',
    helpersFor(own, ...parts.network.helpers.map(name => `${name}(`)),
    '',
    ...parts.lines,
    '',
  ].join('\n')
}

function weightsText({ parameters, fixed }: Layout, weights: Weights, real: string): string {
  const entries = parameters.map(({ name, shape }) => {
    const text = base64(weights[name])
    return `  // ${dimsText(shape, fixed)}\n  ${JSON.stringify(name)}: () => decode('${text}', ${real}),`
  })
  return ['const parameters = {', ...entries, '}'].join('\n')
}

/** Writes the scalings and the labels, for the ports that have some. */
function unitsText({ layout, stream }: ModuleParts): string[] {
  const given = fieldsOf([
    ...(layout.hasPredict ? layout.inputs : []),
    ...(stream === undefined
      ? []
      : [...stream.start.inputs, ...[...stream.elements, ...stream.targets].map(e => e.field)]),
  ])
  const answered = fieldsOf([
    ...(layout.hasPredict ? layout.answers : []).map(a => a.target),
    ...(stream?.answers ?? []).map(a => a.target),
  ])
  const scaled = given.flatMap(f => chains(f, scaleText))
  const unscaled = answered.flatMap(f => chains(f, unscaleText))
  const labels = fieldsOf([...given, ...answered]).flatMap(({ name, encoding }) =>
    encoding === undefined || encoding.kind === 'numbers' ? [] : [`  ${name}: ${textCode(textsOf(encoding))},`],
  )
  const object = (name: string, comment: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`// ${comment}`, `const ${name} = {`, ...lines, '}', '']
  return [
    ...object('toNetwork', 'Converts each component from the units of the data to the numbers of the network.', scaled),
    ...object('toUnits', 'And back.', unscaled),
    ...object('labels', 'Lists the labels: a class is an index into this list.', labels),
  ]
}

/** Fields by name, each once. */
const fieldsOf = (fields: readonly Field[]): Field[] => [...new Map(fields.map(f => [f.name, f])).values()]

function chains({ name, encoding }: Field, text: typeof scaleText): string[] {
  if (encoding?.kind !== 'numbers') return []
  return [`  ${name}: [${encoding.chains.map(text).join(', ')}],`]
}

function createText({ layout, weights, network, stream, precision }: ModuleParts, real: string): string[] {
  const { fixed, free, parameters } = layout
  const given = [
    ...(weights === undefined ? ['weights'] : []),
    ...(free.length > 0 ? ['given'] : []),
    ...(network.async ? ['options'] : []),
  ]
  const [define, wait] = network.async ? ['async function', 'await '] : ['function', '']
  const entries = [
    ...Object.entries(fixed).map(([name, value]) => `${name}: ${value}`),
    ...free.map(name => `${name}: size('${name}', ${member('given', name, '?.')}, 'sizes.${name}')`),
  ]
  const weightLines =
    weights === undefined
      ? [
          `  const values = weightsIn(weights, ${real}, {`,
          ...parameters.map(p => `    ${JSON.stringify(p.name)}: ${sizeCode(product(p.shape), 'fixed')},`),
          '  })',
        ]
      : [
          '  const values = {',
          ...parameters.map(({ name }) => `    ${JSON.stringify(name)}: parameters[${JSON.stringify(name)}](),`),
          '  }',
        ]
  return [
    `/** Creates a network that is ready to run. Each call creates a new one${weights === undefined ? ', with these weights' : ''}. */`,
    `export ${define} create(${given.join(', ')}) {`,
    `  const network = ${wait}createNetwork(${network.async ? 'options?.gpu' : ''})`,
    `  const fixed = { ${entries.join(', ')} }`.replace('{  }', '{}'),
    ...weightLines,
    '  const weightsOf = network.store(values)',
    '',
    ...runText(layout, real, define, wait),
    ...(layout.hasPredict ? predictText(layout, define, wait) : []),
    ...(stream === undefined
      ? []
      : [...streamText(stream, precision), ...generateText(stream)].map(line => (line === '' ? '' : `  ${line}`))),
    `  return { ${[
      'backend: network.backend',
      ...(network.async ? ['device: network.device'] : []),
      'run',
      ...(layout.hasPredict ? ['predict'] : []),
      ...(stream === undefined ? [] : ['stream']),
      ...(stream?.graphs.generation === undefined ? [] : ['generate']),
      ...(network.async ? ['dispose: network.dispose'] : []),
    ].join(', ')} }`,
    '}',
  ]
}

/** Writes what both `run` and `predict` need, and `run`. */
function runText(layout: Layout, real: string, define: string, wait: string): string[] {
  return [
    ...plainLayoutText(layout),
    `  ${define} compute(inputs) {`,
    '    const sizes = { ...fixed }',
    ...sizeLines(layout).map(line => `    ${line}`),
    `    const results = ${wait}network.run(sizes, {`,
    ...inputEntries(layout, real).map(line => `      ${line}`),
    '      ...weightsOf,',
    '    })',
    `    return [{ ${layout.outputs.map(o => `${o.name}: results.${o.name}.slice()`).join(', ')} }, sizes]`,
    '  }',
    '',
    '  /** In the numbers of the network. */',
    `  ${define} run(inputs) {`,
    '    const given = plain(inputs, layout, [])',
    `    const [results, sizes] = ${wait}compute(given.flat)`,
    `    return given.rows === undefined ? results : asRows(results, ${outputsText(layout, false)}, given, layout.lengths, sizes)`,
    '  }',
    '',
  ]
}

function predictText(layout: Layout, define: string, wait: string): string[] {
  const { inputs, outputs, answers } = layout
  const encoded = encodedEntries(inputs, 'given.flat')
  const texts = inputs.flatMap(f => (f.encoding === undefined || f.encoding.kind === 'numbers' ? [] : [`'${f.name}'`]))
  const decoded = outputs.map(({ name, port }) => {
    const target = answers.find(a => a.output.name === name)?.target
    if (target === undefined) return `${name}: results.${name}`
    const { encoding, codes } = target
    const width = sizeCode(product(port.item), 'fixed')
    const finite = `finite('${name}', results.${name})`
    const decided = codes === undefined ? finite : `decide(${finite}, ${width})`
    if (encoding !== undefined && encoding.kind !== 'numbers')
      return `${name}: ${decided}.map(index => labels.${target.name}[index])`
    return `${name}: ${encoding === undefined ? decided : `finite('${name}', unscale(${decided}, toUnits.${target.name}))`}`
  })
  return [
    '  /** In the units and labels of the data. */',
    `  ${define} predict(inputs) {`,
    `    const given = plain(inputs, layout, [${texts.join(', ')}])`,
    `    const [results, sizes] = ${wait}compute({ ...given.flat${encoded.map(e => `, ${e}`).join('')} })`,
    `    const answers = { ${decoded.join(', ')} }`,
    `    return given.rows === undefined ? answers : asRows(answers, ${outputsText(layout, true)}, given, layout.lengths, sizes)`,
    '  }',
    '',
  ]
}
