// Writes the declaration of a program's types, `m.d.rnn.ts`, from the signatures of its models.
import type { Port, Signature } from '../compiler/elaborate/values/signature.ts'
import type { CompiledModel } from '../compiler/index.ts'
import type { Data } from '../dsl/ast.ts'
import { allExprs } from '../dsl/children.ts'
import { describePort } from './data/bindSizes.ts'
import { behind } from './data/columnsIn.ts'

/**
 * Gives the text of the declaration: an interface for each model, with the types of one example. The default export is the text of the
 * program, as a bundler or a loader imports it, with the types of `main`.
 */
export function typesText(file: string, models: readonly CompiledModel[], main: CompiledModel): string {
  const name = file.split('/').at(-1) ?? file
  return `// The types of ${oneLine(name)}, for one example of each model. Written by \`rnnc types\`; do not edit.

${models.map(interfaceOf).join('\n')}
declare const text: import('rnnc').Source<${typeName(main.signature.name)}>
export default text
`
}

function interfaceOf({ signature, data }: CompiledModel): string {
  const { name, inputs, targets, outputs } = signature
  const texts = textPorts(signature, data)
  const given = (port: Port): string => nested(port, leafOf(port, texts), texts)
  /** What is predicted for a class or token is one, and not its probabilities. */
  const answers = outputs.map(port => {
    const isPrediction = signature.predictions.some(p => p.output === port.name)
    const target = isPrediction ? targets.find(t => t.name === port.name) : undefined
    return target?.coding === undefined ? port : target
  })
  return `/** Model \`${name}\`. */
export interface ${typeName(name)} {
${group('inputs', inputs, given)}
${group('targets', targets, given)}
${group('outputs', answers, given)}
}
`
}

function group(name: string, ports: readonly Port[], typeOf: (port: Port) => string): string {
  if (ports.length === 0) return `  readonly ${name}: Readonly<Record<never, never>>`
  const lines = ports.map(
    port => `    /** ${oneLine(describePort(port))} */\n    readonly ${port.name}: ${typeOf(port)}`,
  )
  return `  readonly ${name}: {\n${lines.join('\n')}\n  }`
}

/** How the data block encodes an input or target that has texts. */
type Texts = ReadonlyMap<string, 'labels' | 'tokens'>

/** Finds the inputs and targets whose values are texts by the data block of the model. */
function textPorts({ inputs, targets }: Signature, data: Data | undefined): Texts {
  const found = new Map<string, 'labels' | 'tokens'>()
  for (const { name } of data === undefined ? [] : [...inputs, ...targets]) {
    const called = behind(data?.body ?? [], [name]).flatMap(e => [...allExprs(e.value)])
    const calls = (...functions: readonly string[]): boolean =>
      called.some(e => e.kind === 'name' && functions.includes(e.name))
    if (calls('words', 'chars')) found.set(name, 'tokens')
    else if (calls('classes')) found.set(name, 'labels')
  }
  return found
}

/** Type of a single value. What no data block says may be a label or its number. */
function leafOf({ name, coding, dtype }: Port, texts: Texts): string {
  if (coding !== undefined) return texts.has(name) ? 'string' : 'number | string'
  return dtype === 'bool' ? 'boolean | number' : 'number'
}

/** Puts a list around a type for each axis and each dim of the item; a text may stand for the innermost list of tokens. */
function nested({ name, axes, item }: Port, leaf: string, texts: Texts): string {
  const depth = axes.length + item.length
  const isText = texts.get(name) === 'tokens' && depth > 0
  const inner = isText ? 'string | string[]' : leaf
  const lists = isText ? depth - 1 : depth
  return lists > 0 && inner.includes(' ') ? `(${inner})${'[]'.repeat(lists)}` : `${inner}${'[]'.repeat(lists)}`
}

/** Names that no interface may have, and those that this file uses. */
const taken: ReadonlySet<string> = new Set(
  'any unknown never string number boolean symbol bigint object void undefined null text default await async let static yield'
    .split(' ')
    .concat(
      'break case catch class const continue debugger delete do else enum export extends false finally for function if implements import in instanceof interface new package private protected public return super switch this throw true try typeof var while with'.split(
        ' ',
      ),
    ),
)

/** Name of the interface of a model: its own, unless TypeScript has another use for it. */
const typeName = (model: string): string => (taken.has(model) ? `${model}_` : model)

/** Takes what would end a comment out of a text. */
const oneLine = (text: string): string => text.replace(/\*\/|[\r\n\u2028\u2029]/g, ' ')
