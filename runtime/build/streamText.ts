// Writes the stream of a built module, in the units and labels of the data.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { Graph } from '../../compiler/index.ts'
import { product } from '../../compiler/ir/dim.ts'
import { encodedCode, inputCode, inputEntries, member, sizeCode, sizeLines } from './codeOf.ts'
import { type Field, realArray } from './layout.ts'
import type { ElementField, StreamLayout } from './streamLayout.ts'

/** Writes the functions within `create` that begin a stream and take its steps; `generate` shares the first. */
export const streamText = (layout: StreamLayout, precision: Precision): string[] => [
  ...beginText(layout, precision),
  '',
  `/** A stream over ${layout.graphs.axis}: \`step\` gives what the network gives on all elements so far, in arrays that the next step overwrites. */`,
  'function stream(inputs = {}) {',
  '  const { states, step, reset } = begin(inputs)',
  '  return {',
  '    step,',
  '    reset,',
  '    get states() {',
  '      return copies(states)',
  '    },',
  '    restore: saved => restore(states, saved),',
  '  }',
  '}',
  '',
]

function beginText(layout: StreamLayout, precision: Precision): string[] {
  const { graphs, start, elements, targets } = layout
  const { batch, generation } = graphs
  const real = realArray(precision)
  const kept = graphs.start.outputs.filter(name => !isState(layout, name))
  const pick = (names: readonly string[]): string => names.map(n => `${text(n)}: begun[${text(n)}]`).join(', ')
  return [
    '// Begins: computes what is given once, and makes the arrays that all steps share.',
    'function begin(given) {',
    `  const inputs = { ${['...given', ...start.inputs.map(listEntry)].join(', ')} }`,
    `  const sizes = { ...fixed, ${batch}: size('rows', inputs.rows ?? 1) }`,
    ...indent(sizeLines(start), 1),
    '  const once = {',
    ...indent(inputEntries(start, real), 2),
    '  }',
    ...(start.inputs.length === 0 ? [] : ['  for (const name of Object.keys(once)) finite(name, once[name])']),
    '  const begun = createStart().run(sizes, { ...once, ...values })',
    `  const initial = copies({ ${pick(graphs.states.map(s => s.name))} })`,
    '  const states = copies(initial)',
    '  // Each state, and what it was before the step under way.',
    '  const saved = Object.values(states).map(state => [state, state.slice()])',
    `  const kept = copies({ ${pick(kept)} })`,
    '  const element = {',
    ...indent(
      [...elements, ...targets].map(e => elementArray(e, real)),
      2,
    ),
    '  }',
    '  const bind = network => network.bind(sizes, { ...once, ...kept, ...network.store(values), ...states, ...element })',
    ...indent(answerText(layout, generation?.answer ?? graphs.step), 1),
    ...indent(generation === undefined ? [] : advanceText(layout, generation.answer, generation.advance), 1),
    '  function step(inputs = {}) {',
    '    for (const [state, before] of saved) before.set(state)',
    '    try {',
    '      answer(inputs)',
    ...indent(generation === undefined ? [] : [...targets.map(putCode), 'advance()'], 3),
    '      return answers',
    '    } catch (error) {',
    '      for (const [state, before] of saved) state.set(before)',
    '      throw error',
    '    }',
    '  }',
    '  function reset(row) {',
    `    for (const name of Object.keys(states)) copyRow(initial[name], states[name], sizes.${batch}, row)`,
    '  }',
    `  return { states, element, step, reset, answer${generation === undefined ? '' : ', advance, result: name => results[name]'} }`,
    '}',
  ]
}

/** Entry for an input that is given once, in the numbers of the network; it may be a single value. */
function listEntry(field: Field): string {
  const values = `list(${member('given', field.name)})`
  return `${field.name}: ${encodedCode(field, values) ?? values}`
}

/** Writes the function that takes the elements and answers. */
function answerText(layout: StreamLayout, graph: Graph): string[] {
  const { elements, outputs, answers, graphs } = layout
  const inUnits = answers.flatMap(({ output, target }) =>
    target.encoding?.kind === 'numbers' && target.codes === undefined
      ? [`${output.name}: new Float64Array(${sizeCode(product(output.shape))})`]
      : [],
  )
  return [
    `const runAnswer = bind(${graphs.generation === undefined ? 'createStep' : 'createAnswer'}())`,
    ...(inUnits.length === 0 ? [] : [`const inUnits = { ${inUnits.join(', ')} }`]),
    `const answers = { ${outputs.map(o => `${o.name}: undefined`).join(', ')} }`,
    'let results',
    'function answer(inputs) {',
    ...indent(elements.map(putCode), 1),
    '  results = runAnswer()',
    ...indent(writtenStates(layout, graph, 'results'), 1),
    ...indent(
      outputs.map(o => `answers.${o.name} = ${answerCode(layout, o)}`),
      1,
    ),
    '}',
  ]
}

/** Writes the function that reads the targets, which stand in `element`, and ends the step. */
function advanceText(layout: StreamLayout, answer: Graph, advance: Graph): string[] {
  const handed = advance.inputs.filter(name => answer.outputs.includes(name) && !isState(layout, name))
  return [
    'let runAdvance',
    'function advance() {',
    '  if (runAdvance === undefined) {',
    ...handed.map(name => `    kept[${text(name)}] = results[${text(name)}]`),
    '    runAdvance = bind(createAdvance())',
    '  }',
    '  const after = runAdvance()',
    ...indent(writtenStates(layout, advance, 'after'), 1),
    '}',
  ]
}

const text = (name: string): string => JSON.stringify(name)

const indent = (lines: readonly string[], by: number): string[] => lines.map(line => '  '.repeat(by) + line)

const isState = ({ graphs }: StreamLayout, name: string): boolean => graphs.states.some(s => s.name === name)

/** Copies the states that a graph gives without reading them: only those that it reads are updated in place. */
const writtenStates = (layout: StreamLayout, { inputs, outputs }: Graph, results: string): string[] =>
  outputs
    .filter(name => isState(layout, name) && !inputs.includes(name))
    .map(name => `states[${text(name)}].set(${results}[${text(name)}])`)

const elementArray = ({ field, input }: ElementField, real: string): string =>
  `${text(input)}: new ${field.port.dtype === 'real' ? real : 'Int32Array'}(${sizeCode(product(field.shape))}),`

/** Code that puts an element into its array. */
function putCode({ field, input }: ElementField): string {
  const { name, encoding, codes, port } = field
  const [value, array] = [member('inputs', name), `element[${text(input)}]`]
  if (codes === undefined && port.dtype === 'real')
    return `put('${name}', ${value}, ${array}${encoding?.kind === 'numbers' ? `, toNetwork.${name}` : ''})`
  const values = `list(${value})`
  return `${array}.set(${inputCode(field, encodedCode(field, values) ?? values, 'Int32Array')})`
}

/** Code for an answer in the units and labels of the data. */
function answerCode({ answers }: StreamLayout, { name, port }: Field): string {
  const target = answers.find(a => a.output.name === name)?.target
  if (target === undefined) return `results.${name}`
  const { encoding, codes } = target
  const finite = `finite('${name}', results.${name})`
  if (codes === undefined)
    return encoding?.kind === 'numbers' ? `unscaleInto(inUnits.${name}, ${finite}, toUnits.${target.name})` : finite
  const decided = `decide(${finite}, ${sizeCode(product(port.item), 'fixed')})`
  return encoding === undefined || encoding.kind === 'numbers'
    ? decided
    : `${decided}.map(index => labels.${target.name}[index])`
}
