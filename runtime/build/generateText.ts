// Writes `generate` of a built module: elements of the targets are chosen from their distributions, and fed back.
import { product } from '../../compiler/ir/dim.ts'
import type { Reading } from '../data/vocabulary.ts'
import { encodedCode, member, sizeCode } from './codeOf.ts'
import type { Field } from './layout.ts'
import type { ElementField, StreamLayout } from './streamLayout.ts'
import { textCode } from './textCode.ts'

/** Writes the function within `create`; nothing for a model that reads none of its targets. */
export function generateText(layout: StreamLayout): string[] {
  const { graphs, targets, elements, special } = layout
  if (graphs.generation === undefined) return []
  const late = targets.map(t => t.field)
  const isStarted = late.every(({ name }) => special[name]?.start !== undefined)
  const alongs = elements.map(e => ({ name: e.field.name, width: sizeCode(product(e.field.shape.slice(1)), 'fixed') }))
  const lengths = alongs.map(({ name, width }) => `${member('inputs', name)}.length / ${width}`)
  const most = ['begun + steps', ...(graphs.length === undefined ? [] : [sizeCode(graphs.length, 'fixed')]), ...lengths]
  return [
    '/** Yields one element of each target after the other: the likeliest, or with `temperature`, `topK` or `topP` one that is drawn. */',
    'function* generate({ after = {}, steps = 1000, temperature, topK, topP, seed = 0, ...inputs } = {}) {',
    '  const run = begin(inputs)',
    '  const targets = {',
    ...targets.map(t => `    ${t.field.name}: ${targetCode(layout, t)},`),
    '  }',
    '  // The beginning, which is given.',
    '  const given = {',
    ...late.map(f => `    ${f.name}: ${beginningCode(f, isStarted ? special[f.name]?.start : undefined)},`),
    '  }',
    `  const begun = Math.max(${late.map(f => `given.${f.name}.length`).join(', ')})`,
    '  const sampling = temperature ?? topK ?? topP',
    "  const draw = sampling === undefined ? undefined : random(seed, 'generate 0')",
    `  const most = Math.min(${most.join(', ')})`,
    '  for (let t = 0; t < most; t++) {',
    `    run.answer({ ${alongs.map(({ name, width }) => `${name}: elementAt(${member('inputs', name)}, ${width}, t)`).join(', ')} })`.replace(
      '{  }',
      '{}',
    ),
    '    for (const [name, { input, labels, never }] of Object.entries(targets)) {',
    '      const element = run.element[input]',
    '      if (t < begun) element.set([given[name][t]].flat())',
    '      else choose(run.result(name), element, labels, never, { temperature, topK, topP }, draw)',
    '    }',
    '    if (t >= begun) {',
    '      // The label that ends a sequence is no element of it.',
    '      if (Object.values(targets).some(({ input, end }) => run.element[input][0] === end)) return',
    `      yield { ${targets.map(t => `${t.field.name}: ${chosenCode(t)}`).join(', ')} }`,
    '    }',
    '    if (t + 1 < most) run.advance()',
    '  }',
    '}',
    '',
  ]
}

function targetCode({ outputs, special }: StreamLayout, { field, input }: ElementField): string {
  const output = outputs.find(o => o.name === field.name)
  const width = output === undefined ? '1' : sizeCode(product(output.port.item), 'fixed')
  const labels = field.codes !== undefined ? width : field.port.dtype === 'bool' ? '1' : '0'
  const { end, never = [] } = special[field.name] ?? {}
  return `{ input: ${JSON.stringify(input)}, labels: ${labels}, never: [${never.join(', ')}]${end === undefined ? '' : `, end: ${end}`} }`
}

/** Code for the codes or numbers of the beginning of a target. */
function beginningCode(field: Field, start: number | undefined): string {
  const values = `(${member('after', field.name)} ?? [])`
  const { encoding, name, codes, port } = field
  const read =
    encoding?.kind === 'tokens'
      ? `tokens('${name}', ${values}, labels.${name}, ${textCode(readingOf(encoding))})`
      : (encodedCode(field, values) ?? values)
  const isOne = port.item.length === 0 && port.axes.length <= 1
  const code = codes !== undefined && isOne ? `coded('${name}', ${read}, ${sizeCode(codes, 'fixed')})` : read
  return start === undefined ? `[...${code}]` : `[${start}, ...${code}]`
}

/** What the module needs to cut texts as training did; a token that is left out has the code null. */
const readingOf = ({
  by,
  lower,
  filters,
  unknown,
}: Reading & { readonly unknown: number | 'left out' | 'refused' }) => ({
  by,
  lower,
  filters,
  unknown: unknown === 'left out' ? null : unknown,
})

/** Code for the chosen element in the units and labels of the data. */
function chosenCode({ field: { name, encoding, port }, input }: ElementField): string {
  const array = `run.element[${JSON.stringify(input)}]`
  const values =
    encoding === undefined
      ? `Array.from(${array})`
      : encoding.kind === 'numbers'
        ? `Array.from(${array}, (value, i) => toUnits.${name}[i % toUnits.${name}.length](value))`
        : `Array.from(${array}, index => labels.${name}[index])`
  return port.item.length === 0 && port.axes.length <= 1 ? `${values}[0]` : values
}
