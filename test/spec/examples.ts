// The examples of a page of the specification. Every ```rnn block is compiled; what its comments say is checked.
//
//   ```rnn                  is right, and gives no warning
//   ```rnn error RNN301     gives this error, once or more, and nothing else; so `warning`
//   ```rnn cells.rnn        is a file that later blocks import
//   ```csv ab.csv           is a file that data blocks read; so ```jsonl, ```txt, and ```hex and ```base64 for bytes
//
// A block that does not begin with an item of the top level is the body of a model. A comment `# x = [1, 2]` gives a value to an
// input, a target or a param, or says what an output, a prediction, a metric, `loss` or a gradient (`d W`) must be; `;` separates
// several.
// The outermost list of an input or output is over the examples. A data block loads its data, and a train block trains.
import assert from 'node:assert/strict'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, check, compile, type ImportReader, load } from '../../compiler/index.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import { type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { checkData } from '../../runtime/data/checkData.ts'
import { Examples } from '../../runtime/data/example.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { pack } from '../../runtime/packBatch.ts'
import { predict } from '../../runtime/predict.ts'
import { evaluatePart, initialWeights, type Weights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'

export interface Example {
  /** Its first line in the page. */
  readonly line: number
  readonly source: string
  /** What it must give, where it is no right program. */
  readonly expected?: { readonly severity: 'error' | 'warning'; readonly code: string }
}

export interface Page {
  readonly examples: readonly Example[]
  /** Files that examples read or import. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
}

const itemOfTopLevel = /^(?:\s*#.*\n|\s*\n)*\s*(?:cell|layer|model|fn|train|data|import)\b/

/** What makes a file of units alone a program. */
const anyModel = 'model any { output y = 1 }\n'

export function readPage(text: string): Page {
  const examples: Example[] = []
  const files = new Map<string, string | Uint8Array>()
  for (const found of text.matchAll(/^```(rnn|csv|jsonl|txt|hex|base64)\b *(.*)\n([\s\S]*?)^```$/gm)) {
    const [, kind, info, body] = found
    const line = text.slice(0, found.index).split('\n').length + 1
    const problem = /^(error|warning) (RNN\d+)$/.exec(info)
    if (info !== '' && problem === null) files.set(info, contentOf(kind, body))
    if (kind !== 'rnn') continue
    const isFile = itemOfTopLevel.test(body)
    const source = !isFile ? `model m {\n${body}}\n` : /^model\b/m.test(body) ? body : `${body}${anyModel}`
    const severity = problem?.[1] === 'warning' ? 'warning' : 'error'
    examples.push({ line, source, ...(problem && { expected: { severity, code: problem[2] } }) })
  }
  return { examples, files }
}

const contentOf = (kind: string, body: string): string | Uint8Array =>
  kind === 'hex' || kind === 'base64' ? Buffer.from(body.replace(/#.*|\s/g, ''), kind) : body

/** Everything that is wrong or doubtful in an example: in the program, in its data, and where it is trained and used. */
export async function problemsOf({ source, expected }: Example, { files }: Page): Promise<readonly Diagnostic[]> {
  const read: ImportReader = path => {
    const text = files.get(path)
    return typeof text === 'string' ? { file: path, text } : undefined
  }
  const found = check(source, { file: 'example.rnn', read })
  if (found.length > 0) return found
  try {
    const model = compile(source, { file: 'example.rnn', read })
    if (model.data !== undefined) {
      const inBlock = await checkData(model.data, { signature: model.signature })
      if (inBlock.length > 0) return inBlock
      const data = await loadData(model.data, model.signature, { read: path => bytesOf(path, files) })
      if (model.trainBlock !== undefined) await train(model, data)
    }
    if (expected?.code === 'RNN413') {
      const part = { count: 0, ports: Object.fromEntries(model.signature.inputs.map(p => [p.name, Examples.of([])])) }
      predict(model, {}, part, {}, undefined)
    }
  } catch (error) {
    if (error instanceof RnnError) return error.diagnostics
    throw error
  }
  return []
}

function bytesOf(path: string, files: Page['files']): Uint8Array {
  const content = files.get(path)
  if (content === undefined) throw new Error('no such file')
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}

// ---- values

type Values = Readonly<Record<string, Nested>>

/** What the comments of an example say. */
export function valuesOf({ source }: Example): Values {
  const values: Record<string, Nested> = {}
  for (const [, code, comment] of source.matchAll(/^([^#\n]*)#(.*)$/gm)) {
    for (const part of comment.split(';')) {
      const said = /^ *((?:d )?[A-Za-z_][\w.]*) = (-?[[\d].*|-?inf) *$/.exec(part)
      if (said === null) continue
      const name = /^ *predict\b/.test(code) ? `predict ${said[1]}` : said[1]
      values[name] = JSON.parse(said[2].replaceAll('inf', '1e999'))
    }
  }
  return values
}

export interface Comparison {
  readonly name: string
  readonly found: unknown
  readonly expected: Nested
}

/** Runs an example with the values given, and puts what it gives beside what is expected. */
export function compare(example: Example, values: Values): readonly Comparison[] {
  const model = compile(example.source, { file: 'example.rnn' })
  const { inputs, targets, parameters, outputs } = model.signature
  const ports = [...inputs, ...targets]
  const isPort = (name: string): boolean => ports.some(p => p.name === name)
  const isParameter = (name: string): boolean => parameters.some(p => p.name === name)
  const arrays = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (isPort(name) && Array.isArray(value) ? [[name, value]] : [])),
  )
  const { part, sizes } = fromArrays(model.signature, arrays)
  const examples = inputs.length === 0 ? { ...part, count: Math.max(1, part.count) } : part
  const weights: Weights = {
    ...initialWeights(model, sizes, 0, 'f64'),
    ...Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        isParameter(name) ? [[name, Float64Array.from(flat(value))]] : [],
      ),
    ),
  }
  const wanted = Object.entries(values).filter(([name]) => !isPort(name) && !isParameter(name))
  const options = { backend: js, precision: 'f64', batch: 64, seed: 0 } as const
  const hasLoss = model.unit.body.some(s => s.kind === 'loss')
  const hasMetrics = model.unit.body.some(s => s.kind === 'metric')
  const answers = model.fedBack.length > 0 ? [] : predict(model, weights, examples, sizes, undefined, options).examples
  const evaluation = hasLoss ? load(model.context, model.evaluate(), js, 'f64') : undefined
  assert.ok(hasLoss || !hasMetrics, 'an example with a metric has a loss')
  const report = evaluation && evaluatePart(model, examples, sizes, evaluation, weights, options)
  const gradients = hasLoss ? gradientsOf(model, examples, sizes, weights) : {}
  return wanted.map(([written, expected]) => {
    const name = written.replace(/^(predict|d) /, '')
    const isOutput = outputs.some(o => o.name === name)
    const found = written.startsWith('d ') ? gradients[name] : isOutput ? answers.map(a => a[name]) : report?.[name]
    return { name: written, found, expected }
  })
}

function gradientsOf(
  model: CompiledModel,
  part: Parameters<typeof pack>[1],
  given: Parameters<typeof pack>[3],
  weights: Weights,
): Record<string, Nested> {
  const { inputs, targets, parameters } = model.signature
  const batch = pack([...inputs, ...targets], part, [...Array(part.count).keys()], given)
  const results = load(model.context, model.gradient(), js, 'f64').run(batch.sizes, { ...batch.inputs, ...weights })
  return Object.fromEntries(
    parameters.map(p => [
      p.name,
      nest(
        Array.from(results[`d:${p.name}`]),
        p.shape.map(d => evaluate(d, batch.sizes)),
      ),
    ]),
  )
}

const flat = (value: Nested): number[] =>
  typeof value === 'object' ? Array.from(value as ArrayLike<Nested>).flatMap(flat) : [Number(value)]

function nest(values: readonly number[], [size, ...rest]: readonly number[]): Nested {
  if (size === undefined) return values[0]
  const width = values.length / size
  return Array.from({ length: size }, (_, i) => nest(values.slice(i * width, (i + 1) * width), rest))
}

/** Whether two nested lists are the same, but for what is left out by four digits. */
export function alike(found: unknown, expected: unknown): boolean {
  if (Array.isArray(expected))
    return Array.isArray(found) && found.length === expected.length && expected.every((e, i) => alike(found[i], e))
  if (typeof expected === 'number' && typeof found === 'number')
    return (
      Object.is(found, expected) ||
      found === expected ||
      Math.abs(found - expected) < 6e-5 * Math.max(1, Math.abs(expected))
    )
  return found === expected
}
