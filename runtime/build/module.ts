// Writes the text of a built module: the network by the backend, and around it the inputs and outputs by their names.
import type { Precision } from '../../compiler/backend/backend.ts'
import { atomCode, type Dim, format, product } from '../../compiler/ir/dim.ts'
import { textsOf } from '../data/fitted.ts'
import type { Weights } from '../session.ts'
import { base64 } from './base64.ts'
import { type Field, type Layout, realArray, shapeText } from './layout.ts'
import { helpersFor } from './moduleHelpers.ts'
import type { Network } from './network.ts'
import { scaleText, unscaleText } from './units.ts'

export interface ModuleParts {
  readonly name: string
  readonly layout: Layout
  readonly network: Network
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
    ...unitsText(layout),
    ...createText(parts, real),
  ].join('\n')
  return [
    ...parts.head.map(line => `// ${line}`.trimEnd()),
    '',
    own,
    '',
    helpersFor(own),
    '',
    ...parts.network.lines,
    '',
  ].join('\n')
}

function weightsText({ parameters, fixed }: Layout, weights: Weights, real: string): string {
  const entries = parameters.map(({ name, shape }) => {
    const text = base64(weights[name])
    return `  // ${shapeText(shape, fixed)}\n  ${JSON.stringify(name)}: () => decode('${text}', ${real}),`
  })
  return ['const parameters = {', ...entries, '}'].join('\n')
}

/** Writes the scalings and the labels, for the ports that have some. */
function unitsText(layout: Layout): string[] {
  const { answers } = layout
  if (!hasPredict(layout)) return []
  const scaled = layout.inputs.flatMap(f => chains(f, scaleText))
  const unscaled = answers.flatMap(({ target }) => chains(target, unscaleText))
  const labels = [...layout.inputs, ...answers.map(a => a.target)].flatMap(({ name, encoding }) =>
    encoding === undefined || encoding.kind === 'numbers' ? [] : [`  ${name}: ${JSON.stringify(textsOf(encoding))},`],
  )
  const object = (name: string, comment: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`// ${comment}`, `const ${name} = {`, ...lines, '}', '']
  return [
    ...object('toNetwork', 'Converts each component from the units of the data to the numbers of the network.', scaled),
    ...object('toUnits', 'And back.', unscaled),
    ...object('labels', 'Lists the labels: a class is an index into this list.', labels),
  ]
}

function chains({ name, encoding }: Field, text: typeof scaleText): string[] {
  if (encoding?.kind !== 'numbers') return []
  return [`  ${name}: [${encoding.chains.map(text).join(', ')}],`]
}

/** Tells whether inputs or answers are in other numbers than those of the network. */
export const hasPredict = ({ answers, inputs }: Layout): boolean =>
  answers.length > 0 && [...inputs, ...answers.map(a => a.target)].some(f => f.encoding !== undefined || f.codes)

