// Helpers: a program and its files as texts, and the diagnostic that something throws.
import assert from 'node:assert/strict'
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { type CompiledModel, compile } from '../../compiler/index.ts'
import { constant, symbol } from '../../compiler/ir/dim.ts'
import type { Data } from '../../dsl/ast.ts'
import { type Code, type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { parse } from '../../dsl/parse.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { checkData } from '../../runtime/data/checkData.ts'
import { type LoadedData, type LoadOptions, loadData, loadInputs } from '../../runtime/data/loadData.ts'
import type { Column, Origin } from '../../runtime/data/value.ts'
import { type Predictions, predict } from '../../runtime/predict.ts'
import type { Weights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'

/** A port from a short text: `x [3] over T[5] over S`, `y`, `label class of K`, `w token of V over T`. */
export function port(text: string): Port {
  const [, name, item, kind, size, axes] =
    /^(\w+)(?: \[(\w+)\])?(?: (token|class) of (\w+)| int| bool)?((?: over \w+(?:\[\w+\])?)*)$/.exec(text) ??
    assert.fail(`not a port: ${text}`)
  const dim = (s: string) => (/^\d+$/.test(s) ? constant(Number(s)) : symbol(s))
  return {
    name,
    dtype: kind !== undefined || / int\b/.test(text) ? 'int' : / bool\b/.test(text) ? 'bool' : 'real',
    item: item === undefined ? [] : [dim(item)],
    axes: [...(axes ?? '').matchAll(/over (\w+)(?:\[(\w+)\])?/g)].map(([, axis, length]) => ({
      name: axis,
      size: dim(length ?? axis),
      ragged: length === undefined,
    })),
    ...(kind !== undefined && { coding: { kind: kind === 'token' ? 'token' : 'class', size: dim(size) } }),
  }
}

export const signature = (inputs: readonly string[], targets: readonly string[] = []): Signature => ({
  name: 'M',
  inputs: inputs.map(port),
  targets: targets.map(port),
  outputs: [],
  parameters: [],
  predictions: [],
  metrics: [],
})

/** The data block with these equations. */
export function dataBlock(equations: string): Data {
  const { program, diagnostics } = parse(`data d for M {\n${equations}\n}`, 'm.rnn')
  assert.deepEqual(diagnostics, [])
  const data = program.items.find(item => item.kind === 'data')
  assert.ok(data)
  return data
}

/** The places of the rows of a column. */
export const placesOf = (origin: Origin | undefined): string[] =>
  Array.from({ length: origin?.places.count ?? 0 }, (_, row) => origin?.places.of(row) ?? '')

/** The cells of a column as labels. */
export const textsOf = (column: Column): string[] => {
  const { texts, codes } = column.labels()
  return Array.from(codes, code => texts[code])
}

/** Files by their path, as texts or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** Reads from texts or bytes by their path. */
export const readTexts =
  (files: Files): LoadOptions['read'] =>
  path => {
    if (!(path in files)) throw new Error('no such file')
    const file = files[path]
    return typeof file === 'string' ? new TextEncoder().encode(file) : file
  }

/** Cuts bytes into pieces of one length, or of several by turns. The pieces share their place, as those of a file do. */
export async function* cut(bytes: Uint8Array, ...lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const place = new Uint8Array(Math.max(...lengths))
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length]) {
    const piece = bytes.subarray(at, at + lengths[i % lengths.length])
    place.set(piece)
    yield place.subarray(0, piece.length)
  }
}

export interface Case {
  readonly inputs?: readonly string[]
  readonly targets?: readonly string[]
  readonly data: string
  readonly files: Files
}

/** Loads data, and checks that nothing was to be found wrong with it before it was read. */
export async function load(
  { inputs = [], targets = [], data, files }: Case,
  options: Partial<LoadOptions> = {},
): Promise<LoadedData> {
  const [block, ports, read] = [dataBlock(data), signature(inputs, targets), readTexts(files)]
  const loaded = await loadData(block, ports, { read, ...options })
  const { sizes } = options
  const seen = { signature: ports, ...(sizes && { sizes }) }
  assert.deepEqual(await checkData(block, seen), [])
  const [path, ...others] = Object.keys(files)
  if (others.length === 0 && options.read === undefined)
    assert.deepEqual(await checkData(block, { ...seen, sample: { path, read } }), [])
  return loaded
}

/** A file with one column `x`. */
export const column = (values: Iterable<number | string>): string => `x\n${[...values].join('\n')}\n`

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Checks that it fails with this code and a message without holes, and gives the diagnostic. */
export async function failing(code: Code, run: () => unknown): Promise<Diagnostic> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    const [found] = error.diagnostics
    assert.equal(found.code, code, found.message)
    assert.doesNotMatch(`${found.message} ${found.help ?? ''}`, /\{\w+\}|undefined/)
    return found
  }
  return assert.fail(`expected ${code}`)
}

export interface Learned {
  readonly model: CompiledModel
  readonly data: LoadedData
  readonly weights: Weights
  /** The answers for the inputs that it was trained on. */
  readonly examples: Predictions['examples']
}

/** Trains a program on its data, and asks it for what it has learned. */
export async function learned(source: string, files: Readonly<Record<string, string>>): Promise<Learned> {
  const model = compile(source)
  assert.ok(model.data)
  const options = { read: readTexts(files) }
  const data = await loadData(model.data, model.signature, options)
  const { weights } = await train(model, data)
  const { fitted } = data
  const { part, sizes } = await loadInputs(model.data, model.signature, { ...options, fitted })
  return { model, data, weights, examples: predict(model, weights, part, sizes, fitted).examples }
}

/** What it answers for other inputs. */
export function answers({ model, data, weights }: Learned, arrays: Parameters<typeof fromArrays>[1]) {
  const { part, sizes } = fromArrays(model.signature, arrays, { fitted: data.fitted })
  return predict(model, weights, part, sizes, data.fitted).examples
}