function createText({ layout, weights, network }: ModuleParts, real: string): string[] {
  const { inputs, outputs, sizes, lengths, seed, fixed, free, parameters } = layout
  const given = [
    ...(weights === undefined ? ['weights'] : []),
    ...(free.length > 0 ? ['given'] : []),
    ...(network.async ? ['options'] : []),
  ]
  const [define, wait] = network.async ? ['async function', 'await '] : ['function', '']
  const entries = [
    ...Object.entries(fixed).map(([name, value]) => `${name}: ${value}`),
    ...free.map(name => `${name}: size('${name}', ${member('given', name, '?.')} ?? NaN)`),
  ]
  const weightLines =
    weights === undefined
      ? parameters.map(({ name, shape }) => {
          const key = JSON.stringify(name)
          return `    ${key}: array(${key}, weights[${key}], ${real}, ${code(product(shape), 'fixed')}),`
        })
      : parameters.map(({ name }) => `    ${JSON.stringify(name)}: parameters[${JSON.stringify(name)}](),`)
  return [
    `/** Creates a network that is ready to run. Each call creates a new one${weights === undefined ? ', with these weights' : ''}. */`,
    `export ${define} create(${given.join(', ')}) {`,
    `  const network = ${wait}createNetwork(${network.async ? 'options?.gpu' : ''})`,
    `  const fixed = { ${entries.join(', ')} }`.replace('{  }', '{}'),
    '  const weightsOf = network.store({',
    ...weightLines,
    '  })',
    '',
    '  /** In the numbers of the network. */',
    `  ${define} run(inputs) {`,
    '    const sizes = { ...fixed }',
    ...sizes.map(({ symbol, name, from }) => {
      const given = member('inputs', name)
      const told = from && `, '${from.input}', ${member('inputs', from.input)}?.length, ${code(from.each)}`
      return `    sizes.${symbol} = size('${name}', ${told === undefined ? `${given} ?? NaN` : given + told})`
    }),
    `    const results = ${wait}network.run(sizes, {`,
    ...inputs.map(f => `      ${f.name}: ${inputText(f, member('inputs', f.name), real)},`),
    ...lengths.map(({ input, name, shape, most }) => {
      const all = code(product(shape))
      return `      '${input}': codes('${name}', ${member('inputs', name)} ?? new Int32Array(${all}).fill(${code(most)}), ${all}, ${code(most)} + 1),`
    }),
    ...(seed === undefined
      ? []
      : [`      '@seed': Int32Array.of(${member('inputs', seed)} ?? 0),`, `      '@step': Int32Array.of(0),`]),
    '      ...weightsOf,',
    '    })',
    `    return { ${outputs.map(o => `${o.name}: results.${o.name}.slice()`).join(', ')} }`,
    '  }',
    '',
    ...(hasPredict(layout) ? predictText(layout, define, wait) : []),
    `  return { ${[
      'backend: network.backend',
      ...(network.async ? ['device: network.device'] : []),
      'run',
      ...(hasPredict(layout) ? ['predict'] : []),
      ...(network.async ? ['dispose: network.dispose'] : []),
    ].join(', ')} }`,
    '}',
  ]
}

function inputText({ name, port, shape, codes }: Field, values: string, real: string): string {
  const length = code(product(shape))
  if (codes !== undefined) return `codes('${name}', ${values}, ${length}, ${code(codes)})`
  if (port.dtype === 'bool') return `codes('${name}', ${values}, ${length}, 2)`
  if (port.dtype === 'int') return `wholes('${name}', ${values}, ${length})`
  return `array('${name}', ${values}, ${real}, ${length})`
}

function predictText({ inputs, outputs, answers }: Layout, define: string, wait: string): string[] {
  const encoded = inputs.flatMap(({ name, encoding }) => {
    if (encoding === undefined) return []
    const text =
      encoding.kind === 'numbers'
        ? `scale('${name}', ${member('inputs', name)}, toNetwork.${name})`
        : `indices('${name}', ${member('inputs', name)}, labels.${name})`
    return [`${name}: ${text}`]
  })
  const decoded = outputs.map(({ name, port }) => {
    const target = answers.find(a => a.output.name === name)?.target
    if (target === undefined) return `${name}: results.${name}`
    const { encoding, codes } = target
    const width = code(product(port.item), 'fixed')
    const finite = `finite('${name}', results.${name})`
    const decided = codes === undefined ? finite : `decide(${finite}, ${width})`
    if (encoding !== undefined && encoding.kind !== 'numbers')
      return `${name}: ${decided}.map(index => labels.${target.name}[index])`
    return `${name}: ${encoding === undefined ? decided : `finite('${name}', unscale(${decided}, toUnits.${target.name}))`}`
  })
  return [
    '  /** In the units and labels of the data. */',
    `  ${define} predict(inputs) {`,
    `    const results = ${wait}run({ ...inputs${encoded.map(e => `, ${e}`).join('')} })`,
    `    return { ${decoded.join(', ')} }`,
    '  }',
    '',
  ]
}

/** Code that reads a value that a caller gave by name; a name that every object inherits is read only as an own property. */
const member = (owner: string, name: string, dot = '.'): string =>
  name in Object.prototype ? `own(${owner}, '${name}')` : `${owner}${dot}${name}`

/** Code for a size, whose symbols are properties of `owner`. */
const code = (dim: Dim, owner = 'sizes'): string =>
  format(dim, atom => atomCode(atom, `${owner}.${atom.name}`)).replaceAll(/(?<!\*)\*(?!\*)/g, ' * ')
